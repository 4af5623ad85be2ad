// Owns whose code the main thread ran: a CPU profile of a while, its samples counted by the part of runbot they lie in.
import { Session } from 'node:inspector/promises'

/** The first that the path of the innermost own file fits; what has no own file is Node's, or the collector's. */
const parts: readonly (readonly [part: string, file: RegExp])[] = [
  ['the store: SQL, its COMMITs included', /\/(?:src\/adapters\/store\/sqlite|bench\/disk)/],
  ['hashing and canonical JSON', /\/src\/adapters\/store\/hashing|\/canonicalize\//],
  ['HTTP of runbot’s own (axios, OAuth, allow lists, zod)', /\/src\/adapters\/(?:wire|servicenow|endpoints)\//],
  ['drawing cards, writing notes', /\/src\/(?:app\/(?:views|run-cards|bundle|exact)|adapters\/teams)/],
  ['surfaces', /\/src\/app\/surfaces\//],
  ['the core: decide, evolve, owed, evaluate, plan', /\/src\/(?:core|adapters\/catalog)\//],
  ['engine, journal, worker, pulse and the like', /\/src\/(?:app|ports)\//],
  ['the HTTP server, log and metrics', /\/src\/adapters\/http\//],
  ['measuring', /\/bench\//],
]

export interface CpuShare {
  readonly part: string
  /** Of the time in which the thread was not idle. */
  readonly share: number
}

/** Runs `work` under the profiler; the shares are in falling order. */
export async function cpuShares(work: () => Promise<void>): Promise<readonly CpuShare[]> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 500 })
  await session.post('Profiler.start')
  await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()

  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const callers = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const partOf = (leaf: number): string | null => {
    const name = nodes.get(leaf)?.callFrame.functionName
    if (name === '(idle)') return null
    if (name === '(garbage collector)') return 'collecting garbage'
    for (let id: number | undefined = leaf; id !== undefined; id = callers.get(id)) {
      const url = nodes.get(id)?.callFrame.url ?? ''
      const found = parts.find(([, file]) => file.test(url))
      if (found) return found[0]
    }
    return 'Node itself: sockets, HTTP, timers, promises'
  }
  const times = new Map<string, number>()
  for (const [index, leaf] of (profile.samples ?? []).entries()) {
    const part = partOf(leaf)
    if (part !== null) times.set(part, (times.get(part) ?? 0) + (profile.timeDeltas?.[index] ?? 0))
  }
  const all = [...times.values()].reduce((total, each) => total + each, 0)
  return [...times].map(([part, time]) => ({ part, share: time / all })).toSorted((a, b) => b.share - a.share)
}
