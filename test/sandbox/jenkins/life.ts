// Owns the life of an item: the quiet period, the moment without an executable, the build and its end. CONTRACTS 3
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Build,
  type BuildResult,
  type JenkinsEffect,
  type Job,
  type ParameterValue,
  type QueueItem,
  valuesOf,
} from './model.ts'

export type LifeOptions = {
  effects: JenkinsEffect[]
  /** Milliseconds in the queue; items stay there for good where it is undefined. */
  quietMs: number | undefined
  /** Milliseconds that a build lasts; it goes on for good where it is undefined. */
  durationMs: number | undefined
}

export const createLife = ({ effects, ...durations }: LifeOptions) => {
  const items: QueueItem[] = []
  const underWay = new Set<Promise<void>>()
  const stopped = new AbortController()
  let lastId = 40

  /** The item leaves the queue; its build may still be missing. */
  const leave = (item: QueueItem): void => {
    item.state = 'left'
    item.why = null
  }
  const begin = (item: QueueItem): Build => {
    const { job, parameters } = item
    const number = job.nextBuildNumber
    const build: Build = {
      number,
      queueId: item.id,
      timestamp: Date.now(),
      job,
      parameters,
      building: true,
      inProgress: true,
      result: null,
      log: '',
    }
    item.build = build
    job.nextBuildNumber += 1
    job.builds.unshift(build)
    job.builds.splice(job.keep ?? Number.POSITIVE_INFINITY)
    effects.push({ job: job.name, number, parameters: valuesOf(parameters) })
    return build
  }
  /** At once; a test that wants the result before the end of the building sets it by itself. CONTRACTS 3 */
  const end = (build: Build, result: BuildResult = build.job.result ?? 'SUCCESS'): void => {
    if (!build.building) return
    build.log = build.job.log ?? ''
    Object.assign(build, { result, building: false, inProgress: false })
  }

  const live = async (item: QueueItem): Promise<void> => {
    const { quietMs, durationMs } = durations
    if (quietMs === undefined) return
    await sleep(quietMs, undefined, { signal: stopped.signal })
    if (item.state === 'left') return
    leave(item)
    await sleep(2, undefined, { signal: stopped.signal })
    const build = begin(item)
    if (durationMs === undefined) return
    await sleep(durationMs, undefined, { signal: stopped.signal })
    end(build)
  }

  return {
    items,
    leave,
    begin,
    end,
    enqueue(job: Job, parameters: ParameterValue[]): QueueItem {
      lastId += 1
      const why = 'In the quiet period. Expires in 4.9 sec'
      const item: QueueItem = { id: lastId, job, parameters, state: 'waiting', cancelled: false, build: null, why }
      items.push(item)
      const life = live(item)
        .catch(() => {})
        .finally(() => underWay.delete(life))
      underWay.add(life)
      return item
    },
    cancel(item: QueueItem): void {
      leave(item)
      item.cancelled = true
    },
    /** What left the queue is forgotten after about five minutes. CONTRACTS 3 */
    forget(): void {
      items.splice(0, items.length, ...items.filter(({ state }) => state !== 'left'))
    },
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    abandon: () => stopped.abort(),
  }
}

export type Life = ReturnType<typeof createLife>
