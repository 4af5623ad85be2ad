// Owns what a benchmark of runs stands on: the world beside it, a store on a real disk, and a runbot that is measured.
import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteStore } from '../src/adapters/store/sqlite/sqlite.ts'
import type { Millis } from '../src/core/values.ts'
import type { Store } from '../src/ports/store.ts'
import { PEOPLE } from '../test/sandbox/world/people.ts'
import type { Causes } from './causes.ts'
import type { Disk } from './disk.ts'
import { type Runbot, startRunbot } from './runbot.ts'
import { type Settled, settled } from './settled.ts'
import { type Timeline, type Trace, timeline } from './timeline.ts'
import type { Effects, Ready, Said, Wish } from './world.ts'

export interface Stage {
  readonly hosts: readonly string[]
  readonly store: Store
  readonly timeline: Timeline
  readonly settled: Settled
  wish(what: Wish): void
  /** The next of what the world says that has this key. */
  said<K extends string>(key: K): Promise<Extract<Said, Record<K, unknown>>>
  effects(): Promise<Effects>
  stop(): Promise<void>
}

interface StageOptions {
  readonly disk: Disk
  /** Told of every read and write; it remembers them all, so not where memory is measured. */
  readonly causes?: Causes
  readonly hosts: number
  /** How long the endpoint asks runbot to wait before it asks again. */
  readonly retryAfterS: number
  readonly pollMs?: number
}

export async function stage({ disk, causes, hosts: count, retryAfterS, pollMs = 0 }: StageOptions): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'runbot-bench-'))
  const hosts = Array.from({ length: count }, (_, index) => `web-${String(index + 1).padStart(3, '0')}`)
  const args = [hosts.join(','), String(retryAfterS)]
  const world = fork(fileURLToPath(new URL('world.ts', import.meta.url)), args)
  const [measured, over] = [timeline(disk), settled()]
  let runbot: Runbot | undefined
  const stop = async (): Promise<void> => {
    await runbot?.stop()
    if (world.connected) world.disconnect()
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const [{ env }] = (await once(world, 'message')) as [Ready]
    const sqlite = await sqliteStore({ path: join(dir, 'runbot.db') })
    const watched = over.store(sqlite)
    const store = causes?.store(watched) ?? watched
    const webhookSecret = env['SERVICENOW_WEBHOOK_SECRET'] ?? ''
    const logTo = createWriteStream(join(dir, 'runbot.log'))
    runbot = await startRunbot({ store, env, webhookSecret, timeline: measured, works: true, logTo, pollMs })
    await watch(runbot)
    const wish = (what: Wish): void => void world.send(what)
    wish({ connect: `http://127.0.0.1:${runbot.port}` })
    return {
      hosts,
      store: sqlite,
      timeline: measured,
      settled: over,
      wish,
      said: (key) => heard(world, key),
      async effects() {
        const answer = heard(world, 'effects')
        wish({ tell: 'effects' })
        return (await answer).effects
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** So that there is a place where cards are shown, and their making is measured too. */
async function watch({ inbound }: Runbot): Promise<void> {
  const person = { id: PEOPLE.approver.aadObjectId, name: PEOPLE.approver.name, tenant: 'bench' }
  const conversation = { channel: 'channel' }
  await inbound.command({ id: '1', person, text: 'watch Web Platform', conversation, place: 'channel' })
}

async function heard<K extends string>(world: ChildProcess, key: K): Promise<Extract<Said, Record<K, unknown>>> {
  for await (const [said] of on(world, 'message', { close: ['exit'] }))
    if (key in (said as Said)) return said as Extract<Said, Record<K, unknown>>
  throw new Error('the world ended')
}

/** What a batch of runs cost; all but the traces of the whole process, surfaces and intake included. */
export interface Batch {
  readonly traces: readonly Trace[]
  readonly wallMs: Millis
  /** Of all threads: the collector's and the compiler's too. */
  readonly cpuMs: Millis
  readonly commits: number
}

/** Measures what happens while `work` goes on. */
export async function batch({ timeline: measured }: Stage, disk: Disk, work: () => Promise<void>): Promise<Batch> {
  const known = measured.runs().length
  const [cpu, commits, at] = [process.cpuUsage(), disk.commits(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return {
    traces: measured.runs().slice(known),
    wallMs: performance.now() - at,
    cpuMs: (user + system) / 1000,
    commits: disk.commits() - commits,
  }
}
