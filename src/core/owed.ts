// Owns what remains to be done for a run, derived from its state alone: there is no other job queue (DESIGN §3).
import { type Absent, approvalsFor, tally } from './approval.ts'
import { type PlannedCheck, type PlannedRequest, type PlannedStep, scopesOf, waveScope } from './plan.ts'
import type { Part } from './policy.ts'
import { stepEnd, targetEnd } from './progress.ts'
import type { ApprovalScope, At, EndStatus, Run } from './run.ts'
import { type Sent, type StepState, stepOf } from './step-state.ts'
import { type Instant, type Millis, own } from './values.ts'

export type Work =
  | { readonly do: 'capture'; readonly id: string; readonly target: string; readonly request: PlannedRequest }
  | { readonly do: 'plan' }
  | { readonly do: 'decide' }
  | { readonly do: 'expire'; readonly scope: ApprovalScope }
  | { readonly do: 'begin' }
  | { readonly do: 'weighRung'; readonly at: At; readonly step: PlannedStep }
  | { readonly do: 'skip'; readonly at: At; readonly reason: string }
  | { readonly do: 'preflight'; readonly at: At; readonly request: PlannedCheck }
  | { readonly do: 'askPart'; readonly part: Part; readonly scope: ApprovalScope }
  | { readonly do: 'remind'; readonly scope: ApprovalScope; readonly count: number }
  | { readonly do: 'escalate'; readonly scope: ApprovalScope; readonly to: readonly string[] }
  | { readonly do: 'replace' }
  | { readonly do: 'openStandardChange'; readonly template: string }
  | { readonly do: 'act'; readonly at: At; readonly request: PlannedRequest; readonly scopes: readonly ApprovalScope[] }
  | { readonly do: 'follow'; readonly at: At; readonly which: 'action' | 'rollback'; readonly sent: Sent }
  | { readonly do: 'verify'; readonly at: At; readonly request: PlannedCheck; readonly startedAt: Instant | null }
  | { readonly do: 'rollBack'; readonly at: At; readonly request: PlannedRequest }
  | { readonly do: 'finish'; readonly status: EndStatus; readonly reason: string }

/** The next piece of work, or when to look again (null: when somebody acts). */
export type Owed = { readonly work: Work } | { readonly work: null; readonly wakeAt: Instant | null }

/** A preflight older than this is made again before the action. */
export const PREFLIGHT_FRESH_MS: Millis = 60_000

const rest = (wakeAt: Instant | null): Owed => ({ work: null, wakeAt })

/** What is owed to the run at `at`. Pure: the same log and time always give the same answer. */
export function owed(run: Run, at: Instant, parties: Absent): Owed {
  if (run.finished) return rest(null)
  if (!run.startedAt && run.stopRequested)
    return {
      work: {
        do: 'finish',
        status: 'cancelled',
        reason: `stopped by ${run.stopRequested.by.name}: ${run.stopRequested.reason}`,
      },
    }
  if (run.edit) return { work: { do: 'replace' } }
  if (!run.draft) return run.runbook ? { work: { do: 'plan' } } : rest(null)
  if (!run.plan) return capture(run) ?? { work: { do: 'decide' } }
  if (!run.startedAt) return ask(run, 'run', at, parties) ?? beginning(run)
  return execute(run, at, parties)
}

function capture(run: Run): Owed | null {
  const evidence = run.draft?.evidence ?? []
  for (const [index, { target, request }] of evidence.entries()) {
    const id = `${index + 1}`
    if (!run.evidence.some((each) => each.id === id)) return { work: { do: 'capture', id, target, request } }
  }
  return null
}

/** The change that is its evidence comes first, where policy wants one. */
function beginning(run: Run): Owed {
  const template = run.decision?.standardChange
  return {
    work: template === undefined || run.standardChange ? { do: 'begin' } : { do: 'openStandardChange', template },
  }
}

/** null: the scope needs no approval, or has it. */
function ask(run: Run, scope: ApprovalScope, at: Instant, parties: Absent): Owed | null {
  const asked = run.asks[scope]
  if (!asked) return null
  if (tally(asked.rule, approvalsFor(run, asked), parties).complete) return null
  if (at >= asked.expiresAt) return { work: { do: 'expire', scope } }
  const { rule } = asked
  const waiting = rule.lines.flatMap(({ substitute }) =>
    substitute && !substitute.from.every((group) => asked.escalated.includes(group)) ? [substitute] : [],
  )
  const due = waiting.filter(({ afterMs }) => at >= asked.at + afterMs)
  const to = [...new Set(due.flatMap(({ from }) => from))].filter((group) => !asked.escalated.includes(group))
  if (to.length > 0) return { work: { do: 'escalate', scope, to } }
  const count = rule.remindMs === undefined ? 0 : Math.floor((at - asked.at) / rule.remindMs)
  if (count > asked.reminded) return { work: { do: 'remind', scope, count } }
  return rest(
    Math.min(
      asked.expiresAt,
      ...(rule.remindMs === undefined ? [] : [asked.at + (count + 1) * rule.remindMs]),
      ...waiting.map(({ afterMs }) => asked.at + afterMs),
    ),
  )
}

function execute(run: Run, at: Instant, parties: Absent): Owed {
  const waves = run.draft?.waves ?? []
  const failures: string[] = []
  for (const [index, wave] of waves.entries()) {
    const free = failures.length < (run.draft?.stopAfterFailures ?? 1) && !run.stopRequested
    if (free && wave.some((target) => !targetEnd(run, target).done) && !wave.some((target) => isMidway(run, target))) {
      const waiting = askWave(run, index, at, parties)
      if (waiting) return waiting
    }
    for (const target of wave) {
      const state = targetEnd(run, target)
      if (!state.done) {
        // A brake that has fallen, or a person's stop, lets what is in flight end and starts nothing.
        if (run.stopRequested) {
          const inFlight = settle(run, { target, step: state.step.id }, state.step)
          if (inFlight) return inFlight
          continue
        }
        if (failures.length >= (run.draft?.stopAfterFailures ?? 1)) continue
        return state.undo
          ? undo(run, { target, step: state.step.id }, state.step)
          : onTarget(run, target, state.step, state.broken, at, parties)
      }
      if (state.end === 'unknown' || state.end === 'rollbackFailed') return end(run)
      if (state.end !== 'succeeded') failures.push(target)
    }
  }
  return end(run)
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
  return { work: { do: 'askPart', part: { tier: run.draft?.tier ?? 0, approval }, scope } }
}

/** What is in flight is followed to its end; nothing new is started. */
function settle(run: Run, at: At, step: PlannedStep): Owed | null {
  const state = stepOf(run, at)
  if (state.rollback && !state.rollback.ended)
    return { work: { do: 'follow', at, which: 'rollback', sent: state.rollback } }
  if (state.action && !state.action.ended) return { work: { do: 'follow', at, which: 'action', sent: state.action } }
  if (state.action?.ended?.outcome === 'succeeded' && step.verify && !state.verify?.ended)
    return { work: { do: 'verify', at, request: step.verify, startedAt: state.verify?.startedAt ?? null } }
  return null
}

function undo(run: Run, at: At, step: PlannedStep): Owed {
  const inFlight = settle(run, at, step)
  if (inFlight) return inFlight
  return step.rollback ? { work: { do: 'rollBack', at, request: step.rollback } } : end(run)
}

function onTarget(run: Run, target: string, step: PlannedStep, broken: boolean, now: Instant, parties: Absent): Owed {
  const at: At = { target, step: step.id }
  const state = stepOf(run, at)
  const inFlight = settle(run, at, step)
  if (inFlight) return inFlight
  const failed = state.action?.ended?.outcome === 'failed' || state.verify?.ended?.ok === false
  if (failed && step.rollback && state.action) return { work: { do: 'rollBack', at, request: step.rollback } }
  if (step.when !== null) {
    if (!own(run.rungs, target)?.includes(step.id)) return { work: { do: 'weighRung', at, step } }
  } else if (broken) return { work: { do: 'skip', at, reason: 'an earlier step failed' } }
  if (
    step.preflight &&
    (!state.preflight ||
      (step.action && now - state.preflight.at > PREFLIGHT_FRESH_MS && waits(run, step, parties) === null))
  )
    return { work: { do: 'preflight', at, request: step.preflight } }
  if (step.approval !== null) {
    const scope = `step:${step.id}`
    if (!run.asks[scope]) return { work: { do: 'askPart', part: step, scope } }
    const waiting = ask(run, scope, now, parties)
    if (waiting) return waiting
  }
  const scopes = run.draft ? scopesOf(run.draft, step, target) : ['run']
  if (step.action) return { work: { do: 'act', at, request: step.action, scopes } }
  if (step.verify)
    return { work: { do: 'verify', at, request: step.verify, startedAt: state.verify?.startedAt ?? null } }
  return end(run)
}

function waits(run: Run, step: PlannedStep, parties: Absent): 'approval' | null {
  const asked = run.asks[`step:${step.id}`]
  if (step.approval === null) return null
  return asked && tally(asked.rule, approvalsFor(run, asked), parties).complete ? null : 'approval'
}

/** Every target is done, or nothing more may be started: how the run ends. */
function end(run: Run): Owed {
  const targets = (run.draft?.waves ?? []).flat()
  const states = targets.map((target) => ({ target, state: targetEnd(run, target) }))
  const is = (wanted: string) => states.filter(({ state }) => state.done && state.end === wanted)
  const reasons = states
    .filter(({ state }) => state.done && state.end !== 'succeeded')
    .map(({ target, state }) => `${target}: ${state.done ? state.reason : ''}`)
  const untouched = states.filter(({ state }) => !state.done).map(({ target }) => target)
  if (untouched.length > 0 && !run.stopRequested) reasons.push(`not attempted: ${untouched.join(', ')}`)
  const finish = (status: EndStatus, reason: string): Owed => ({ work: { do: 'finish', status, reason } })
  // P11: a stopped run speaks of every target, also where one of them needs a person.
  const told = [...(run.stopRequested ? [stoppedWords(run)] : []), ...reasons].join('; ')
  if (is('unknown').length > 0) return finish('needsHuman', told)
  if (is('rollbackFailed').length > 0) return finish('rollbackFailed', told)
  if (run.stopRequested && untouched.length > 0) return finish('cancelled', stoppedWords(run))
  if (is('failed').length > 0) return finish('failed', reasons.join('; '))
  if (is('rolledBack').length > 0) return finish('rolledBack', reasons.join('; '))
  return finish('succeeded', `verified on ${targets.join(', ')}`)
}

/** It failed, and only the rollback is still owed, which a stop does not send. */
const leftAsItIs = (step: PlannedStep, state: StepState): boolean =>
  stepEnd(step, state) === 'open' &&
  state.rollback === null &&
  (state.action?.ended?.outcome === 'failed' || state.verify?.ended?.ok === false)

/** P11: a stopped run says per target: stopped, finished before, still running, or unknown. */
export function stoppedWords(run: Run): string {
  const by = run.stopRequested ? `stopped by ${run.stopRequested.by.name}: ${run.stopRequested.reason}. ` : ''
  const words = (run.draft?.waves ?? []).flat().map((target) => {
    const state = targetEnd(run, target)
    if (state.done) return `${target}: ${state.end === 'unknown' ? 'unknown' : `finished before (${state.end})`}`
    const steps = own(run.draft?.steps ?? {}, target) ?? []
    const running = steps.find((step) => {
      const { action, rollback } = stepOf(run, { target, step: step.id })
      return (action && !action.ended) || (rollback && !rollback.ended)
    })
    if (running) return `${target}: still running ${running.id}`
    const left = steps.find((step) => leftAsItIs(step, stepOf(run, { target, step: step.id })))
    if (left) return `${target}: stopped, ${left.id} failed and was not rolled back`
    const done = steps.filter((step) => stepEnd(step, stepOf(run, { target, step: step.id })) === 'succeeded')
    return `${target}: stopped${done.length > 0 ? ` after ${done.map((step) => step.id).join(', ')}` : ''}`
  })
  return `${by}${words.join('; ')}`
}
