// Owns `npm run audit`: its commands, the export of a chain as JSON Lines, and the report of a time as JSON (P4).
import { open } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { periodOf, reportOf } from '../app/report.ts'
import type { Millis } from '../core/values.ts'
import { openStore } from '../open-store.ts'
import { isPortError } from '../ports/errors.ts'
import type { Entry, Store } from '../ports/store.ts'
import { evidenceFor } from './audit/evidence.ts'
import { printKey } from './audit/key.ts'
import { verify } from './audit/verify.ts'
import { Complaint, loadEnvironment, type Output, printable, storeOf } from './terminal.ts'

const USAGE =
  'usage: npm run audit -- verify | npm run audit -- export --run ID [--out FILE] | npm run audit -- report [--last 7d] | ' +
  'npm run audit -- key; verify takes --anchors file:DIR or a URL, and --key FILE, a public key, as often as needed'
const PAGE = 500

/** Runs one command line (its arguments alone) and answers the exit code: 0 all is well, 1 anything else. Never rejects. */
export async function audit(args: readonly string[], env: NodeJS.ProcessEnv, output: Output): Promise<0 | 1> {
  try {
    const { command, run, file, anchors, keys, forMs } = parse(args)
    if (command === 'key') return printKey(env, output)
    const { store } = await openStore(storeOf(env), { readOnly: true })
    try {
      if (command === 'export') return await exportChain(store, run, file, output)
      if (command === 'report') return await printReport(store, forMs, output)
      return await verify(store, await evidenceFor(store, { anchors, keys }, env), output)
    } finally {
      await store.close()
    }
  } catch (error) {
    const isSentence = error instanceof Complaint || isPortError(error)
    output.err(
      printable(
        isSentence ? error.message : `the audit failed: ${error instanceof Error ? error.message : String(error)}`,
      ),
    )
    return 1
  }
}

interface Line {
  readonly command: string
  readonly run: string
  readonly file: string | undefined
  readonly anchors: string | undefined
  readonly keys: readonly string[]
  readonly forMs: Millis
}

function parse(args: readonly string[]): Line {
  const { values, positionals } = parsed(args)
  const { run, out, anchors, key, last } = values
  const forMs = periodOf(last ?? null)
  const [command = '', ...rest] = positionals
  const fits = {
    verify: !run && !out && !last,
    export: Boolean(run) && !anchors && !key && !last,
    report: !run && !out && !anchors && !key,
    key: Object.keys(values).length === 0,
  }
  if (forMs === undefined || rest.length > 0 || !(Object.hasOwn(fits, command) && fits[command as keyof typeof fits]))
    throw new Complaint(USAGE)
  return { command, run: run ?? '', file: out, anchors, keys: key ?? [], forMs }
}

function parsed(args: readonly string[]) {
  const options = {
    run: { type: 'string' },
    out: { type: 'string' },
    anchors: { type: 'string' },
    key: { type: 'string', multiple: true },
    last: { type: 'string' },
  } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    throw new Complaint(USAGE)
  }
}

/** What `report` says in chat, whole, as JSON. */
async function printReport(store: Store, forMs: Millis, { out }: Output): Promise<0> {
  out(JSON.stringify(await reportOf(store, Date.now(), forMs), undefined, 2))
  return 0
}

async function exportChain(store: Store, chain: string, file: string | undefined, { out }: Output): Promise<0 | 1> {
  if (!(await store.record(chain))) throw new Complaint(`there is no run ${chain} in this store`)
  const target = file === undefined ? undefined : await openFor(file)
  try {
    for await (const entry of everyEntry(store, chain)) {
      const line = JSON.stringify(entry)
      if (target) await target.write(`${line}\n`)
      else out(line)
    }
  } finally {
    await target?.close()
  }
  return 0
}

async function openFor(file: string) {
  try {
    return await open(file, 'w', 0o600)
  } catch (error) {
    throw new Complaint(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}

async function* everyEntry(store: Store, chain: string): AsyncGenerator<Entry> {
  let page = await store.entries(chain, 1, PAGE)
  while (page.length > 0) {
    yield* page
    page = await store.entries(chain, (page.at(-1) as Entry).seq + 1, PAGE)
  }
}

if (import.meta.main) {
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure worth a trace.
  process.stdout.on('error', () => process.exit(1))
  process.exitCode = await audit(process.argv.slice(2), loadEnvironment(), { out: console.log, err: console.error })
}
