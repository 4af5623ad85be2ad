// Owns runbot as a process of its own, for stories: started like a user starts it, killed like a machine kills it.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const START_MS = 45_000

export interface Runbot {
  readonly url: string
  readonly pid: number
  /** Everything that it has logged. */
  log(): string
  /** Ends it as an operator does (SIGTERM) and waits. */
  stop(): Promise<number | null>
  /** Ends it as a power cut does. */
  kill(): Promise<void>
  /** Resolves when it is gone, however that came. */
  readonly gone: Promise<number | null>
}

/** A working directory for one story: its store, and the project's runbooks with short waits. */
export interface Place {
  readonly dir: string
  readonly runbooks: string
  readonly store: string
  /** Changes a file of the runbooks. */
  edit(file: string, change: (text: string) => string): void
  /** Adds a file that is another one, changed. */
  add(file: string, like: string, change: (text: string) => string): void
  remove(): void
}

export function place(): Place {
  const dir = mkdtempSync(join(tmpdir(), 'runbot-story-'))
  const runbooks = join(dir, 'runbooks')
  cpSync(join(ROOT, 'runbooks'), runbooks, { recursive: true })
  const edit: Place['edit'] = (file, change) => {
    const path = join(runbooks, file)
    writeFileSync(path, change(readFileSync(path, 'utf8')))
  }
  edit('catalog/restart-iis.yaml', (text) =>
    text
      .replaceAll('every: 5s', 'every: 200ms')
      .replaceAll('hold: 10s', 'hold: 500ms')
      .replaceAll('within: 3m', 'within: 5s'),
  )
  // No story may depend on the day on which it is told.
  edit('governance.yaml', (text) => text.replace(/^freezes:\n(?: {2}- .*\n)+/m, ''))
  return {
    dir,
    runbooks,
    store: join(dir, 'runbot.db'),
    edit,
    add: (file, like, change) =>
      writeFileSync(join(runbooks, file), change(readFileSync(join(runbooks, like), 'utf8'))),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** Starts `node src/main.ts`; rejects with what it wrote when it does not come up. */
export async function startRunbot(
  { dir, runbooks, store }: Pick<Place, 'dir' | 'runbooks' | 'store'>,
  env: Record<string, string>,
): Promise<Runbot> {
  const child: ChildProcess = spawn(
    process.execPath,
    [...(env['RUNBOT_IMPORT'] ? ['--import', env['RUNBOT_IMPORT']] : []), join(ROOT, 'src/main.ts')],
    {
      cwd: dir,
      env: {
        PATH: process.env['PATH'] ?? '',
        PORT: '0',
        RUNBOT_STORE: `sqlite:${store}`,
        RUNBOOKS_DIR: runbooks,
        RUNBOT_LEASE_MS: '600',
        SERVICENOW_POLL_MS: '0',
        // Stories start runbot dozens of times: what was compiled once need not be again.
        NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/stories'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`runbot did not come up:\n${output}`))
    }, START_MS)
    const look = (chunk: Buffer) => {
      output += chunk.toString()
      const found = /"port":(\d+)/.exec(output)
      if (found) {
        clearTimeout(timer)
        resolve(Number(found[1]))
      }
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    void gone.then((code) => {
      clearTimeout(timer)
      reject(new Error(`runbot ended with ${code}:\n${output}`))
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    log: () => output,
    gone,
    async stop() {
      child.kill('SIGTERM')
      return gone
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Asks until it is so; fails with what was last seen. */
export async function until<T>(what: string, look: () => T | Promise<T>, ms = 15_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + ms
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}
