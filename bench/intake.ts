// Owns `npm run bench -- intake`: accepted-and-stored events per second, runbot's door beside a bare restify server.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { deliveries } from './deliveries.ts'
import { machine, ms, percentile, perSecond, sum, table } from './figures.ts'
import type { Kind, Told } from './intake-server.ts'
import { type Answered, type Load, load } from './load.ts'

const ROUNDS = 5
const EVENTS = 15_000
const WARM_UP = 6_000
const WORKED_ON = 4_000
const IN_FLIGHT = 64
const REPEATED = 500

interface Server {
  readonly kind: Kind
  readonly store: string
  readonly port: number
  /** Ids that were acknowledged. */
  readonly acknowledged: string[]
  /** Waits until nothing is pending; answers when that was, and the memory in use. */
  settle(): Promise<{ readonly settled: number; readonly rssBytes: number }>
  end(): Promise<void>
}

/** Prints the figures; throws when an acknowledged event is not in the store exactly once. */
export async function intake(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'runbot-bench-'))
  const servers: Server[] = []
  try {
    for (const kind of ['bare', 'accept', 'work'] as const) servers.push(await start(kind, dir))
    const [bare, accept, work] = servers as [Server, Server, Server]
    console.log(`intake: ${ROUNDS} rounds of ${EVENTS} events each, ${IN_FLIGHT} in flight; ${machine()}`)
    for (const server of servers) await round(server, WARM_UP)
    const loads = new Map<Server, Load[]>([bare, accept].map((server) => [server, []]))
    for (let each = 1; each <= ROUNDS; each += 1)
      for (const [server, done] of loads) done.push((await round(server, EVENTS)).load)
    const worked = await round(work, WORKED_ON)
    await repeat(accept)
    const rss = (await accept.settle()).rssBytes
    for (const server of servers) await server.end()
    for (const server of servers) verify(server)

    const base = rateOf(loads.get(bare) ?? [])
    const row = (name: string, of: readonly Load[]) => {
      const latencies = of.flatMap((each) => each.latenciesMs)
      const share = `${Math.round((100 * rateOf(of)) / base)} %`
      return [name, perSecond(rateOf(of)), ms(percentile(latencies, 0.5)), ms(percentile(latencies, 0.99)), share]
    }
    console.log(
      table([
        ['accepted and stored', 'events', 'p50', 'p99', 'of bare'],
        row('bare restify, same durable insert, verifies nothing', loads.get(bare) ?? []),
        row('runbot: signature, checks, log, metrics', loads.get(accept) ?? []),
        row('runbot, while every event is worked on too', [worked.load]),
      ]),
    )
    console.log(`Worked on to the end (declined, with an audit entry each): ${perSecond(worked.workedPerSecond)}.`)
    console.log(`Memory of runbot's process after ${WARM_UP + ROUNDS * EVENTS} events: ${Math.round(rss / 1e6)} MB.`)
    console.log('Every acknowledged event is in its store exactly once.')
  } finally {
    await Promise.all(servers.map((server) => server.end()))
    rmSync(dir, { recursive: true, force: true })
  }
}

const rateOf = (loads: readonly Load[]): number =>
  sum(loads.map(({ answers }) => answers.length)) / sum(loads.map(({ seconds }) => seconds))

/** One load, all of it acknowledged; then nothing is pending any more. */
async function round(server: Server, count: number): Promise<{ load: Load; workedPerSecond: number }> {
  const requests = deliveries(count)
  const began = Date.now()
  const done = await load(server.port, requests, IN_FLIGHT)
  server.acknowledged.push(...done.answers.map(idIn))
  const { settled } = await server.settle()
  return { load: done, workedPerSecond: (1000 * count) / (settled - began) }
}

function idIn({ status, body }: Answered): string {
  if (status !== 202) throw new Error(`an event was answered ${status}: ${body}`)
  return (JSON.parse(body) as { id: string }).id
}

/** The same deliveries a second time have their first answers (P8): they must not show in the store. */
async function repeat(server: Server): Promise<void> {
  const requests = deliveries(REPEATED)
  const first = (await load(server.port, requests, IN_FLIGHT)).answers.map(idIn)
  const second = (await load(server.port, requests, IN_FLIGHT)).answers.map(idIn)
  if (first.some((id, index) => id !== second[index])) throw new Error('a repeat was answered with another id')
  server.acknowledged.push(...first)
}

function verify({ kind, store, acknowledged }: Server): void {
  const db = new DatabaseSync(store, { readOnly: true })
  const stored = new Map<string, number>()
  for (const { id } of db.prepare('SELECT id FROM intake').all() as { id: string }[])
    stored.set(id, (stored.get(id) ?? 0) + 1)
  db.close()
  const wrong = acknowledged.filter((id) => stored.get(id) !== 1)
  if (wrong.length > 0 || stored.size !== acknowledged.length)
    throw new Error(`${kind}: ${acknowledged.length} acknowledged, ${stored.size} stored, ${wrong.length} not once`)
}

async function start(kind: Kind, dir: string): Promise<Server> {
  const store = join(dir, `${kind}.db`)
  // Log lines go to a file, as under most supervisors.
  const log = openSync(join(dir, `${kind}.log`), 'w')
  const script = fileURLToPath(new URL('intake-server.ts', import.meta.url))
  const child = fork(script, [kind, store], { stdio: ['ignore', log, 'inherit', 'ipc'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { listens: port } = await told(child, 'listens')
  return {
    kind,
    store,
    port,
    acknowledged: [],
    settle() {
      const answer = told(child, 'settled')
      child.send('settle')
      return answer
    },
    async end() {
      if (child.connected) child.send('end')
      await gone
    },
  }
}

/** The next message of that kind; rejects when the process ends first. */
function told<K extends 'listens' | 'settled'>(
  child: ChildProcess,
  what: K,
): Promise<Extract<Told, { [key in K]: number }>> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('a server of the benchmark ended early'))
    child.once('exit', gone)
    child.once('message', (message: Told) => {
      child.off('exit', gone)
      if (what in message) resolve(message as Extract<Told, { [key in K]: number }>)
      else reject(new Error(`the server said ${JSON.stringify(message)}`))
    })
  })
}
