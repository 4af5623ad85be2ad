// Owns the recheck right before a mutating request: everything is read afresh, then core/gate answers (P2).
import { type GateAnswer, gate } from '../../core/gate.ts'
import type { ApprovalRule } from '../../core/governance.ts'
import { askedStep, planHash } from '../../core/plan.ts'
import { type Part, partRule } from '../../core/policy.ts'
import type { ApprovalScope, Run } from '../../core/run.ts'
import type { Assessment } from '../assess.ts'
import type { Performing } from './context.ts'

export type Rechecked = { readonly answer: GateAnswer; readonly assessment: Assessment | null }

export async function recheck(work: Performing, scopes: readonly ApprovalScope[]): Promise<Rechecked> {
  const { run, assess, authority } = work
  const assessed = await assess({ ...run, runbook: run.runbook?.id ?? '' })
  if (!assessed.ok) {
    const reason = assessed.problems.join('; ')
    return { answer: { gate: assessed.retry ? 'hold' : 'closed', reason }, assessment: null }
  }
  const { value } = assessed
  const standing = new Map<string, { groups: readonly string[]; unknown: boolean }>()
  for (const scope of scopes) {
    const asked = run.asks[scope]
    if (!asked) continue
    for (const { by } of run.approvals.filter((each) => each.scope === scope && each.plan === run.plan)) {
      const now = await authority.standing(by.id, asked.rule, value.runbook.owner, true)
      const before = standing.get(by.id)
      standing.set(by.id, {
        groups: [...new Set([...(before?.groups ?? []), ...now.groups])],
        unknown: (before?.unknown ?? false) || now.unknown.length > 0,
      })
    }
  }
  const { decision, parties } = value
  const rules = new Map<ApprovalScope, ApprovalRule>()
  for (const scope of scopes) {
    const part = partOf(run, scope)
    if (!part) continue
    const answer = partRule({ ...value, at: work.deps.clock.now() }, part)
    if ('refused' in answer) return { answer: { gate: 'closed', reason: answer.refused }, assessment: value }
    rules.set(scope, answer.rule)
  }
  const plan = hashUnderOwnRule(work, value)
  return { answer: gate(run, scopes, { plan, decision, parties, authority: standing, rules }), assessment: value }
}

/** The step or wave that a scope names; null: the run as a whole, whose rule the decision holds. */
function partOf({ draft }: Run, scope: ApprovalScope): Part | null {
  if (!draft || scope === 'run') return null
  if (scope.startsWith('wave:')) return { tier: draft.tier, approval: draft.waveApproval }
  return askedStep(draft, scope)
}

/** The plan's hash as it would be under the rule that was asked for: another rule alone is judged by its strictness. */
export const hashUnderOwnRule = ({ run, deps }: Performing, { draft }: Assessment): string =>
  planHash(draft, run.decision?.rule ?? null, deps.hash.canonicalize, deps.hash.digest)
