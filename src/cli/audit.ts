// Owns `npm run audit`: checks every chain of the store offline, and exports one as JSON Lines (P4).
import { open } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { canonicalJson, sha256Hex } from '../adapters/store/hashing.ts'
import { type ChainVerdict, verifyChain } from '../core/audit.ts'
import { openStore } from '../open-store.ts'
import { isPortError } from '../ports/errors.ts'
import type { ChainRecord, Entry, Store } from '../ports/store.ts'
import { Complaint, loadEnvironment, type Output, printable, storeOf } from './terminal.ts'

const USAGE = 'usage: npm run audit -- verify | npm run audit -- export --run ID [--out FILE]'
const PAGE = 500
// A chain that is written to between its readings is read again; after so many, what was there at first is checked.
const READINGS = 5
const hashing = { canonicalize: canonicalJson, digest: sha256Hex }

/** Runs one command line (its arguments alone) and answers the exit code: 0 all is well, 1 anything else. Never rejects. */
export async function audit(args: readonly string[], env: NodeJS.ProcessEnv, output: Output): Promise<0 | 1> {
  try {
    const { command, run, file } = parse(args)
    const { store } = await openStore(storeOf(env), { readOnly: true })
    try {
      return command === 'verify' ? await verify(store, output) : await exportChain(store, run, file, output)
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

function parse(args: readonly string[]): { command: string; run: string; file: string | undefined } {
  const { values, positionals } = parsed(args)
  const [command = '', ...rest] = positionals
  const fits = command === 'verify' ? !values.run && !values.out : command === 'export' && Boolean(values.run)
  if (!fits || rest.length > 0) throw new Complaint(USAGE)
  return { command, run: values.run ?? '', file: values.out }
}

function parsed(args: readonly string[]) {
  const options = { run: { type: 'string' }, out: { type: 'string' } } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    throw new Complaint(USAGE)
  }
}

async function verify(store: Store, { out }: Output): Promise<0 | 1> {
  let [chains, entries, bad] = [0, 0, 0]
  const report = (chain: string, reason: string) => {
    bad += 1
    out(printable(`chain ${chain}: ${reason}`))
  }
  for await (const record of everyRecord(store)) {
    const { verdict, count } = await check(store, record)
    chains += 1
    entries += count
    if (!verdict.ok) report(record.chain, verdict.seq > 0 ? `entry ${verdict.seq}: ${verdict.reason}` : verdict.reason)
  }
  for (const chain of await store.orphans()) report(chain, 'it has entries but no record: the record was deleted')
  const checked = `checked ${counted(chains, 'chain', 'chains')}, ${counted(entries, 'entry', 'entries')}`
  const end = bad === 0 ? 'consistent, not anchored' : `${counted(bad, 'chain is', 'chains are')} not consistent`
  out(`${checked}: ${end}`)
  return bad === 0 ? 0 : 1
}

async function* everyRecord(store: Store): AsyncGenerator<ChainRecord> {
  let page = await store.list({ limit: PAGE })
  while (page.length > 0) {
    yield* page
    page = await store.list({ limit: PAGE, before: page.at(-1) as ChainRecord })
  }
}

interface Checked {
  readonly verdict: ChainVerdict
  readonly count: number
}

/** Record and entries change together, so entries that were read between two equal records are those of that record. */
async function check(store: Store, listed: ChainRecord): Promise<Checked> {
  const { chain } = listed
  let record = listed
  for (let reading = 1; ; reading += 1) {
    const { entries, broken } = await readable(store, chain)
    const after = (await store.record(chain)) ?? record
    const isSettled = after.seq === record.seq
    if (isSettled || reading === READINGS) {
      const known = isSettled ? entries : entries.slice(0, record.seq)
      const head = broken ? undefined : { seq: record.seq, hash: record.head }
      const verdict = verifyChain(known, hashing, head)
      return { verdict: verdict.ok && broken ? broken : verdict, count: entries.length }
    }
    record = after
  }
}

/** The entries up to the first one whose text somebody broke, and that one's verdict. */
async function readable(
  store: Store,
  chain: string,
): Promise<{ entries: readonly Entry[]; broken?: ChainVerdict & { ok: false } }> {
  try {
    return { entries: await store.entries(chain) }
  } catch (error) {
    if (!isPortError(error, 'malformed')) throw error
  }
  const entries: Entry[] = []
  for (;;) {
    const seq = (entries.at(-1)?.seq ?? 0) + 1
    try {
      const [entry] = await store.entries(chain, seq, 1)
      if (!entry) return { entries }
      entries.push(entry)
    } catch (error) {
      if (!isPortError(error, 'malformed')) throw error
      return { entries, broken: { ok: false, seq, reason: 'its content is not JSON any more: it was changed' } }
    }
  }
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

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

if (import.meta.main) {
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure worth a trace.
  process.stdout.on('error', () => process.exit(1))
  process.exitCode = await audit(process.argv.slice(2), loadEnvironment(), { out: console.log, err: console.error })
}
