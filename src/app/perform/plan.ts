// Owns planning and deciding: assess the world, keep trying while it is unknown, then record the decision.
import { decide } from '../../core/decide.ts'
import { anotherPlan } from '../../core/gate.ts'
import { stopsOnlyForUnknowns } from '../../core/policy.ts'
import type { RunEvent } from '../../core/run.ts'
import { hasMutated } from '../../core/step-state.ts'
import type { Json, Millis } from '../../core/values.ts'
import type { Assessment } from '../assess.ts'
import { type Performed, type Performing, record, wait } from './context.ts'
import { hashUnderOwnRule } from './gate.ts'

/** An unknown fact is retried for so long, visibly, before it stops a production run (DESIGN §9 Policy). */
const UNKNOWN_FOR_MS: Millis = 5 * 60_000
const RETRY_MS: Millis = 10_000
/** Guardrails whose stop passes by itself. */
const MOMENTARY = new Set(['freeze', 'change window', 'one run per CI', 'anti-flap', 'runs per hour', 'corroborated'])

/** Makes the first plan. */
export async function plan(work: Performing): Promise<Performed> {
  const assessed = await assessOrWait(work)
  if ('performed' in assessed) return assessed.performed
  const { draft, blast, context } = assessed.value
  return record(work, { type: 'planned', draft, blast, context, replaces: null })
}

/** Decides, with the world as it is now; the plan is made anew where the world moved since. */
export async function decideNow(work: Performing): Promise<Performed> {
  const assessed = await assessOrWait(work)
  if ('performed' in assessed) return assessed.performed
  const { value } = assessed
  if (stopsOnlyForUnknowns(value.decision) && !hasWaitedEnough(work)) {
    const unknown = value.decision.guardrails.find((each) => each.answer === 'unknown')
    return wait(work, `${unknown?.name}: ${unknown?.reason}`, RETRY_MS)
  }
  return recordDecision(work, value, sameDraft(work, value) ? null : planned(work, value))
}

/** Looks again at a plan that waits for approval: another plan, or a stricter decision, asks anew. */
export async function review(work: Performing): Promise<Performed> {
  const { run, assess } = work
  const answer = await assess({ ...run, runbook: run.runbook?.id ?? '' })
  if (!answer.ok) {
    if (answer.retry) return { againMs: RETRY_MS }
    return record(work, { type: 'finished', status: 'stoppedByPolicy', reason: answer.problems.join('; ') })
  }
  const { value } = answer
  if (anotherPlan(run, { plan: hashUnderOwnRule(work, value), decision: value.decision }) === null) {
    if (value.decision.effect !== 'stop') return { againMs: Number.POSITIVE_INFINITY }
    // What passes by itself (a fact that cannot be told now, a freeze, a window) voids nothing: the gate looks again.
    if (value.decision.guardrails.every((each) => each.answer !== 'stop' || MOMENTARY.has(each.name)))
      return { againMs: Number.POSITIVE_INFINITY }
  } else if (stopsOnlyForUnknowns(value.decision)) return { againMs: RETRY_MS }
  return replan(work, value)
}

/** Replaces the plan and asks again; what was approved before no longer counts. */
export const replan = (work: Performing, value: Assessment): Promise<Performed> =>
  recordDecision(work, value, planned(work, value))

async function recordDecision(
  work: Performing,
  { plan: hash, decision }: Assessment,
  fresh: Extract<RunEvent, { type: 'planned' }> | null,
): Promise<Performed> {
  work.deps.meter.decided(decision.effect)
  return work.transact((run, at) => decide({ do: 'decide', replan: fresh, plan: hash, decision }, run, at))
}

const planned = ({ run }: Performing, { draft, blast, context }: Assessment) =>
  ({ type: 'planned', draft, blast, context, replaces: run.plan }) as const

function sameDraft({ run, deps }: Performing, { draft }: Assessment): boolean {
  const text = (value: unknown) => deps.hash.canonicalize(value as Json)
  const bare = (from: typeof draft | null) =>
    from && { ...from, targets: from.targets.map((target) => [target.name, target.ci?.sysId ?? null]) }
  return text(bare(run.draft)) === text(bare(draft))
}

async function assessOrWait(work: Performing): Promise<{ value: Assessment } | { performed: Performed }> {
  const { run, assess } = work
  const answer = await assess({ ...run, runbook: run.runbook?.id ?? '' })
  if (answer.ok) return { value: answer.value }
  const reason = answer.problems.join('; ')
  if (answer.retry && !hasWaitedEnough(work)) return { performed: await wait(work, reason, RETRY_MS) }
  const status = hasMutated(run) ? 'needsHuman' : 'stoppedByPolicy'
  return { performed: await record(work, { type: 'finished', status, reason: `no plan can be made: ${reason}` }) }
}

const hasWaitedEnough = ({ run, deps }: Performing): boolean =>
  run.waiting !== null && deps.clock.now() - run.waiting.since >= UNKNOWN_FOR_MS
