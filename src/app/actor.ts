// Owns one run while this process holds its lease: the engine and each surface go on side by side until nothing is due.
import { calendarFreezes } from '../core/guardrails/freeze.ts'
import { owed } from '../core/owed.ts'
import type { Instant, Millis } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { Assess } from './assess.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import type { Journal } from './journal.ts'
import { partiesOf } from './parties.ts'
import { letGo } from './perform/begin.ts'
import { type Performing, sentence } from './perform/context.ts'
import { perform } from './perform/perform.ts'
import { review } from './perform/plan.ts'
import { type Pulse, pulse } from './pulse.ts'
import type { Surface } from './surfaces/surface.ts'

/** Work that is due within this time keeps the lease; later work gives it up. */
const HOT_MS: Millis = 10_000
const ERROR_MS: Millis = 3_000
/** A bug does not mend itself: it is said once a minute, not in a loop. */
const BUG_MS: Millis = 60_000
const REFUSED_MS: Millis = 1_000

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
  /** The run's log has news. */
  notify(): void
  /** Resolves when the lease is given up; never rejects. */
  readonly done: Promise<void>
}

/** Claims nothing itself: `fence` is of a lease that was just taken. */
export function actor(context: ActorContext, id: string, fence: number, stop: AbortSignal): Actor {
  const beat = pulse(context.deps.clock)
  const parts: Part[] = []
  const news = () => {
    for (const part of parts) {
      part.nextAt = 0
      part.dirty = true
    }
    beat.beat()
  }
  return { notify: news, done: live(context, id, fence, stop, beat, parts) }
}

async function live(
  context: ActorContext,
  id: string,
  fence: number,
  stop: AbortSignal,
  beat: Pulse,
  parts: Part[],
): Promise<void> {
  const { deps } = context
  const { clock, store, log } = deps
  const lost = new AbortController()
  const signal = AbortSignal.any([stop, lost.signal])
  const heartbeat = setInterval(() => {
    store.renew(id, fence, clock.now(), deps.settings.leaseMs).catch((error: unknown) => {
      if (isPortError(error, 'conflict')) lost.abort()
      else log.warn({ run: id, reason: sentence(error) }, 'the lease could not be renewed')
    })
  }, deps.settings.leaseMs / 3)

  const seen = { seq: 0 }
  parts.push(
    { name: 'engine', step: engine(context, id, fence, signal, seen), nextAt: 0, busy: false, dirty: false },
    ...context.surfaces.map((surface) => ({
      name: surface.name,
      step: () => surface.deliver(id, signal),
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
      if (!isPortError(error) && part.name === 'engine') await bug(context, id, fence, error)
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
      if (parts.every((part) => !part.busy) && nextAt > now + HOT_MS) break
      await beat.wait(nextAt, signal)
    }
    while (parts.some((part) => part.busy)) await beat.wait(clock.now() + 1000, new AbortController().signal)
  } finally {
    clearInterval(heartbeat)
  }
  const nextAt = Math.min(...parts.map((part) => part.nextAt))
  if (!lost.signal.aborted) await release(context, id, fence, seen.seq, stop.aborted ? clock.now() : nextAt)
}

/** The engine: read, fold, ask what is owed, do it, until nothing is. Answers when to come back. */
function engine(
  context: ActorContext,
  id: string,
  fence: number,
  signal: AbortSignal,
  seen: { seq: number },
): () => Promise<Instant> {
  const { deps, journal, assess, authority } = context
  const { log } = deps
  const holds = context.holds.get(id) ?? new Map<string, Instant>()
  context.holds.set(id, holds)
  let released = false
  return async () => {
    for (;;) {
      if (signal.aborted) return deps.clock.now()
      const loaded = await journal.load(id)
      if (!loaded) return Number.POSITIVE_INFINITY
      const { run } = loaded
      seen.seq = run.seq
      const work: Performing = {
        deps,
        journal,
        assess,
        authority,
        run,
        signal,
        holds,
        transact: async (decide) => {
          const done = await journal.transact(id, decide, fence)
          if (done.ok) return 'done'
          // The run moved on, or what was owed is not allowed: either way it is looked at again, never in a tight loop.
          log.debug({ run: id, reason: done.refusal.reason }, 'what was owed is not to be done')
          return { againMs: REFUSED_MS }
        },
      }
      const next = owed(run, deps.clock.now(), partiesOf(deps, run))
      if (next.work === null) {
        if (run.finished) {
          context.holds.delete(id)
          context.reviewed.delete(id)
        }
        if (run.finished && run.startedAt && !released) {
          await letGo(work)
          released = true
        }
        if (run.status !== 'awaitingApproval') return next.wakeAt ?? Number.POSITIVE_INFINITY
        const version = reviewKey(deps)
        if (context.reviewed.get(id) === version) return next.wakeAt ?? Number.POSITIVE_INFINITY
        const performed = await review(work)
        if (performed !== 'done' && performed.againMs !== Number.POSITIVE_INFINITY)
          return deps.clock.now() + performed.againMs
        context.reviewed.set(id, version)
        continue
      }
      if (next.work.do === 'decide') context.reviewed.set(id, reviewKey(deps))
      const performed = await perform(work, next.work)
      if (performed !== 'done') return deps.clock.now() + performed.againMs
    }
  }
}

/** What a waiting plan was looked at under: the files, and the calendars that freeze, whose overrides are asked then. */
function reviewKey({ files, clock }: Deps): string {
  const { version, governance } = files.current()
  return JSON.stringify([version, calendarFreezes(governance, clock.now()).map(({ why }) => why)])
}

/** A bug in the engine hands the run to a person instead of trying for ever. */
async function bug({ journal }: ActorContext, id: string, fence: number, error: unknown): Promise<void> {
  const reason = `runbot met a bug: ${sentence(error).slice(0, 200)}`
  await journal
    .transact(
      id,
      (run) => ({ ok: true, events: run.finished ? [] : [{ type: 'finished', status: 'needsHuman', reason }] }),
      fence,
    )
    .catch(() => undefined)
}

/** Gives the lease up. What was appended since the engine last looked is due at once. */
async function release(
  { deps }: ActorContext,
  id: string,
  fence: number,
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
