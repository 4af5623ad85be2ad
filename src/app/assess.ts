// Owns the assessment of a run: reads the world afresh, makes the plan, evaluates policy, hashes. Writes nothing.
import type { Parties } from '../core/approval.ts'
import { classified, classStop, notAllowed } from '../core/classify.ts'
import type { Governance } from '../core/governance.ts'
import type { PolicyFacts } from '../core/guardrails/input.ts'
import { type Blast, type IncidentContext, known, unknown } from '../core/incident.ts'
import { parametersOf } from '../core/parameters.ts'
import { type Draft, draftPlan, planHash, type Target } from '../core/plan.ts'
import { type Decision, evaluate } from '../core/policy.ts'
import type { Run } from '../core/run.ts'
import type { Runbook } from '../core/runbook.ts'
import { scopeOf } from '../core/scope.ts'
import { type Json, type JsonObject, own } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { ActiveContent } from './active-content.ts'
import type { Authority } from './authority.ts'
import { governanceNow } from './autonomy.ts'
import { visibleCi } from './cis.ts'
import type { Deps } from './deps.ts'
import { factReader } from './facts.ts'
import { byOf, signalReader } from './signals.ts'
import { around } from './surroundings.ts'

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
export type Subject = Pick<
  Run,
  'id' | 'origin' | 'context' | 'requested' | 'glass' | 'standardChange' | 'knowledge'
> & {
  readonly runbook: string
  /** What a run has done so far. */
  readonly steps?: Run['steps']
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
    // What was read around another CI says nothing of this one.
    const kept = before.surroundings && before.ci?.sysId === ci?.sysId ? { surroundings: before.surroundings } : {}
    return { incident, ...(ci ? { ci } : {}), ...kept, readAt: clock.now() }
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

  const surroundings = around(deps)
  const signalsOf = signalReader(deps)
  const readSignals = async (subject: Subject, runbook: Runbook, context: IncidentContext, targets: Target[]) => {
    const parameters = parametersOf(runbook, subject.requested.parameters)
    if (Object.keys(runbook.signals).length === 0 || !parameters.ok) return undefined
    const { operations } = files.current().catalog
    return signalsOf(runbook, { context, targets, parameters: parameters.value }, operations, byOf(subject))
  }

  const factsOf = factReader(deps, authority, surroundings)

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
      const read = classified(await contextOf(subject.context), content.governance)
      const against = againstClass(read, content.governance, runbook.id)
      if (against) return failed(against.retry, against.reason)
      const targets = await targetsOf(subject, runbook, read)
      if (typeof targets === 'string') return failed(false, targets)
      const at = clock.now()
      const [blast, surrounded, signals] = await Promise.all([
        blastOf(deps, targets, read),
        surroundings.gather(read, runbook.limits, targets),
        readSignals(subject, runbook, read, targets),
      ])
      const context: IncidentContext = signals ? { ...surrounded, signals } : surrounded
      const { classes } = content.governance
      const request = {
        runbook,
        context,
        parameters: subject.requested.parameters,
        targets,
        blast,
        run: subject.id,
        classEvidence: typeof context.class === 'string' ? (own(classes, context.class)?.evidence ?? []) : [],
      }
      const planned = draftPlan(request, content.catalog)
      if (!planned.ok) return failed(false, ...absent(targets), ...planned.problems)
      const draft = planned.value
      const facts = await factsOf({ subject, runbook, draft, context, blast })
      const governance = await governanceNow(deps, subject.id)
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

/** What the incident's class has against this runbook, whoever asks for it. What cannot be told is read again. */
function againstClass(context: IncidentContext, governance: Governance, runbook: string) {
  const stopped = classStop(context, governance)
  if (stopped) return { retry: !stopped.known, reason: stopped.reason }
  const reason = notAllowed(context, governance, runbook)
  return reason === null ? null : { retry: false, reason }
}

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
