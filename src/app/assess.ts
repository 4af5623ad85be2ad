// Owns the assessment of a run: reads the world afresh, makes the plan, evaluates policy, hashes. Writes nothing.
import type { Parties } from '../core/approval.ts'
import type { Governance } from '../core/governance.ts'
import type { PolicyFacts } from '../core/guardrails/input.ts'
import { type Blast, type IncidentContext, known, unknown } from '../core/incident.ts'
import { parametersOf } from '../core/parameters.ts'
import { type Draft, draftPlan, planHash, type Target } from '../core/plan.ts'
import { type Decision, evaluate } from '../core/policy.ts'
import type { Run } from '../core/run.ts'
import type { Runbook } from '../core/runbook.ts'
import { scopeOf } from '../core/scope.ts'
import type { Json, JsonObject } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { ActiveContent } from './active-content.ts'
import type { Authority } from './authority.ts'
import { governanceNow } from './autonomy.ts'
import { visibleCi } from './cis.ts'
import type { Deps } from './deps.ts'
import { factReader } from './facts.ts'

export interface Assessment {
  readonly runbook: Runbook
  readonly context: IncidentContext
  readonly draft: Draft
  readonly blast: Blast
  readonly decision: Decision
  /** The hash under the rule that the decision names. */
  readonly plan: string
  readonly parties: Parties
  readonly facts: PolicyFacts
  /** The rules that it was decided by. */
  readonly governance: Governance
}

/** `retry`: the world could not be read now; otherwise the plan cannot be made at all. */
export type Assessed =
  | { readonly ok: true; readonly value: Assessment }
  | { readonly ok: false; readonly retry: boolean; readonly problems: readonly string[] }

/** What is assessed: a run, or what will become one. */
export type Subject = Pick<Run, 'id' | 'origin' | 'context' | 'requested' | 'glass' | 'standardChange'> & {
  readonly runbook: string
}

export type Assess = (subject: Subject) => Promise<Assessed>

const failed = (retry: boolean, ...problems: readonly string[]): Assessed => ({ ok: false, retry, problems })
const sentence = (error: unknown): string => (error instanceof Error ? error.message : 'it failed')

/** What another replica's newer files would say is not for this one to tell. */
export function assessor(deps: Deps, authority: Authority, active: Pick<ActiveContent, 'ask'>): Assess {
  const { tickets, files, clock, hash } = deps

  const contextOf = async (before: IncidentContext): Promise<IncidentContext> => {
    if (!before.incident) return { ...before, readAt: clock.now() }
    const { incident, ciId } = await tickets.incident(before.incident.sysId)
    const ci = ciId === undefined ? undefined : await visibleCi(tickets, ciId)
    return { incident, ...(ci ? { ci } : {}), readAt: clock.now() }
  }

  const targetsOf = async (subject: Subject, runbook: Runbook, context: IncidentContext) => {
    const names =
      subject.requested.targets.length > 0
        ? subject.requested.targets
        : listedTargets(runbook, context, subject.requested.parameters)
    if (typeof names === 'string') return names
    const targets: Target[] = []
    for (const name of names) {
      if (context.ci && name === context.ci.name) {
        targets.push({ name, ci: context.ci })
        continue
      }
      const found = await tickets.findCis(name)
      if (found.length > 1)
        return `${name} is ambiguous: ${found.map((ci) => `${ci.name} (${ci.sysId})`).join(', ')}; name one by its sys_id`
      const ci = found[0]
      targets.push(ci ? { name: ci.name, ci } : { name })
    }
    return targets
  }

  const factsOf = factReader(deps, authority)

  return async (subject) => {
    const content = files.current()
    const runbook = content.catalog.runbooks.get(subject.runbook)
    if (!runbook) {
      const problem = content.catalog.problems.find((each) => each.file.endsWith(`/${subject.runbook}.yaml`))
      return failed(
        false,
        problem ? `${subject.runbook} is off: ${problem.message}` : `there is no runbook ${subject.runbook}`,
      )
    }
    try {
      const resting = await active.ask()
      if (resting !== null) return failed(true, resting)
      const context = await contextOf(subject.context)
      const targets = await targetsOf(subject, runbook, context)
      if (typeof targets === 'string') return failed(false, targets)
      const at = clock.now()
      const blast = await blastOf(deps, targets, context)
      const request = { runbook, context, parameters: subject.requested.parameters, targets, blast, run: subject.id }
      const planned = draftPlan(request, content.catalog)
      if (!planned.ok) return failed(false, ...absent(targets), ...planned.problems)
      const draft = planned.value
      const facts = await factsOf({ subject, runbook, draft, context, blast })
      const governance = await governanceNow(deps)
      const decision = evaluate({ runbook, draft, governance, facts, at })
      const parties: Parties = {
        requester: subject.origin.kind === 'chat' ? subject.origin.requester.id : null,
        opener: context.incident ? (context.incident.opener ?? 'unknown') : null,
        authors: runbook.authors ?? null,
      }
      const plan = planHash(draft, decision.rule, hash.canonicalize, hash.digest)
      return { ok: true, value: { runbook, context, draft, blast, decision, plan, parties, facts, governance } }
    } catch (error) {
      if (!isPortError(error)) throw error
      return failed(error.kind !== 'notFound', sentence(error))
    }
  }
}

/** A mistyped target is the likeliest reason why a plan lacks facts, so it is said first (P12). */
const absent = (targets: readonly Target[]): readonly string[] =>
  targets.flatMap((target) => (target.ci ? [] : [`${target.name} is not in the CMDB`]))

/** The targets that the runbook lists, or a sentence why it cannot be told. */
function listedTargets(runbook: Runbook, context: IncidentContext, given: JsonObject): readonly string[] | string {
  const parameters = parametersOf(runbook, given)
  if (!parameters.ok) return parameters.problems.join('; ')
  const answer = runbook.targets.from.evaluate(scopeOf({ context, parameters: parameters.value }))
  if (!answer.ok) return `the targets cannot be told: ${answer.reason}; name them`
  const list: readonly Json[] = Array.isArray(answer.value) ? answer.value : [answer.value]
  if (!list.every((name) => typeof name === 'string' && name !== '')) return 'the targets are not a list of names'
  return list as readonly string[]
}

async function blastOf(deps: Deps, targets: readonly Target[], context: IncidentContext): Promise<Blast> {
  const ids = targets.flatMap((target) => (target.ci ? [target.ci.sysId] : []))
  const at = deps.clock.now()
  const missing = (reason: string): Blast => ({
    users: unknown(reason, 'cmdb', at),
    cis: unknown(reason, 'cmdb', at),
    vip: unknown(reason, 'cmdb', at),
  })
  if (ids.length < targets.length) return missing('a target is not in the CMDB')
  if (ids.length === 0) return { users: known(0, 'cmdb', at), cis: known(0, 'cmdb', at), vip: known(false, 'cmdb', at) }
  try {
    return await deps.tickets.blast(ids, context.incident?.sysId)
  } catch (error) {
    return missing(sentence(error))
  }
}
