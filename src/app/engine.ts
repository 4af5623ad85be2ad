// Owns doing what is owed to one run: read, fold, ask what is owed, do it side by side where it may be, until nothing is.
import { halt } from '../core/ending.ts'
import { calendarFreezes } from '../core/guardrails/freeze.ts'
import { owed, type Work, workKey } from '../core/owed.ts'
import type { Run } from '../core/run.ts'
import type { Instant, Millis } from '../core/values.ts'
import type { Verdict } from '../core/verdict.ts'
import { isPortError } from '../ports/errors.ts'
import type { ActorContext } from './actor.ts'
import type { Deps } from './deps.ts'
import { partiesOf } from './parties.ts'
import { letGo } from './perform/begin.ts'
import { type Performed, type Performing, sentence } from './perform/context.ts'
import { perform } from './perform/perform.ts'
import { review } from './perform/plan.ts'

export interface Engine {
  /** Starts all that may be done now; answers when to come back at the latest. */
  step(): Promise<Instant>
  /** Nothing is being done. */
  idle(): boolean
  /** What waits for its next look is looked at now: a person has said something, or there was a hint from outside. */
  lookNow(): void
  /** The last entry that was seen. */
  seen(): number
}

const ERROR_MS: Millis = 3_000
/** A bug does not mend itself: it is said once a minute, not in a loop. */
const BUG_MS: Millis = 60_000
const REFUSED_MS: Millis = 1_000
const NEVER = Number.POSITIVE_INFINITY

/** `lost` is called when another process holds the run by now; `news` when something was done. */
export function engine(
  context: ActorContext,
  id: string,
  fence: number,
  signal: AbortSignal,
  on: { readonly lost: () => void; readonly news: () => void },
): Engine {
  const { deps, journal, assess, authority } = context
  const { log, clock } = deps
  const holds = context.holds.get(id) ?? new Map<string, Instant>()
  context.holds.set(id, holds)
  const running = new Map<string, Promise<void>>()
  const notBefore = new Map<string, Instant>()
  let seen = 0
  let released = false

  const given = (run: Run): Performing => ({
    deps,
    journal,
    assess,
    authority,
    run,
    signal,
    holds,
    transact: async (decide, evidence) => {
      const done = await journal.transact(id, decide, fence, evidence)
      if (done.ok) return 'done'
      // The run moved on, or what was owed is not allowed: either way it is looked at again, never in a tight loop.
      log.debug({ run: id, reason: done.refusal.reason }, 'what was owed is not to be done')
      return { againMs: REFUSED_MS }
    },
    renew: async () => {
      await deps.store.renew(id, fence, clock.now(), deps.settings.leaseMs)
      return (await journal.load(id))?.run ?? run
    },
  })

  const attempt = async (key: string, act: () => Promise<Performed>): Promise<void> => {
    try {
      const performed = await act()
      if (performed === 'done') notBefore.delete(key)
      else notBefore.set(key, clock.now() + performed.againMs)
    } catch (error) {
      notBefore.set(key, clock.now() + (isPortError(error) ? ERROR_MS : BUG_MS))
      if (isPortError(error, 'conflict')) on.lost()
      else if (isPortError(error)) log.warn({ run: id, work: key, reason: error.message }, 'will be tried again')
      else {
        log.error({ run: id, work: key, err: error }, 'a bug stopped this part of the run')
        await handOver(error)
      }
    }
  }

  /** A bug hands the run to a person instead of trying for ever. */
  const handOver = async (bug: unknown): Promise<void> => {
    const reason = `runbot met a bug: ${sentence(bug).slice(0, 200)}`
    const halted = (run: Run): Verdict => ({ ok: true, events: run.finished ? [] : [halt(run, 'needsHuman', reason)] })
    try {
      await journal.transact(id, halted, fence)
    } catch (error) {
      log.warn({ run: id, reason: sentence(error) }, 'the run could not be handed to a person')
    }
  }

  const start = (lane: string, key: string, act: () => Promise<Performed>): void => {
    const work = attempt(key, act).finally(() => {
      running.delete(lane)
      on.news()
    })
    running.set(lane, work)
  }

  /** Nothing is owed by now: what a run leaves behind when it rests or ends. */
  const rest = async (run: Run, wakeAt: Instant | null): Promise<Instant> => {
    if (run.finished) {
      context.holds.delete(id)
      context.reviewed.delete(id)
      if (run.startedAt && !released) await letGo(given(run))
      released = true
    }
    if (run.status !== 'awaitingApproval' || running.size > 0) return wakeAt ?? NEVER
    const version = reviewKey(deps)
    if (context.reviewed.get(id) === version) return wakeAt ?? NEVER
    const dueAt = notBefore.get('review') ?? 0
    if (dueAt > clock.now()) return dueAt
    start('run', 'review', async () => {
      const performed = await review(given(run))
      if (performed === 'done' || performed.againMs === NEVER) context.reviewed.set(id, version)
      return performed === 'done' || performed.againMs === NEVER ? 'done' : performed
    })
    return NEVER
  }

  return {
    idle: () => running.size === 0,
    seen: () => seen,
    lookNow: () => notBefore.clear(),
    async step() {
      if (signal.aborted) return clock.now()
      const loaded = await journal.last(id)
      if (!loaded) return NEVER
      const { run } = loaded
      seen = run.seq
      if (!run.finished) released = false
      const next = owed(run, clock.now(), partiesOf(deps, run))
      if (next.works.length === 0) return rest(run, next.wakeAt)
      let wakeAt = next.wakeAt ?? NEVER
      for (const work of next.works) {
        const [lane, key] = [laneOf(work), workKey(work)]
        // What concerns the run as a whole waits until nothing else is being done.
        if (running.has(lane) || running.has('run') || (lane === 'run' && running.size > 0)) continue
        const dueAt = notBefore.get(key) ?? 0
        if (dueAt > clock.now()) wakeAt = Math.min(wakeAt, dueAt)
        else {
          if (work.do === 'decide') context.reviewed.set(id, reviewKey(deps))
          start(lane, key, () => perform(given(run), work))
        }
      }
      return wakeAt
    },
  }
}

/** One thing at a time per target: what is being sent is not asked after before its answer is there. */
function laneOf(work: Work): string {
  if ('at' in work) return `target:${work.at.target}`
  if ('scope' in work) return `ask:${work.scope}`
  return work.do === 'capture' ? `capture:${work.id}` : 'run'
}

/** What a waiting plan was looked at under: the files, and the calendars that freeze, whose overrides are asked then. */
function reviewKey({ files, clock }: Deps): string {
  const { version, governance } = files.current()
  return JSON.stringify([version, calendarFreezes(governance, clock.now()).map(({ why }) => why)])
}
