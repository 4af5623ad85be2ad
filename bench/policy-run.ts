// Owns what deciding costs in whole runs: the runs of `npm run bench -- run`, with the deciding part of the core timed.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteStore } from '../src/adapters/store/sqlite/sqlite.ts'
import type { Store } from '../src/ports/store.ts'
import { PEOPLE } from '../test/sandbox/world/people.ts'
import { type Spent, spentSoFar } from './policy-timed.ts'
import { stepTimes } from './step-times.ts'
import { type Timeline, type Trace, timeline } from './timeline.ts'
import type { Ready, Wish } from './world.ts'

const PATIENCE_MS = 60_000
const HOSTS = 20

/** One run of three steps, from its proposal to its end. */
export interface DecidedRun {
  /** What deciding took of it. */
  readonly spent: Spent
  /** Its time without waiting for the endpoint and for ServiceNow; its own disk included. */
  readonly ownMs: number
  /** Of these, what its disk took. */
  readonly diskMs: number
  readonly wallMs: number
  /** Of the whole process, surfaces and intake included. */
  readonly cpuMs: number
}

/** Runs one after the other, the warm-up left out. Rejects when one does not succeed. */
export async function decidedRuns(warmUp: number, count: number): Promise<readonly DecidedRun[]> {
  const hook = timeTheCore()
  const dir = mkdtempSync(join(tmpdir(), 'runbot-bench-'))
  const hosts = Array.from({ length: HOSTS }, (_, index) => `web-${String(index + 1).padStart(2, '0')}`)
  const world = fork(fileURLToPath(new URL('world.ts', import.meta.url)), [hosts.join(',')])
  const wish = (what: Wish) => world.send(what)
  const measured = timeline()
  let stop: (() => Promise<void>) | undefined
  try {
    const [{ env }] = (await once(world, 'message')) as [Ready]
    // Not before the hook: what is loaded once stays.
    const { startRunbot } = await import('./runbot.ts')
    const store = await sqliteStore({ path: join(dir, 'runbot.db') })
    const webhookSecret = env['SERVICENOW_WEBHOOK_SECRET'] ?? ''
    const logTo = createWriteStream(join(dir, 'runbot.log'))
    const runbot = await startRunbot({ store, env, webhookSecret, timeline: measured, works: true, logTo })
    stop = runbot.stop
    const person = { id: PEOPLE.approver.aadObjectId, name: PEOPLE.approver.name, tenant: 'bench' }
    const conversation = { channel: 'channel' }
    await runbot.inbound.command({ id: '1', person, text: 'watch Web Platform', conversation, place: 'channel' })
    wish({ connect: `http://127.0.0.1:${runbot.port}` })

    const one = async (index: number): Promise<DecidedRun> => {
      const before = { spent: spentSoFar(), cpu: process.cpuUsage() }
      wish({ raise: [hosts[index % hosts.length] ?? ''] })
      const trace = await ended(measured, store, index)
      const { user, system } = process.cpuUsage(before.cpu)
      const times = wholeRun(trace)
      return {
        spent: since(before.spent),
        ownMs: times.own,
        diskMs: times.disk,
        wallMs: times.wall,
        cpuMs: (user + system) / 1000,
      }
    }
    const all: DecidedRun[] = []
    for (let index = 0; index < warmUp + count; index += 1) all.push(await one(index))
    return all.slice(warmUp)
  } finally {
    await stop?.()
    world.disconnect()
    hook.deregister()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Whatever of src/app is loaded from now on decides through policy-timed.ts. */
function timeTheCore(): { deregister(): void } {
  const timed = new URL('policy-timed.ts', import.meta.url).href
  return registerHooks({
    resolve(specifier, context, next) {
      const isDeciding = /\/core\/(?:policy|plan|gate)\.ts$/.test(specifier)
      if (isDeciding && context.parentURL?.includes('/src/app/')) return { url: timed, shortCircuit: true }
      return next(specifier, context)
    },
  })
}

const since = (before: Spent): Spent => {
  const now = spentSoFar()
  const less = (name: keyof Spent) => ({
    calls: now[name].calls - before[name].calls,
    ms: now[name].ms - before[name].ms,
  })
  return { evaluate: less('evaluate'), draftPlan: less('draftPlan'), planHash: less('planHash'), gate: less('gate') }
}

/** The arithmetic of a step, with the run as its only one. */
function wholeRun(trace: Trace): { wall: number; own: number; disk: number } {
  const mark = (type: string, as: string) =>
    trace.marks.filter((each) => each.type === type).map((each) => ({ ...each, type: as }))
  const marks = [...mark('proposed', 'executionStarted'), ...mark('finished', 'verified')]
  const [times] = stepTimes({ ...trace, marks })
  if (!times) throw new Error(`run ${trace.run} has no times`)
  return times
}

/** Waits until the run has ended, all surfaces were told and its lease is given up. */
async function ended(measured: Timeline, store: Store, index: number): Promise<Trace> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const trace = measured.runs()[index]
    const record = trace && (await store.record(trace.run))
    if (trace && record?.lease === null && record.dueAt === null) {
      if (record.status !== 'succeeded') throw new Error(`run ${record.chain} ended as ${record.status}`)
      return trace
    }
    if (Date.now() > deadline) throw new Error(`run ${index + 1} has not ended in ${PATIENCE_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
