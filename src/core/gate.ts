// Owns the last check before a mutating request: does everything that was decided still hold, now (P1, P2)?
import { approvalsFor, exclusionOf, type Parties, tally } from './approval.ts'
import type { ApprovalRule } from './governance.ts'
import type { Decision, GuardrailAnswer } from './policy.ts'
import { isCoveredBy, isSame } from './rule.ts'
import type { Approval, ApprovalScope, GateRecord, Run } from './run.ts'

/** What was read and computed afresh right before the request. */
export interface Recheck {
  /** The hash of the plan as the files and the world give it now, under the rule that was asked for. */
  readonly plan: string
  readonly decision: Decision
  readonly parties: Parties
  /** The rule's groups of each approver as of now, by Entra object id; a person who is missing has none. */
  readonly authority: ReadonlyMap<string, { readonly groups: readonly string[]; readonly unknown: boolean }>
  /** The rule that each step or wave needs by now, where it asks for itself. */
  readonly rules: ReadonlyMap<ApprovalScope, ApprovalRule>
}

/**
 * open: send it. hold: it cannot be told yet, try again. changed: ask again with a new plan.
 * stricter: ask this part again under its new rule. closed: do not send.
 */
export type GateAnswer =
  | { readonly gate: 'open'; readonly record: GateRecord }
  | { readonly gate: 'stricter'; readonly scope: ApprovalScope; readonly rule: ApprovalRule }
  | { readonly gate: 'hold' | 'changed' | 'closed'; readonly reason: string }

/** Checks plan, guardrails and every approval of the given scopes against what is true now. */
export function gate(run: Run, scopes: readonly ApprovalScope[], now: Recheck): GateAnswer {
  if (run.plan === null || run.decision === null) return { gate: 'closed', reason: 'nothing was decided yet' }
  const stopped = now.decision.guardrails.find((each) => each.answer === 'stop')
  if (stopped) return { gate: 'closed', reason: `${stopped.name}: ${stopped.reason}` }
  const unknown = now.decision.guardrails.find((each) => each.answer === 'unknown')
  if (unknown && (now.decision.effect === 'stop' || answerOf(run.decision, unknown.name) !== 'unknown'))
    return { gate: 'hold', reason: `${unknown.name}: ${unknown.reason}` }
  const another = anotherPlan(run, now)
  if (another) return { gate: 'changed', reason: another }
  const stricter = now.decision.guardrails.find((each) => rank(each.answer) > rank(answerOf(run.decision, each.name)))
  if (stricter) return { gate: 'changed', reason: `${stricter.name} has become stricter: ${stricter.reason}` }
  if (now.decision.standardChange !== undefined && !run.standardChange)
    return { gate: 'changed', reason: 'no change is open any more, so a standard change has to be opened first' }
  if (now.decision.effect === 'record') return { gate: 'closed', reason: `autonomy is ${now.decision.autonomy} by now` }
  if (now.decision.effect === 'ask' && run.decision.effect === 'allow')
    return { gate: 'changed', reason: 'it needs approvals by now' }
  return authority(run, scopes, now)
}

/** Why what would run now is not what was asked for; a milder answer voids nothing (DESIGN §4.5). */
export function anotherPlan(run: Run, now: Pick<Recheck, 'plan' | 'decision'>): string | null {
  if (now.plan !== run.plan) return 'the plan has changed since it was approved'
  const before = run.decision?.rule ?? null
  const { rule } = now.decision
  if (!rule || !before) return null
  const same = isSame(rule, before)
  return same || (rule.name !== before.name && isCoveredBy(rule, before)) ? null : `it needs ${rule.name} by now`
}

function authority(run: Run, scopes: readonly ApprovalScope[], now: Recheck): GateAnswer {
  const checked = ['freeze', 'change window', 'plan hash', 'runbook content', 'guardrails']
  for (const scope of scopes) {
    const ask = run.asks[scope]
    if (!ask) {
      if (scope === 'run' && run.decision?.effect === 'allow') continue
      return { gate: 'closed', reason: `${scope} was never approved` }
    }
    if (ask.plan !== run.plan) return { gate: 'closed', reason: `${scope} was approved for another plan` }
    const rule = now.rules.get(scope)
    if (rule && !isCoveredBy(rule, ask.rule)) return { gate: 'stricter', scope, rule }
    const approvals = approvalsFor(run, ask)
    // Who is kept out may have become known since: an author that nobody knew at the click (P10).
    const current = approvals
      .filter((each) => exclusionOf(ask.rule, each.by, now.parties) === null)
      .map((each) => ({ ...each, groups: stillHeld(each, now) }))
    const { complete, missing } = tally(ask.rule, current, now.parties)
    if (!complete) {
      const unsure = approvals.some((each) => now.authority.get(each.by.id)?.unknown ?? true)
      return unsure
        ? {
            gate: 'hold',
            reason: `whether the approvers still have the authority cannot be told (${missing.join('; ')})`,
          }
        : { gate: 'closed', reason: `an approver no longer has the authority: ${missing.join('; ')} missing` }
    }
    checked.push(`authority for ${scope}: ${approvals.map((each) => each.by.name).join(', ')}`)
  }
  return { gate: 'open', record: { plan: run.plan ?? '', checked } }
}

/** What an approval counts for: a group that the person stood in for then, and belongs to still. */
const stillHeld = ({ by, groups }: Approval, now: Recheck): readonly string[] =>
  (now.authority.get(by.id)?.groups ?? []).filter((group) => groups.includes(group))

const answerOf = (decision: Decision | null, name: string): GuardrailAnswer =>
  decision?.guardrails.find((each) => each.name === name)?.answer ?? 'pass'

const rank = (answer: GuardrailAnswer): number => ({ pass: 0, ask: 1, unknown: 2, stop: 3 })[answer]
