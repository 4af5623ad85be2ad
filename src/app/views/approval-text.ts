// Owns the text of an approval record in ServiceNow: what a yes there would let happen, in plain words.
import { askedStep, type PlannedRequest } from '../../core/plan.ts'
import type { Ask, Run } from '../../core/run.ts'
import { scopeName } from './asks.ts'
import { plain } from './escape.ts'
import { dated } from './figures.ts'
import { type Exact, exactText, stepsOf, targetsOf } from './planned-calls.ts'

const TARGETS = 10
const CHECKS = 10

/**
 * Of the step that is asked for only that one, as it is sent where `fill` knows what its preflight captured. Plain text,
 * bounded; the plan hash stands in it in full, for that is what a yes counts for.
 */
export function approvalText(run: Run, ask: Ask, describe: Exact['describe'], fill?: Exact['fill']): string {
  const scope = scopeName(ask.scope)
  const targets = targetsOf(run, ask.scope)
  const [first = ''] = targets
  const text = (request: PlannedRequest) => exactText(request, first, { describe, ...(fill ? { fill } : {}) })
  const only = run.draft && askedStep(run.draft, ask.scope)
  const steps = stepsOf(run, first).filter(({ id }) => !only || only.id === id)
  const requests = steps.flatMap(({ id, action, rollback }) => [
    ...(action ? [`  ${id}: ${text(action)}`] : []),
    ...(rollback ? [`  undone by: ${text(rollback)}`] : []),
  ])
  const open = (run.decision?.guardrails ?? []).filter(({ answer }) => answer !== 'pass').slice(0, CHECKS)
  const { users } = run.blast ?? {}
  return [
    `runbot asks for approval${scope === '' ? '' : ` of ${plain(scope, 60)}`}: ${plain(run.runbook?.title ?? '', 120)}`,
    `Run ${run.id}, plan ${ask.plan}. Approving counts for exactly this plan, until ${dated(ask.expiresAt)}.`,
    `Targets: ${plain(targets.slice(0, TARGETS).join(', '), 400)}${targets.length > TARGETS ? `, and ${targets.length - TARGETS} more` : ''}`,
    ...(users ? [`Reach: ${users.known ? `${users.value} users` : `unknown (${plain(users.reason, 120)})`}`] : []),
    `Requests${targets.length > 1 ? ` (shown for ${plain(first, 60)})` : ''}:`,
    ...requests.map((each) => plain(each, 300)),
    ...open.map(({ name, reason }) => `${name}: ${plain(reason, 200)}`),
    `Needed: ${ask.rule.lines.map(({ from, quorum }) => `${quorum} of ${from.join(' or ')}`).join(', and ')}.`,
  ].join('\n')
}
