// Owns the plan: a runbook with everything filled in, whose hash is what people approve.
import { classEvidence } from './class-evidence.ts'
import type { ApprovalRule } from './governance.ts'
import type { Blast, Ci, IncidentContext } from './incident.ts'
import { parametersOf } from './parameters.ts'
import { renderer } from './render-plan.ts'
import type { Catalog, FailureLimit, ParameterType, Runbook, Step, Tier } from './runbook.ts'
import { scopeOf } from './scope.ts'
import { type PlannedLook, signalEvidence } from './signals.ts'
import { type Canonicalize, type Digest, type Json, type JsonObject, type Millis, own, type Place } from './values.ts'

/** One exact request: what is sent, where. `with` holds no expressions any more and no secrets. */
export interface PlannedRequest {
  readonly do: string
  readonly system: string
  readonly kind: string
  readonly url: string
  readonly tier: Tier
  readonly detail: JsonObject
  readonly with: Json
  /** Where `with` still holds `${…}`, which a preflight's captured values fill right before it is sent. */
  readonly deferred?: readonly Place[]
  readonly timeoutMs: Millis
}

/** A read-only request with the terms it must meet. */
export interface PlannedCheck extends PlannedRequest {
  /** CEL over `result`; kept as text, evaluated through the runbook that holds it compiled. */
  readonly expect: string | null
  readonly everyMs: Millis
  readonly holdMs: Millis
  readonly withinMs: Millis
}

/** A value that a preflight brings back, with its bounds as data; `from` is CEL over `result`. */
export interface PlannedCapture {
  readonly from: string
  readonly type: ParameterType
  readonly pattern?: string
  readonly enum?: readonly Json[]
  readonly min?: number
  readonly max?: number
}

export interface PlannedPreflight extends PlannedCheck {
  readonly capture?: { readonly [name: string]: PlannedCapture }
}

export interface PlannedStep {
  readonly id: string
  readonly title: string
  readonly tier: Tier
  readonly when: string | null
  readonly approval: string | null
  readonly preflight: PlannedPreflight | null
  readonly action: PlannedRequest | null
  readonly verify: PlannedCheck | null
  readonly confirm?: { readonly by: 'caller'; readonly withinMs: Millis }
  readonly rollback: PlannedRequest | null
  /** Whether it could be undone; looked at before the action starts. */
  readonly rollbackCheck?: PlannedCheck
  readonly retry?: { readonly max: number; readonly afterMs?: Millis }
}

export interface Target {
  readonly name: string
  /** undefined: not found in the CMDB, so its facts are unknown. */
  readonly ci?: Ci
}

/** What a plan is made of; the rule is added by policy, then it is hashed. */
export interface Draft {
  readonly runbook: {
    readonly id: string
    readonly title: string
    readonly owner: string
    readonly content: string
    /** The incident class that it is for, where it names one. */
    readonly class: string | null
  }
  readonly parameters: JsonObject
  readonly targets: readonly Target[]
  /** Names of the targets, wave by wave. */
  readonly waves: readonly (readonly string[])[]
  /** Every wave after the first asks for itself: `always`, or the name of an approval rule. */
  readonly waveApproval: string | null
  readonly stopAfterFailures: number
  readonly concurrency: number
  readonly batch?: number
  /** Must hold before each target after the first that was touched. */
  readonly alarm?: PlannedCheck
  /** Every changing step asks for itself, target by target. */
  readonly guided?: true
  /** For so long after its end it may be rolled back or retried. */
  readonly reopenWithinMs: Millis
  readonly evidence: readonly { readonly target: string; readonly request: PlannedLook }[]
  /** The steps per target, in order. */
  readonly steps: { readonly [target: string]: readonly PlannedStep[] }
  /** The highest tier among the steps that do not ask for themselves. */
  readonly tier: Tier
  readonly onSuccess: { readonly resolve: boolean; readonly closeCode: string | null; readonly resolveJoined: boolean }
  readonly onFailure: {
    readonly escalate: string | null
    readonly assign: string | null
    readonly rollback: 'step' | 'all'
    readonly page?: string
  }
}

/** Values that came from outside files: what a person or an event asked for. */
export interface PlanRequest {
  readonly runbook: Runbook
  readonly context: IncidentContext
  readonly parameters: JsonObject
  readonly targets: readonly Target[]
  readonly blast: Blast
  readonly run: string
  /** Operations that the incident's class has looked at, besides what the runbook looks at. */
  readonly classEvidence?: readonly string[]
}

export type Planned<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] }

/**
 * Binds parameters, renders every request and splits the targets into waves.
 * Refuses with every problem at once: a parameter out of bounds, a value that cannot be rendered, too many targets.
 */
export function draftPlan(request: PlanRequest, catalog: Pick<Catalog, 'operations'>): Planned<Draft> {
  const { runbook, targets } = request
  const problems: string[] = []
  const parameters = parametersOf(runbook, request.parameters)
  if (!parameters.ok) return parameters
  if (targets.length === 0) problems.push('there is no target: name one, or give the incident a CI')
  if (targets.length > runbook.targets.max)
    problems.push(`${targets.length} targets, and ${runbook.id} allows at most ${runbook.targets.max}`)
  const names = new Set(targets.map((target) => target.name))
  if (names.size !== targets.length) problems.push('a target is named twice')
  if (problems.length > 0) return { ok: false, problems }

  const scopeFor = (target: Target) =>
    scopeOf({ context: request.context, target, parameters: parameters.value, blast: request.blast, run: request.run })
  const render = renderer(catalog.operations, problems)
  const evidence = targets.flatMap((target) =>
    runbook.evidence.map((call) => ({
      target: target.name,
      request: render.request(call, scopeFor(target), 'evidence'),
    })),
  )
  // Not by assignment: under a CI named `__proto__` the requests would not be in the plan, nor in its hash.
  const steps = Object.fromEntries(
    targets.map((target) => {
      const scope = scopeFor(target)
      return [target.name, runbook.steps.map((step) => render.step(guide(runbook, step), scope))]
    }),
  )
  const { alarm } = runbook.targets
  const outside = scopeOf({
    context: request.context,
    parameters: parameters.value,
    blast: request.blast,
    run: request.run,
  })
  const watch = alarm ? render.check(alarm, outside, 'alarm') : null
  if (problems.length > 0) return { ok: false, problems: [...new Set(problems)] }
  return {
    ok: true,
    value: {
      runbook: {
        id: runbook.id,
        title: runbook.title,
        owner: runbook.owner,
        content: runbook.content,
        class: runbook.match?.class ?? null,
      },
      parameters: parameters.value,
      targets,
      waves: wavesOf(
        runbook,
        targets.map((target) => target.name),
      ),
      waveApproval: runbook.targets.approval ?? null,
      stopAfterFailures: failuresAllowed(runbook.targets.stopAfterFailures, targets.length),
      concurrency: runbook.guided ? 1 : runbook.targets.concurrency,
      ...(runbook.targets.batch === undefined ? {} : { batch: runbook.targets.batch }),
      ...(watch ? { alarm: watch } : {}),
      ...(runbook.guided ? { guided: true } : {}),
      reopenWithinMs: runbook.limits.reopenWithinMs,
      evidence: [
        ...(evidence as Draft['evidence']),
        ...signalEvidence(runbook, { ...request, parameters: parameters.value }, catalog.operations),
        ...classEvidence(request.classEvidence ?? [], request.context.ci, catalog, evidence as Draft['evidence']),
      ],
      steps,
      tier: planTier(runbook.steps.map((step) => guide(runbook, step))),
      onSuccess: {
        resolve: runbook.onSuccess.resolve,
        closeCode: runbook.onSuccess.closeCode ?? null,
        resolveJoined: runbook.onSuccess.resolveJoined,
      },
      onFailure: {
        escalate: runbook.onFailure.escalate ?? null,
        assign: runbook.onFailure.assign ?? null,
        rollback: runbook.onFailure.rollback,
        ...(runbook.onFailure.page === undefined ? {} : { page: runbook.onFailure.page }),
      },
    },
  }
}

/**
 * The plan hash: runbook content, parameters, targets, requests and the rule that applies (DESIGN §4.5).
 * Facts and guardrails are left out: they are evaluated again before anything leaves.
 */
export function planHash(draft: Draft, rule: ApprovalRule | null, canonicalize: Canonicalize, digest: Digest): string {
  return digest(
    canonicalize({
      runbook: draft.runbook,
      parameters: draft.parameters,
      targets: draft.targets.map((target) => ({ name: target.name, ci: target.ci?.sysId ?? null })),
      waves: draft.waves,
      waveApproval: draft.waveApproval,
      stopAfterFailures: draft.stopAfterFailures,
      concurrency: draft.concurrency,
      batch: draft.batch ?? null,
      alarm: (draft.alarm ?? null) as unknown as Json,
      guided: draft.guided ?? false,
      reopenWithinMs: draft.reopenWithinMs,
      steps: draft.steps as unknown as Json,
      onSuccess: draft.onSuccess,
      onFailure: draft.onFailure,
      rule: rule as unknown as Json,
    }),
  )
}

/** The scopes that a step on a target must be approved for: the run, its wave where waves ask, itself where it asks. */
export function scopesOf(draft: Draft, step: PlannedStep, target: string): readonly string[] {
  const wave = draft.waves.findIndex((names) => names.includes(target))
  return [
    'run',
    ...(draft.waveApproval !== null && wave > 0 ? [waveScope(wave)] : []),
    ...(step.approval === null ? [] : [stepAsk(draft, step.id, target)]),
  ]
}

/**
 * `step:<id>`, once for all targets; `step:<id>@<target>`, each for itself, in a guided run of several targets and where
 * the preflight captures: what is captured on one target is no part of what was agreed to for another.
 */
export function stepAsk(draft: Draft, id: string, target: string): string {
  const captures = own(draft.steps, target)?.find((step) => step.id === id)?.preflight?.capture !== undefined
  return (draft.guided || captures) && draft.targets.length > 1 ? `step:${id}@${target}` : `step:${id}`
}

/** The step that a scope such as `step:<id>` names; null: another scope, or a step that is not there. */
export function askedStep(draft: Draft, scope: string): PlannedStep | null {
  const id = /^step:([^@]*)/.exec(scope)?.[1]
  if (id === undefined) return null
  return Object.values(draft.steps).flatMap((steps) => steps.filter((step) => step.id === id))[0] ?? null
}

/** `wave:2` for the second wave, whose index is 1. */
export const waveScope = (index: number): string => `wave:${index + 1}`

/** The highest tier among the steps that do not ask for themselves; 0 for a runbook of checks only. */
export function planTier(steps: readonly Step[]): Tier {
  const tiers = steps.filter((step) => step.approval === undefined).map((step) => step.tier)
  return tiers.reduce<Tier>((highest, tier) => (tier > highest ? tier : highest), 0)
}

/** Waves are cumulative and rounded up: `1, 50%, 100%` of 5 is 1, then 2 more, then the last 2. */
export function wavesOf(runbook: Pick<Runbook, 'targets'>, names: readonly string[]): readonly (readonly string[])[] {
  const waves: (readonly string[])[] = []
  let taken = 0
  for (const wave of [...runbook.targets.waves, { percent: 100 }]) {
    const upTo = 'count' in wave ? wave.count : Math.ceil((wave.percent * names.length) / 100)
    const end = Math.min(names.length, Math.max(taken, upTo))
    if (end > taken) waves.push(names.slice(taken, end))
    taken = end
  }
  return waves
}

/** A guided run asks before every step that changes something. */
const guide = (runbook: Pick<Runbook, 'guided'>, step: Step): Step =>
  runbook.guided && step.action ? { ...step, approval: step.approval ?? 'always' } : step

/** A share of the targets is rounded down, for it is a limit; one failure always counts. */
function failuresAllowed(limit: FailureLimit, targets: number): number {
  return typeof limit === 'number' ? limit : Math.max(1, Math.floor((limit.percent * targets) / 100))
}
