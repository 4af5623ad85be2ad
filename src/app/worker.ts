// Owns finding due runs and giving each to one actor; wakes at once on an append here, and looks regularly for the rest.
import type { RunEvent } from '../core/run.ts'
import { isPortError } from '../ports/errors.ts'
import type { ChainRecord } from '../ports/store.ts'
import { type Actor, type ActorContext, actor } from './actor.ts'
import { sentence } from './perform/context.ts'
import { pulse } from './pulse.ts'

export interface Worker {
  start(): void
  /** Stops taking new work, lets what is in flight come to a safe point, and gives the leases up. */
  stop(): Promise<void>
  /** Has a run looked at now. */
  wake(id: string): Promise<void>
  /** Has the worker look whether it may work. */
  look(): void
}

const DUE_LIMIT = 50

/** `mayWork` false: no run is taken, and those that are in hand are given back. */
export function worker(context: ActorContext, mayWork: () => boolean): Worker {
  const { deps, journal } = context
  const { store, clock, log, settings, owner } = deps
  const actors = new Map<string, Actor>()
  const stop = new AbortController()
  /** Ends with the time in which this replica may work; there may be many. */
  let shift = new AbortController()
  const beat = pulse(clock)
  const news = new Set<string>()
  let loop: Promise<void> | undefined

  journal.onAppend((id, events) => {
    const running = actors.get(id)
    if (running) running.notify(events.some(isOfAPerson))
    else {
      news.add(id)
      beat.beat()
    }
  })

  const take = async (record: ChainRecord): Promise<void> => {
    const { chain, version } = record
    if (actors.has(chain) || stop.signal.aborted || !mayWork()) return
    try {
      const claimed = await store.claim(chain, version, owner, clock.now(), settings.leaseMs)
      if (actors.has(chain)) return
      const running = actor(context, claimed, AbortSignal.any([stop.signal, shift.signal]))
      actors.set(chain, running)
      void running.done
        .catch((error: unknown) => log.error({ run: chain, err: error }, 'an actor ended badly'))
        .finally(() => {
          actors.delete(chain)
          beat.beat()
        })
    } catch (error) {
      if (!isPortError(error, 'conflict')) throw error
      news.add(chain)
    }
  }

  const round = async (): Promise<void> => {
    if (!mayWork()) return shift.abort()
    if (shift.signal.aborted) shift = new AbortController()
    const fresh = [...news]
    news.clear()
    for (const id of fresh) {
      const record = await store.record(id)
      const leased = record?.lease && record.lease.until > clock.now()
      if (record && record.dueAt !== null && record.dueAt <= clock.now() && !leased) await take(record)
    }
    for (const record of await store.due(clock.now(), DUE_LIMIT)) await take(record)
  }

  return {
    start() {
      loop ??= (async () => {
        while (!stop.signal.aborted) {
          try {
            await round()
          } catch (error) {
            log.warn({ reason: sentence(error) }, 'looking for due work failed')
          }
          await beat.wait(clock.now() + settings.dueEveryMs, stop.signal)
        }
      })()
    },
    async stop() {
      stop.abort()
      await loop
      await Promise.all([...actors.values()].map((running) => running.done))
    },
    look: beat.beat,
    async wake(id) {
      actors.get(id)?.notify(true)
      await store.wake(id, clock.now())
      beat.beat()
    },
  }
}

/** Somebody said something: whatever waits for its next look may not wait any more. */
const isOfAPerson = (event: RunEvent): boolean => 'by' in event && event.by !== null && event.type !== 'clickRefused'
