// Owns what is measured of a run from outside the app: its ports are wrapped, and say for each run who was waited for.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Millis } from '../src/core/values.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { Endpoints } from '../src/ports/endpoint.ts'
import type { Store } from '../src/ports/store.ts'
import type { Tickets } from '../src/ports/tickets.ts'
import type { Disk } from './disk.ts'
import { DUE_EVERY_MS } from './due-every.ts'

/** `surface`: telling ServiceNow, beside the engine. `sleep`: runbot waits on purpose before it asks again. */
export type Waited = 'endpoint' | 'tickets' | 'surface' | 'sleep' | 'disk'

export interface Span {
  readonly what: Waited
  readonly from: Millis
  readonly to: Millis
}

/** What was recorded, when it was on disk, and what the process had spent by then. */
export interface Mark {
  readonly type: string
  readonly at: Millis
  readonly spent: Spent
}

/** Of the whole process, so that it says something of one run only while that is the only one. */
export interface Spent {
  /** Of the main thread. */
  readonly cpuMs: Millis
  readonly committingMs: Millis
  readonly statementsMs: Millis
}

export interface Trace {
  readonly run: string
  readonly spans: Span[]
  readonly marks: Mark[]
  writes: number
}

export interface Timeline {
  readonly runs: () => readonly Trace[]
  store(store: Store): Store
  endpoints(endpoints: Endpoints): Endpoints
  tickets(tickets: Tickets): Tickets
  clock(clock: Clock): Clock
}

/** An endpoint here asks for a second at most; the worker's and the intake's own look-arounds are no run's. */
const isPoll = (ms: Millis): boolean => ms <= 1_000 && (ms < DUE_EVERY_MS - 5 || ms > DUE_EVERY_MS)

/** `disk`: what SQLite took, where somebody watches it. */
export function timeline(disk?: Disk): Timeline {
  const traces = new Map<string, Trace>()
  const current = new AsyncLocalStorage<Trace>()
  const spentNow = (): Spent => {
    const { user, system } = process.threadCpuUsage()
    return {
      cpuMs: (user + system) / 1000,
      committingMs: disk?.committingMs() ?? 0,
      statementsMs: disk?.statementsMs() ?? 0,
    }
  }

  const timed = async <T>(what: Waited, work: () => Promise<T>, trace = current.getStore()): Promise<T> => {
    const from = performance.now()
    try {
      return await work()
    } finally {
      trace?.spans.push({ what, from, to: performance.now() })
    }
  }

  return {
    runs: () => [...traces.values()],

    store(store) {
      const written = <A extends unknown[], T>(write: (...given: A) => Promise<T>) => {
        return (...given: A): Promise<T> => {
          const trace = current.getStore()
          if (trace) trace.writes += 1
          return timed('disk', () => write(...given), trace)
        }
      }
      return {
        ...store,
        // The first thing that whoever works on a run does, and in the same breath: from here on its waits are this run's.
        record(chain) {
          const trace = traces.get(chain)
          if (trace) current.enterWith(trace)
          return store.record(chain)
        },
        async append(append) {
          if (append.version === null && append.chain !== 'control')
            traces.set(append.chain, { run: append.chain, spans: [], marks: [], writes: 0 })
          const trace = traces.get(append.chain)
          if (trace) trace.writes += 1
          const record = await timed('disk', () => store.append(append), trace)
          const [at, spent] = [performance.now(), spentNow()]
          for (const { event } of append.entries)
            trace?.marks.push({ type: (event as { type: string }).type, at, spent })
          return record
        },
        claim: written(store.claim),
        release: written(store.release),
        put: written(store.put),
        remove: written(store.remove),
      }
    },

    endpoints: (endpoints) => (request) => {
      const endpoint = endpoints(request)
      return (
        endpoint && {
          ...endpoint,
          launch: (launch) => timed('endpoint', () => endpoint.launch(launch)),
          progress: (planned, handle) => timed('endpoint', () => endpoint.progress(planned, handle)),
          find: (planned, key) => timed('endpoint', () => endpoint.find(planned, key)),
        }
      )
    },

    tickets: (tickets) => ({
      ...tickets,
      incident: (id) => timed('tickets', () => tickets.incident(id)),
      ci: (id) => timed('tickets', () => tickets.ci(id)),
      findCis: (name) => timed('tickets', () => tickets.findCis(name)),
      blast: (ids, incident) => timed('tickets', () => tickets.blast(ids, incident)),
      changes: (ids) => timed('tickets', () => tickets.changes(ids)),
      note: (...given) => timed('surface', () => tickets.note(...given)),
      update: (...given) => timed('surface', () => tickets.update(...given)),
      attach: (...given) => timed('surface', () => tickets.attach(...given)),
    }),

    clock: (clock) => ({
      now: clock.now,
      async sleep(ms, signal) {
        const trace = current.getStore()
        const from = performance.now()
        await clock.sleep(ms, signal)
        // A wait that was cut short is not counted: rather too much is called runbot's own time than too little.
        if (signal?.aborted || !isPoll(ms)) return
        // What a timer is late is runbot's own time; one for 0 ms takes 1.
        trace?.spans.push({ what: 'sleep', from, to: Math.min(performance.now(), from + Math.max(1, ms)) })
      },
    }),
  }
}
