// Owns what is measured of a run from outside the app: its ports are wrapped, and say for each run who was waited for.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Millis } from '../src/core/values.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { Endpoints } from '../src/ports/endpoint.ts'
import type { Store } from '../src/ports/store.ts'
import type { Tickets } from '../src/ports/tickets.ts'

/** `surface`: telling ServiceNow, beside the engine. `sleep`: runbot waits on purpose before it asks again. */
export type Waited = 'endpoint' | 'tickets' | 'surface' | 'sleep' | 'disk'

export interface Span {
  readonly what: Waited
  readonly from: Millis
  readonly to: Millis
}

export interface Trace {
  readonly run: string
  readonly spans: Span[]
  /** What was recorded, and when it was on disk. */
  readonly marks: { readonly type: string; readonly at: Millis }[]
  writes: number
}

export interface Timeline {
  readonly runs: () => readonly Trace[]
  store(store: Store): Store
  endpoints(endpoints: Endpoints): Endpoints
  tickets(tickets: Tickets): Tickets
  clock(clock: Clock): Clock
}

/** The worker's and the intake's own look-arounds are longer, and are no run's. */
const LONGEST_POLL_MS: Millis = 400

export function timeline(): Timeline {
  const traces = new Map<string, Trace>()
  const current = new AsyncLocalStorage<Trace>()

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
          const at = performance.now()
          for (const { event } of append.entries) trace?.marks.push({ type: (event as { type: string }).type, at })
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
        if (signal?.aborted || ms > LONGEST_POLL_MS) return
        // What a timer is late is runbot's own time; one for 0 ms takes 1.
        trace?.spans.push({ what: 'sleep', from, to: Math.min(performance.now(), from + Math.max(1, ms)) })
      },
    }),
  }
}
