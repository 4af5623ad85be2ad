// Owns the decision: every guardrail's answer, then the matrix, the raised rule and the autonomy.
import { type ApprovalRule, type Autonomy, autonomyOf, type Governance } from './governance.ts'
import { adviceGuardrail } from './guardrails/advice.ts'
import { antiFlapGuardrail } from './guardrails/anti-flap.ts'
import { blastRadiusGuardrail } from './guardrails/blast-radius.ts'
import { changeWindowGuardrail, standardChangeOf } from './guardrails/change-window.ts'
import { commanderGuardrail } from './guardrails/commander.ts'
import { corroboratedGuardrail } from './guardrails/corroborated.ts'
import { doNotTouchGuardrail } from './guardrails/do-not-touch.ts'
import { environmentGuardrail, environmentOf } from './guardrails/environment.ts'
import { calendarFreezes, freezeGuardrail } from './guardrails/freeze.ts'
import { incidentOpenGuardrail } from './guardrails/incident-open.ts'
import { ask, environmentNames, type Guardrail, type GuardrailInput, type PolicyFacts } from './guardrails/input.ts'
import { demandOf, matrixGuardrail } from './guardrails/matrix.ts'
import { oneRunPerCiGuardrail } from './guardrails/one-run-per-ci.ts'
import { recentDeployGuardrail } from './guardrails/recent-deploy.ts'
import { requesterGuardrail } from './guardrails/requester.ts'
import { runsPerHourGuardrail } from './guardrails/runs-per-hour.ts'
import { targetsGuardrail } from './guardrails/targets.ts'
import { vipGuardrail } from './guardrails/vip.ts'
import type { Draft } from './plan.ts'
import { bothOf, glassRule } from './rule.ts'
import type { Runbook, Tier } from './runbook.ts'
import { scopeOf } from './scope.ts'
import { evaluateBoolean, type Instant, own } from './values.ts'
import { waive } from './waivers.ts'

export type GuardrailAnswer = 'pass' | 'ask' | 'stop' | 'unknown'

/** One named check with its reason; `fix` says what would make it pass (P12). */
export interface GuardrailResult {
  readonly name: string
  readonly answer: GuardrailAnswer
  readonly reason: string
  readonly fix?: string
}

/** allow: runs by itself · ask: needs the rule's approvals · stop: policy says no · record: shadow or advise only. */
export interface Decision {
  readonly effect: 'allow' | 'ask' | 'stop' | 'record'
  readonly environment: { readonly name: string; readonly production: boolean }
  readonly autonomy: Autonomy
  readonly rule: ApprovalRule | null
  readonly because: readonly string[]
  readonly guardrails: readonly GuardrailResult[]
  /** The template of the standard change that runbot opens before it begins. */
  readonly standardChange?: string
}

/** In the order in which the card shows them. None is skipped: people see every answer. */
const GUARDRAILS: readonly Guardrail[] = [
  freezeGuardrail,
  environmentGuardrail,
  matrixGuardrail,
  requesterGuardrail,
  adviceGuardrail,
  targetsGuardrail,
  incidentOpenGuardrail,
  commanderGuardrail,
  recentDeployGuardrail,
  changeWindowGuardrail,
  blastRadiusGuardrail,
  vipGuardrail,
  doNotTouchGuardrail,
  corroboratedGuardrail,
  oneRunPerCiGuardrail,
  antiFlapGuardrail,
  runsPerHourGuardrail,
]

export interface PolicyQuestion {
  readonly runbook: Runbook
  readonly draft: Draft
  readonly governance: Governance
  readonly facts: PolicyFacts
  readonly at: Instant
}

/**
 * Decides about a draft plan. Any stop stops; an unknown stops in production and asks elsewhere (P5);
 * shadow and advise record what would have happened.
 */
export function evaluate(question: PolicyQuestion): Decision {
  const input: GuardrailInput = { ...question, environments: environmentsOf(question) }
  const raised = raise(input)
  const guardrails = [
    ...waive(
      GUARDRAILS.map((guardrail) => guardrail(input)),
      input,
    ),
    ...raised.results,
  ]
  const names = environmentNames(input)
  const environment = [...input.environments.values()].map((each) => each.environment)
  const production = environment.some((each) => each.production)
  const autonomy = strictestAutonomy(question, names)
  const broken = input.facts.glass !== null && input.governance.breakGlass !== null

  const stopped = guardrails.some((each) => each.answer === 'stop' || (each.answer === 'unknown' && production))
  const asked =
    broken || autonomy !== 'auto' || guardrails.some((each) => each.answer === 'ask' || each.answer === 'unknown')
  const effect = stopped ? 'stop' : autonomy === 'shadow' || autonomy === 'advise' ? 'record' : asked ? 'ask' : 'allow'
  const standardChange = stopped ? null : standardChangeOf(input)
  return {
    effect,
    environment: { name: names.join(', '), production },
    autonomy,
    rule: stopped || !asked ? null : ruleFor(input, raised.rule),
    because: because(guardrails, autonomy, production),
    guardrails,
    ...(standardChange === null ? {} : { standardChange }),
  }
}

/** What a part of a run that asks for itself is about: a step, or a wave. */
export interface Part {
  readonly tier: Tier
  /** `always`: the matrix's rule, or `defaultRule` where the matrix says auto; any other text names a rule. */
  readonly approval: string | null
}

/** The rule that a part of the run needs now, or why it may not be at all. */
export function partRule(
  question: Pick<PolicyQuestion, 'draft' | 'governance' | 'at'> & {
    readonly facts: Pick<PolicyFacts, 'context' | 'glass'>
  },
  part: Part,
): { readonly rule: ApprovalRule } | { readonly refused: string } {
  const { governance, draft, at, facts } = question
  const environments = [...new Set([...environmentsOf(question).values()].map((each) => each.environment.name))]
  const { kind, rule, where } = demandOf(governance, draft.runbook, part.tier, environments)
  if (kind === 'forbidden') return { refused: `${where} is forbidden` }
  if (kind === 'people-only') return { refused: `${where} is for people only` }
  const fromMatrix = kind === 'rule' ? rule : own(governance.rules, governance.defaultRule)
  const named = part.approval && part.approval !== 'always' ? own(governance.rules, part.approval) : fromMatrix
  if (!fromMatrix || !named) return { refused: `the approval rule of ${where} is not declared` }
  if (facts.glass && governance.breakGlass)
    return { rule: withOverrides(governance, at, glassRule(governance.breakGlass)) }
  return { rule: withOverrides(governance, at, bothOf(named, fromMatrix)) }
}

/** A stop that only unknown facts cause: worth reading again for a while. */
export const stopsOnlyForUnknowns = (decision: Decision): boolean =>
  decision.effect === 'stop' && !decision.guardrails.some((each) => each.answer === 'stop')

/** The environment of each target of a draft, by target name. */
export const environmentsOf = (question: {
  readonly draft: Draft
  readonly governance: Governance
  readonly facts: Pick<PolicyFacts, 'context'>
}) =>
  new Map(
    question.draft.targets.map((target) => [
      target.name,
      environmentOf(target, question.facts.context, question.governance),
    ]),
  )

function raise(input: GuardrailInput): {
  readonly rule: ApprovalRule | null
  readonly results: readonly GuardrailResult[]
} {
  let rule: ApprovalRule | null = null
  const results: GuardrailResult[] = []
  const { context, blast } = input.facts
  const scope = scopeOf({ context, parameters: input.draft.parameters, blast })
  for (const { runbook, when, to } of input.governance.raise) {
    if (runbook !== undefined && runbook !== input.draft.runbook.id) continue
    const answer = evaluateBoolean(when, scope)
    if (answer.ok && !answer.value) continue
    const named = input.governance.rules[to]
    if (named) rule = rule ? bothOf(rule, named) : named
    const why = answer.ok ? when.source : `${when.source} cannot be told (${answer.reason})`
    results.push(ask('raised', `${why}, so it asks ${to}`))
  }
  return { rule, results }
}

function ruleFor(input: GuardrailInput, raised: ApprovalRule | null): ApprovalRule | null {
  const { governance, draft, facts, at } = input
  if (facts.glass && governance.breakGlass) return withOverrides(governance, at, glassRule(governance.breakGlass))
  const demand = demandOf(governance, draft.runbook, draft.tier, environmentNames(input))
  const base = demand.rule ?? own(governance.rules, governance.defaultRule) ?? null
  return base && withOverrides(governance, at, raised ? bothOf(base, raised) : base)
}

/** In a calendar freeze somebody of its override must be among those who agree. */
const withOverrides = (governance: Governance, at: Instant, rule: ApprovalRule): ApprovalRule =>
  calendarFreezes(governance, at).reduce((both, { override }) => {
    if (override.length === 0) return both
    const lines = [{ from: override, quorum: 1 }]
    return bothOf(both, { name: 'freeze override', lines, expiresMs: rule.expiresMs, not: [] })
  }, rule)

/** Over several environments the most careful level holds. */
function strictestAutonomy(question: PolicyQuestion, environments: readonly string[]): Autonomy {
  const order: readonly Autonomy[] = ['shadow', 'advise', 'approve', 'auto']
  const levels = environments.map((name) => autonomyOf(question.governance, question.runbook.id, name))
  return order.find((level) => levels.includes(level)) ?? 'approve'
}

function because(guardrails: readonly GuardrailResult[], autonomy: Autonomy, production: boolean): readonly string[] {
  const reasons = guardrails
    .filter((each) => each.name === 'matrix' || each.answer !== 'pass')
    .map((each) =>
      each.answer === 'unknown' && production ? `${each.reason} (unknown is not allowed in production)` : each.reason,
    )
  if (autonomy === 'shadow' || autonomy === 'advise')
    reasons.push(`autonomy is ${autonomy}: it is recorded, nothing is sent`)
  if (autonomy === 'approve') reasons.push('autonomy is approve: people decide')
  return reasons
}
