// Owns `npm run bench -- run`: whole runs one after the other and many at once, and whose time each step took.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteStore } from '../src/adapters/store/sqlite/sqlite.ts'
import type { Store } from '../src/ports/store.ts'
import { PEOPLE } from '../test/sandbox/world/people.ts'
import { countCommits } from './commits.ts'
import { machine, ms, percentile, table } from './figures.ts'
import { type Runbot, startRunbot } from './runbot.ts'
import { type StepTimes, stepTimes } from './step-times.ts'
import { type Timeline, type Trace, timeline } from './timeline.ts'
import type { Ready, Wish } from './world.ts'

const WARM_UP = 20
const IN_TURN = 60
const AT_ONCE = 50
const TIMES = 2
const PATIENCE_MS = 60_000

/** What a batch of runs cost; `cpuMs` and `commits` of the whole process, surfaces and intake included. */
interface Batch {
  readonly traces: readonly Trace[]
  readonly wallMs: number
  readonly cpuMs: number
  readonly commits: number
}

/** Prints the figures; throws when a run does not succeed. */
export async function run(): Promise<void> {
  const commits = countCommits()
  const dir = mkdtempSync(join(tmpdir(), 'runbot-bench-'))
  const hosts = Array.from({ length: AT_ONCE }, (_, index) => `web-${String(index + 1).padStart(2, '0')}`)
  const world = fork(fileURLToPath(new URL('world.ts', import.meta.url)), [hosts.join(',')])
  const measured = timeline()
  let runbot: Runbot | undefined
  try {
    const [{ env }] = (await once(world, 'message')) as [Ready]
    const store = await sqliteStore({ path: join(dir, 'runbot.db') })
    const webhookSecret = env['SERVICENOW_WEBHOOK_SECRET'] ?? ''
    const logTo = createWriteStream(join(dir, 'runbot.log'))
    runbot = await startRunbot({ store, env, webhookSecret, timeline: measured, works: true, logTo })
    await watch(runbot)
    wish(world, { connect: `http://127.0.0.1:${runbot.port}` })

    const batch = async (count: number, raised: (index: number) => readonly string[]): Promise<Batch> => {
      const before = {
        runs: measured.runs().length,
        cpu: process.cpuUsage(),
        commits: commits(),
        at: performance.now(),
      }
      for (let index = 0; index < count; index += 1) {
        const known = measured.runs().length
        const wanted = raised(index)
        wish(world, { raise: wanted })
        await ended(measured, store, known, wanted.length)
      }
      const { user, system } = process.cpuUsage(before.cpu)
      return {
        traces: measured.runs().slice(before.runs),
        wallMs: performance.now() - before.at,
        cpuMs: (user + system) / 1000,
        commits: commits() - before.commits,
      }
    }
    const oneByOne = (index: number) => [hosts[index % hosts.length] ?? '']
    await batch(WARM_UP, oneByOne)
    const inTurn = await batch(IN_TURN, oneByOne)
    const atOnce = await batch(TIMES, () => hosts)
    print(inTurn, atOnce)
  } finally {
    await runbot?.stop()
    world.disconnect()
    rmSync(dir, { recursive: true, force: true })
  }
}

function wish(world: ChildProcess, what: Wish): void {
  world.send(what)
}

/** So that there is a place where cards are shown, and their making is measured too. */
async function watch({ inbound }: Runbot): Promise<void> {
  const person = { id: PEOPLE.approver.aadObjectId, name: PEOPLE.approver.name, tenant: 'bench' }
  const conversation = { channel: 'channel' }
  await inbound.command({ id: '1', person, text: 'watch Web Platform', conversation, place: 'channel' })
}

/** Waits until these many runs have ended, all surfaces were told and their leases are given up. */
async function ended(measured: Timeline, store: Store, before: number, count: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (let done = 0; done < count; ) {
    const id = measured.runs()[before + done]?.run
    const record = id === undefined ? undefined : await store.record(id)
    const over = record?.lease === null && record.dueAt === null
    if (over && record.status !== 'succeeded') throw new Error(`run ${record.chain} ended as ${record.status}`)
    if (over) done += 1
    else await new Promise((resolve) => setTimeout(resolve, 5))
    if (Date.now() > deadline) throw new Error(`${done} of ${count} runs have ended in ${PATIENCE_MS / 1000} s`)
  }
}

function print(inTurn: Batch, atOnce: Batch): void {
  const steps = (batch: Batch) => batch.traces.flatMap(stepTimes)
  const row = (name: string, of: (times: StepTimes) => number) => [
    name,
    ...[inTurn, atOnce].flatMap((batch) => {
      const samples = steps(batch).map(of)
      return [ms(percentile(samples, 0.5)), ms(percentile(samples, 0.99))]
    }),
  ]
  console.log(`run: ${machine()}`)
  console.log(
    table([
      ['time of one step', 'one at a time, p50', 'p99', `${AT_ONCE} at once, p50`, 'p99'],
      row('runbot itself', ({ own }) => own),
      row('- of which waiting for its disk', ({ disk }) => disk),
      row('the endpoint (launch, follow, verify)', ({ endpoint }) => endpoint),
      row('ServiceNow, read again before the action', ({ tickets }) => tickets),
      row('polling: waits on purpose', ({ sleep }) => sleep),
      row('all together', ({ wall }) => wall),
    ]),
  )
  const per = (batch: Batch, total: number) => total / batch.traces.length
  const both = (of: (batch: Batch) => string) => [of(inTurn), of(atOnce)]
  console.log(
    table([
      ['one run of 3 steps', 'one at a time', `${AT_ONCE} at once`],
      ['wall time', ...both((batch) => ms(per(batch, batch.wallMs)))],
      ['CPU of runbot’s process, adapters and surfaces included', ...both((batch) => ms(per(batch, batch.cpuMs)))],
      ['writes', ...both((batch) => per(batch, writes(batch)).toFixed(0))],
      ['commits (one disk sync each)', ...both((batch) => per(batch, batch.commits).toFixed(1))],
    ]),
  )
  console.log(`Memory at its highest: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB.`)
}

const writes = ({ traces }: Batch): number => traces.reduce((total, trace) => total + trace.writes, 0)
