// Owns many runs at once on one instance: all of them under way before any goes on, and the proof that nothing was lost.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Millis } from '../src/core/values.ts'
import type { Disk } from './disk.ts'
import { type Batch, batch, type Stage, stage } from './stage.ts'

const PATIENCE_MS = 150_000
const LOOK_EVERY_MS = 100

export type LoopDelay = ReturnType<typeof monitorEventLoopDelay>

/** Bytes. */
interface Memory {
  readonly heap: number
  readonly rss: number
}

export interface AtOnce {
  readonly count: number
  /** From the first incident until every run has its first action under way. */
  readonly arrivalMs: Millis
  /** From then until every run has ended and everybody was told. */
  readonly restMs: Millis
  readonly batch: Batch
  /** `performance.now` when all were under way. */
  readonly gatheredAt: Millis
  readonly memory: {
    readonly before: Memory
    readonly highest: Memory
    readonly gathered: Memory
    readonly after: Memory
  }
  /** Events that ServiceNow sent and that got no 202: no answer in time, or a 503. */
  readonly lostHints: number
  readonly loopDelay: { readonly arriving: LoopDelay; readonly resting: LoopDelay }
}

/** Rejects where a run does not succeed, an action happened not exactly once, or an incident was not resolved. */
export async function atOnce(disk: Disk, count: number): Promise<AtOnce> {
  // A second is what an endpoint says; nobody asks 500 runs for news without a pause. ServiceNow is asked too, as in
  // production: the business rule sends an event once, and some get no answer in time on a busy machine.
  const crowd = await stage({ disk, hosts: count, retryAfterS: 1, pollMs: 30_000 })
  try {
    const before = memoryNow({ collected: true })
    const highest = watchMemory()
    const [arriving, resting] = [monitorEventLoopDelay({ resolution: 1 }), monitorEventLoopDelay({ resolution: 1 })]
    const [began, times] = [performance.now(), { gatheredAt: 0 }]
    let gathered = before
    const all = await batch(crowd, disk, async () => {
      arriving.enable()
      const together = crowd.said('gathered')
      const over = crowd.settled.more(count, PATIENCE_MS)
      crowd.wish({ gather: count })
      crowd.wish({ raise: crowd.hosts })
      await Promise.race([together, over])
      times.gatheredAt = performance.now()
      gathered = memoryNow({ collected: false })
      arriving.disable()
      resting.enable()
      await over
      resting.disable()
    })
    const lostHints = await check(crowd, count)
    return {
      count,
      arrivalMs: times.gatheredAt - began,
      restMs: began + all.wallMs - times.gatheredAt,
      batch: all,
      gatheredAt: times.gatheredAt,
      memory: { before, highest: highest(), gathered, after: memoryNow({ collected: true }) },
      lostHints,
      loopDelay: { arriving, resting },
    }
  } finally {
    await crowd.stop()
  }
}

/**
 * The far side's own count: each server was recycled once a step, no key came twice, every incident is resolved.
 * Answers how many hints were lost.
 */
async function check(crowd: Stage, count: number): Promise<number> {
  const { recycles, repeatedKeys, incidents, lostHints } = await crowd.effects()
  const steps = 3
  const wrong = crowd.hosts.filter((host) => recycles[host] !== steps)
  if (wrong.length > 0) throw new Error(`${wrong.length} servers were not recycled exactly ${steps} times: ${wrong[0]}`)
  if (repeatedKeys > 0) throw new Error(`${repeatedKeys} actions happened twice`)
  const resolved = incidents['6'] ?? 0
  if (resolved !== count)
    throw new Error(`${resolved} of ${count} incidents are resolved: ${JSON.stringify(incidents)}`)
  return lostHints
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function memoryNow({ collected }: { readonly collected: boolean }): Memory {
  if (collected) collect()
  const { heapUsed: heap, rss } = process.memoryUsage()
  return { heap, rss }
}

/** Answers the highest of both since. */
function watchMemory(): () => Memory {
  let highest = memoryNow({ collected: false })
  const timer = setInterval(() => {
    const { heap, rss } = memoryNow({ collected: false })
    highest = { heap: Math.max(highest.heap, heap), rss: Math.max(highest.rss, rss) }
  }, LOOK_EVERY_MS)
  return () => {
    clearInterval(timer)
    return highest
  }
}
