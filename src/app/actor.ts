// Owns one run while this process holds its lease: the engine and each surface go on side by side until nothing is due.
import type { Instant, Millis } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { ChainRecord } from '../ports/store.ts'
import type { Assess } from './assess.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { type Engine, engine } from './engine.ts'
import type { Journal } from './journal.ts'
import { leaseWatch } from './lease-watch.ts'
import { sentence } from './perform/context.ts'
import { type Pulse, pulse } from './pulse.ts'
import type { Surface } from './surfaces/surface.ts'

/** Work that is due within this time keeps the lease; later work gives it up. */
const HOT_MS: Millis = 10_000
const ERROR_MS: Millis = 3_000
/** A bug does not mend itself: it is said once a minute, not in a loop. */
const BUG_MS: Millis = 60_000

export interface ActorContext {
  readonly deps: Deps
  readonly journal: Journal
  readonly assess: Assess
  readonly authority: Authority
  readonly surfaces: readonly Surface[]
  /** What is kept in memory between two leases of a run here: since when a check holds, what was asked to cancel. */
  readonly holds: Map<string, Map<string, Instant>>
  /** The content version under which a waiting plan was last looked at, by run. */
  readonly reviewed: Map<string, string>
}

interface Part {
  readonly name: string
  readonly step: () => Promise<Instant>
  nextAt: Instant
  busy: boolean
  dirty: boolean
}

export interface Actor {
  /** The run's log has news; `now`: also what is only asked now and then. */
  notify(now: boolean): void
  /** Resolves when the lease is given up; never rejects. */
  readonly done: Promise<void>
}

/** Claims nothing itself: `claimed` is the record of a lease that was just taken. */
export function actor(context: ActorContext, claimed: ChainRecord, stop: AbortSignal): Actor {
  const { chain: id, fence } = claimed
  const beat = pulse(context.deps.clock)
  const parts: Part[] = []
  const lost = new AbortController()
  const signal = AbortSignal.any([stop, lost.signal])
  const look = (which: readonly Part[]) => {
    for (const part of which) {
      part.nextAt = 0
      part.dirty = true
    }
    beat.beat()
  }
  const done = () => look(parts.slice(0, 1))
  const work = engine(context, id, fence, signal, { lost: () => lost.abort(), news: done })
  const notify = (now: boolean) => {
    if (now) work.lookNow()
    look(parts)
  }
  return { notify, done: live({ context, claimed, stop, lost, signal, beat, parts, work, notify }) }
}

interface Life {
  readonly context: ActorContext
  readonly claimed: ChainRecord
  readonly stop: AbortSignal
  readonly lost: AbortController
  readonly signal: AbortSignal
  readonly beat: Pulse
  readonly parts: Part[]
  readonly work: Engine
  readonly notify: Actor['notify']
}

async function live({ context, claimed, stop, lost, signal, beat, parts, work, notify }: Life): Promise<void> {
  const { chain: id, fence } = claimed
  const { deps } = context
  const { clock, log } = deps
  // From here on the state in memory is the run's: others' writes are seen by the watch.
  while (!signal.aborted)
    try {
      await context.journal.see(claimed)
      break
    } catch (error) {
      log.warn({ run: id, reason: sentence(error) }, 'the run could not be read, will be tried again')
      // What a newer runbot wrote is for a newer one.
      if (isPortError(error, 'malformed')) return release(context, claimed, claimed.seq, clock.now() + BUG_MS)
      await clock.sleep(ERROR_MS, signal)
    }
  const watch = leaseWatch(context, claimed, { lost: () => lost.abort(), seen: work.seen, wanted: () => notify(true) })

  parts.push(
    { name: 'engine', step: work.step, nextAt: 0, busy: false, dirty: false },
    ...context.surfaces.map((surface) => ({
      name: surface.name,
      step: () => surface.deliver(id, { signal, fence, isMine: watch.isMine }),
      nextAt: 0,
      busy: false,
      dirty: false,
    })),
  )
  const advance = async (part: Part) => {
    part.busy = true
    part.dirty = false
    let nextAt: Instant
    try {
      nextAt = await part.step()
    } catch (error) {
      nextAt = clock.now() + (isPortError(error) ? ERROR_MS : BUG_MS)
      if (isPortError(error, 'conflict')) lost.abort()
      else if (isPortError(error)) log.warn({ run: id, part: part.name, reason: error.message }, 'will be tried again')
      else log.error({ run: id, part: part.name, err: error }, 'a bug stopped this part of the run')
    }
    part.nextAt = part.dirty ? 0 : nextAt
    part.busy = false
    beat.beat()
  }
  try {
    while (!signal.aborted) {
      const now = clock.now()
      for (const part of parts) if (!part.busy && part.nextAt <= now) void advance(part)
      const nextAt = Math.min(...parts.map((part) => (part.busy ? Number.POSITIVE_INFINITY : part.nextAt)))
      if (work.idle() && parts.every((part) => !part.busy) && nextAt > now + HOT_MS) break
      await beat.wait(nextAt, signal)
    }
    while (!work.idle() || parts.some((part) => part.busy))
      await beat.wait(clock.now() + 1000, new AbortController().signal)
  } finally {
    watch.stop()
  }
  const nextAt = Math.min(...parts.map((part) => part.nextAt))
  if (!lost.signal.aborted) await release(context, claimed, work.seen(), stop.aborted ? clock.now() : nextAt)
}

/** Gives the lease up. What was appended since the engine last looked is due at once. */
async function release(
  { deps }: ActorContext,
  { chain: id, fence }: ChainRecord,
  seenSeq: number,
  nextAt: Instant,
): Promise<void> {
  const { store, clock, log } = deps
  try {
    await store.release(id, fence, Number.isFinite(nextAt) ? nextAt : null)
    const record = await store.record(id)
    if (record && record.seq !== seenSeq) await store.wake(id, clock.now())
  } catch (error) {
    if (!isPortError(error)) throw error
    log.debug({ run: id, reason: error.message }, 'the lease was gone already')
  }
}
