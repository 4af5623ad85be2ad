// Owns what remains to be done for a run, derived from its state alone: there is no other job queue (DESIGN §3).
import { type Absent, approvalsFor, tally } from './approval.ts'
import { ending } from './ending.ts'
import {
  type PlannedCheck,
  type PlannedPreflight,
  type PlannedRequest,
  type PlannedStep,
  scopesOf,
  stepAsk,
  waveScope,
} from './plan.ts'
import type { Part } from './policy.ts'
import { targetEnd } from './progress.ts'
import type { ApprovalScope, At, EndStatus, Run } from './run.ts'
import type { PlannedLook } from './signals.ts'
import { hasFailed, hasMutated, isInFlight, type Sent, type StepState, stepOf } from './step-state.ts'
import { type Instant, type Millis, own } from './values.ts'

export type Work =
  | { readonly do: 'capture'; readonly id: string; readonly target: string; readonly request: PlannedLook }
  | { readonly do: 'plan' }
  | { readonly do: 'decide' }
  | { readonly do: 'expire'; readonly scope: ApprovalScope }
  | { readonly do: 'begin' }
  | { readonly do: 'weighRung'; readonly at: At; readonly step: PlannedStep }
  | { readonly do: 'skip'; readonly at: At; readonly reason: string }
  | { readonly do: 'preflight'; readonly at: At; readonly request: PlannedPreflight }
  | { readonly do: 'askPart'; readonly part: Part; readonly scope: ApprovalScope }
  | { readonly do: 'remind'; readonly scope: ApprovalScope; readonly count: number }
  | { readonly do: 'escalate'; readonly scope: ApprovalScope; readonly to: readonly string[] }
  | { readonly do: 'replace' }
  | { readonly do: 'openStandardChange'; readonly template: string }
  | { readonly do: 'act'; readonly at: At; readonly request: PlannedRequest; readonly scopes: readonly ApprovalScope[] }
  | { readonly do: 'follow'; readonly at: At; readonly which: 'action' | 'rollback'; readonly sent: Sent }
  | { readonly do: 'verify'; readonly at: At; readonly request: PlannedCheck; readonly startedAt: Instant | null }
  | { readonly do: 'confirm'; readonly at: At; readonly withinMs: Millis; readonly askedAt: Instant | null }
  | { readonly do: 'retry'; readonly at: At; readonly attempt: number; readonly reason: string }
  | { readonly do: 'rollBack'; readonly at: At; readonly request: PlannedRequest }
  | { readonly do: 'finish'; readonly status: EndStatus; readonly reason: string }

/** All that may be done now, side by side, and when to look again at the latest (null: when somebody acts). */
export interface Owed {
  readonly works: readonly Work[]
  readonly wakeAt: Instant | null
}

/** What tells two pieces of work of a run apart: the same is never done twice at a time. */
export function workKey(work: Work): string {
  if ('at' in work) return `${work.do}:${work.at.target}/${work.at.step}`
  if ('scope' in work) return `${work.do}:${work.scope}`
  return work.do === 'capture' ? `capture:${work.id}` : work.do
}

/** A preflight older than this is made again before the action. */
export const PREFLIGHT_FRESH_MS: Millis = 60_000

/** Evidence of how things were left, beside that from before the ask. */
export const AFTER = 'after-'

const rest = (wakeAt: Instant | null): Owed => ({ works: [], wakeAt })
const one = (work: Work): Owed => ({ works: [work], wakeAt: null })

/** The same ask, of several targets, is one piece of work. */
function together(parts: readonly Owed[]): Owed {
  const works = new Map(parts.flatMap((part) => part.works.map((work) => [workKey(work), work] as const)))
  const wakes = parts.flatMap(({ wakeAt }) => (wakeAt === null ? [] : [wakeAt]))
  return { works: [...works.values()], wakeAt: wakes.length > 0 ? Math.min(...wakes) : null }
}

/** What is owed to the run at `at`. Pure: the same log and time always give the same answer. */
export function owed(run: Run, at: Instant, parties: Absent): Owed {
  if (run.finished) return rest(null)
  if (!run.startedAt && run.stopRequested)
    return one({
      do: 'finish',
      status: 'cancelled',
      reason: `stopped by ${run.stopRequested.by.name}: ${run.stopRequested.reason}`,
    })
  if (run.edit) return one({ do: 'replace' })
  if (run.gather) return capture(run, '') ?? one({ do: 'finish', status: 'needsHuman', reason: run.gather.reason })
  if (!run.draft) return run.runbook ? one({ do: 'plan' }) : rest(null)
  if (!run.plan) return capture(run, '') ?? one({ do: 'decide' })
  if (!run.startedAt) return ask(run, 'run', at, parties) ?? beginning(run)
  return execute(run, at, parties)
}

/** Evidence that is still to be looked at; null: none. */
function capture(run: Run, prefix: string): Owed | null {
  const works = ((run.draft ?? run.gather)?.evidence ?? []).flatMap(({ target, request }, index): Work[] => {
    const id = `${prefix}${index + 1}`
    return run.evidence.some((each) => each.id === id) ? [] : [{ do: 'capture', id, target, request }]
  })
  return works.length > 0 ? { works, wakeAt: null } : null
}

/** The change that is its evidence comes first, where policy wants one. */
function beginning(run: Run): Owed {
  const template = run.decision?.standardChange
  return one(template === undefined || run.standardChange ? { do: 'begin' } : { do: 'openStandardChange', template })
}

/** null: the scope needs no approval, or has it. */
function ask(run: Run, scope: ApprovalScope, at: Instant, parties: Absent): Owed | null {
  const asked = run.asks[scope]
  if (!asked) return null
  if (tally(asked.rule, approvalsFor(run, asked), parties).complete) return null
  if (at >= asked.expiresAt) return one({ do: 'expire', scope })
  const { rule } = asked
  const waiting = rule.lines.flatMap(({ substitute }) =>
    substitute && !substitute.from.every((group) => asked.escalated.includes(group)) ? [substitute] : [],
  )
  const due = waiting.filter(({ afterMs }) => at >= asked.at + afterMs)
  const to = [...new Set(due.flatMap(({ from }) => from))].filter((group) => !asked.escalated.includes(group))
  if (to.length > 0) return one({ do: 'escalate', scope, to })
  const count = rule.remindMs === undefined ? 0 : Math.floor((at - asked.at) / rule.remindMs)
  if (count > asked.reminded) return one({ do: 'remind', scope, count })
  return rest(
    Math.min(
      asked.expiresAt,
      ...(rule.remindMs === undefined ? [] : [asked.at + (count + 1) * rule.remindMs]),
      ...waiting.map(({ afterMs }) => asked.at + afterMs),
    ),
  )
}

function execute(run: Run, at: Instant, parties: Absent): Owed {
  const targets = (run.draft?.waves ?? []).flat()
  const each = (next: (target: string) => Owed | null): Owed | null => {
    const parts = targets.flatMap((target) => next(target) ?? [])
    return parts.length > 0 ? together(parts) : null
  }
  // A person's stop, or somebody who has it in hand: what is under way ends, and nothing is started, no rollback either.
  // What is undone on request stops there also where the way was closed meanwhile.
  if (run.stopRequested || run.takenOver || (run.undo && run.brake))
    return each((target) => followed(run, target)) ?? end(run)
  if (run.undo) return undoing(run, targets) ?? end(run)
  if (run.brake) return each((target) => wound(run, target)) ?? end(run)
  const failures: string[] = []
  for (const [index, wave] of (run.draft?.waves ?? []).entries()) {
    // A person has had these repeated: they, and nothing else, whatever failed besides.
    const wanted = run.retrying.length > 0 ? wave.filter((target) => run.retrying.includes(target)) : wave
    const states = wanted.map((target) => ({ target, state: targetEnd(run, target) }))
    for (const { target, state } of states) if (state.done && state.end !== 'succeeded') failures.push(target)
    const broken = states.some(({ state }) => state.done && (state.end === 'unknown' || state.end === 'rollbackFailed'))
    const tooMany = run.retrying.length === 0 && failures.length >= (run.draft?.stopAfterFailures ?? 1)
    if (broken || tooMany) return each((target) => wound(run, target)) ?? end(run)
    const open = states.flatMap(({ target, state }) => (state.done ? [] : [target]))
    if (open.length > 0) return onWave(run, index, open, at, parties)
  }
  return end(run)
}

/** Targets of a wave side by side: so many at once, group by group. Those that were begun go on first. */
function onWave(run: Run, index: number, open: readonly string[], at: Instant, parties: Absent): Owed {
  const { waves = [], concurrency = 1, batch = Number.POSITIVE_INFINITY } = run.draft ?? {}
  const wave = waves[index] ?? []
  const group = Math.min(...open.map((target) => Math.floor(wave.indexOf(target) / batch)))
  const now = open.filter((target) => Math.floor(wave.indexOf(target) / batch) === group)
  const begun = now.filter((target) => Object.keys(own(run.steps, target) ?? {}).length > 0)
  const waiting = askWave(run, index, at, parties)
  const midway = begun.filter((target) => isMidway(run, target))
  if (waiting) return midway.length > 0 ? together(midway.map(go)) : waiting
  const fresh = now.filter((target) => !begun.includes(target))
  return together([...begun, ...fresh].slice(0, Math.max(1, concurrency)).map(go))

  function go(target: string): Owed {
    const state = targetEnd(run, target)
    if (state.done) return rest(null)
    if (state.retryAt !== undefined) return repeat(run, { target, step: state.step.id }, state.retryAt, at)
    return state.undo
      ? undo(run, { target, step: state.step.id }, state.step)
      : onTarget(run, target, state.step, state.broken, at, parties)
  }
}

/** Something of its step was sent: that is followed, verified or undone, whatever is asked (P11). */
function isMidway(run: Run, target: string): boolean {
  const state = targetEnd(run, target)
  return !state.done && (state.undo || stepOf(run, { target, step: state.step.id }).action !== null)
}

/** Where waves ask, every one after the first does so when those before it are done; null: it may go on. */
function askWave(run: Run, index: number, at: Instant, parties: Absent): Owed | null {
  const approval = run.draft?.waveApproval ?? null
  if (approval === null || index === 0) return null
  const scope = waveScope(index)
  if (run.asks[scope]) return ask(run, scope, at, parties)
  return one({ do: 'askPart', part: { tier: run.draft?.tier ?? 0, approval }, scope })
}

/** What is under way on a target; null: nothing is. */
function followed(run: Run, target: string): Owed | null {
  const steps = own(run.draft?.steps ?? {}, target) ?? []
  const parts = steps.flatMap((step) => settle(run, { target, step: step.id }, step) ?? [])
  return parts.length > 0 ? together(parts) : null
}

/** Behind the brake what is under way ends, and what it broke is rolled back; null: nothing is left to do. */
function wound(run: Run, target: string): Owed | null {
  const inFlight = followed(run, target)
  if (inFlight) return inFlight
  const state = targetEnd(run, target)
  if (state.done) return null
  const at: At = { target, step: state.step.id }
  if (state.undo) return undo(run, at, state.step)
  const { action, rollback } = stepOf(run, at)
  const ran = action !== null && action.ended?.effect !== 'none'
  const owesRollback = hasFailed(stepOf(run, at)) && state.step.rollback && ran && !rollback
  return owesRollback && state.step.rollback ? undo(run, at, state.step) : null
}

/** As many targets at once as when they were changed; what is under way is followed in any case. */
function undoing(run: Run, targets: readonly string[]): Owed | null {
  const busy = targets.filter((target) => followed(run, target) !== null)
  const others = targets.filter((target) => !busy.includes(target))
  const parts = [...busy, ...others].flatMap((target) => undone(run, target) ?? [])
  return parts.length > 0 ? together(parts.slice(0, Math.max(1, busy.length, run.draft?.concurrency ?? 1))) : null
}

function undone(run: Run, target: string): Owed | null {
  const inFlight = followed(run, target)
  if (inFlight) return inFlight
  const state = targetEnd(run, target)
  return state.done ? null : undo(run, { target, step: state.step.id }, state.step)
}

function repeat(run: Run, at: At, retryAt: Instant, now: Instant): Owed {
  if (now < retryAt) return rest(retryAt)
  const { attempt } = stepOf(run, at)
  const max = own(run.draft?.steps ?? {}, at.target)?.find(({ id }) => id === at.step)?.retry?.max ?? 0
  return one({ do: 'retry', at, attempt: attempt + 1, reason: `attempt ${attempt + 1} of ${max + 1}` })
}

/** What is in flight is followed to its end; nothing new is started. */
function settle(run: Run, at: At, step: PlannedStep): Owed | null {
  const state = stepOf(run, at)
  if (!isInFlight(step, state)) return null
  if (state.rollback && !state.rollback.ended) return one({ do: 'follow', at, which: 'rollback', sent: state.rollback })
  if (state.action && !state.action.ended) return one({ do: 'follow', at, which: 'action', sent: state.action })
  return step.verify
    ? one({ do: 'verify', at, request: step.verify, startedAt: state.verify?.startedAt ?? null })
    : null
}

function undo(run: Run, at: At, step: PlannedStep): Owed {
  const inFlight = settle(run, at, step)
  if (inFlight) return inFlight
  const staged = stepOf(run, at).action?.rollback ?? step.rollback
  return staged ? one({ do: 'rollBack', at, request: staged }) : end(run)
}

function onTarget(run: Run, target: string, step: PlannedStep, broken: boolean, now: Instant, parties: Absent): Owed {
  const at: At = { target, step: step.id }
  const state = stepOf(run, at)
  const inFlight = settle(run, at, step)
  if (inFlight) return inFlight
  if (hasFailed(state) && step.rollback && state.action) return undo(run, at, step)
  if (state.action?.ended?.outcome === 'succeeded' && step.confirm) return confirmation(at, step.confirm, state)
  if (step.when !== null) {
    if (!own(run.rungs, target)?.includes(step.id)) return one({ do: 'weighRung', at, step })
  } else if (broken) return one({ do: 'skip', at, reason: 'an earlier step failed' })
  if (
    step.preflight &&
    (!state.preflight ||
      (step.action && now - state.preflight.at > PREFLIGHT_FRESH_MS && waits(run, step, target, parties) === null))
  )
    return one({ do: 'preflight', at, request: step.preflight })
  if (step.approval !== null && run.draft) {
    const scope = stepAsk(run.draft, step.id, target)
    if (!run.asks[scope]) return one({ do: 'askPart', part: step, scope })
    const waiting = ask(run, scope, now, parties)
    if (waiting) return waiting
  }
  const scopes = run.draft ? scopesOf(run.draft, step, target) : ['run']
  if (step.action) return one({ do: 'act', at, request: step.action, scopes })
  if (step.verify && !state.verify?.ended)
    return one({ do: 'verify', at, request: step.verify, startedAt: state.verify?.startedAt ?? null })
  if (step.confirm) return confirmation(at, step.confirm, state)
  return end(run)
}

/** Asked once, then looked at until there is an answer or the time is over. */
const confirmation = (at: At, { withinMs }: NonNullable<PlannedStep['confirm']>, state: StepState): Owed =>
  one({ do: 'confirm', at, withinMs, askedAt: state.confirm?.askedAt ?? null })

function waits(run: Run, step: PlannedStep, target: string, parties: Absent): 'approval' | null {
  const asked = run.draft ? run.asks[stepAsk(run.draft, step.id, target)] : undefined
  if (step.approval === null) return null
  return asked && tally(asked.rule, approvalsFor(run, asked), parties).complete ? null : 'approval'
}

/** Nothing more is to be done but to look once more, and to end. */
function end(run: Run): Owed {
  const again = run.reopened === 0 ? '' : `${run.reopened + 1}-`
  const after = hasMutated(run) ? capture(run, `${AFTER}${again}`) : null
  return after ?? one({ do: 'finish', ...ending(run) })
}
