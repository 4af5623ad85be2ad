// Owns how a runbook's calls become exact requests: every expression rendered, every bound kept as data.
import type { PlannedCapture, PlannedCheck, PlannedPreflight, PlannedRequest, PlannedStep } from './plan.ts'
import type { Call, Capture, Check, Operation, Preflight, Step } from './runbook.ts'
import type { Evaluation, Json, Scope } from './values.ts'

/** Renders calls against a scope; what cannot be rendered goes to `problems`, and then there is no plan. */
export function renderer(operations: ReadonlyMap<string, Operation>, problems: string[]) {
  const values = (call: Call, scope: Scope, where: string): Json => {
    const answer: Evaluation = call.with.render(scope)
    if (answer.ok) return answer.value
    problems.push(`${where} ${call.do}: ${answer.reason}`)
    return null
  }
  const request = (call: Call, scope: Scope, where: string): PlannedRequest | null => {
    const operation = operations.get(call.do)
    if (!operation) {
      problems.push(`${where}: there is no operation ${call.do} in connectors.yaml`)
      return null
    }
    return {
      do: operation.name,
      system: operation.system,
      kind: operation.kind,
      url: operation.url,
      tier: operation.tier,
      detail: operation.detail,
      with: values(call, scope, where),
      ...(call.with.deferred.length > 0 ? { deferred: call.with.deferred } : {}),
      timeoutMs: call.timeoutMs,
    }
  }
  const check = (call: Check, scope: Scope, where: string): PlannedCheck | null => {
    const planned = request(call, scope, where)
    return planned
      ? {
          ...planned,
          expect: call.expect?.source ?? null,
          everyMs: call.everyMs,
          holdMs: call.holdMs,
          withinMs: call.withinMs,
        }
      : null
  }
  const preflight = ({ capture, ...call }: Preflight, scope: Scope, where: string): PlannedPreflight | null => {
    const planned = check(call, scope, where)
    const captured = Object.entries(capture).map(([name, each]) => [name, captureOf(each)] as const)
    return planned && { ...planned, ...(captured.length > 0 ? { capture: Object.fromEntries(captured) } : {}) }
  }
  const step = (from: Step, scope: Scope): PlannedStep => ({
    id: from.id,
    title: from.title ?? from.id,
    tier: from.tier,
    when: from.when?.source ?? null,
    approval: from.approval ?? null,
    preflight: from.preflight ? preflight(from.preflight, scope, `${from.id} preflight`) : null,
    action: from.action ? request(from.action, scope, `${from.id} action`) : null,
    verify: from.verify ? check(from.verify, scope, `${from.id} verify`) : null,
    ...(from.confirm ? { confirm: from.confirm } : {}),
    rollback: from.rollback ? request(from.rollback, scope, `${from.id} rollback`) : null,
    ...(from.rollback?.check ? whole({ rollbackCheck: check(from.rollback.check, scope, `${from.id} rollback`) }) : {}),
    ...(from.retry ? { retry: from.retry } : {}),
  })
  return { request, check, step }
}

/** A part that could not be rendered is left out; the problem is noted, so no plan comes of it. */
const whole = <K extends string>(part: { readonly [key in K]: PlannedCheck | null }): { [key in K]?: PlannedCheck } =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null)) as { [key in K]?: PlannedCheck }

/** The bounds as data: a plan is JSON. */
const captureOf = ({ from, pattern, ...bounds }: Capture): PlannedCapture => {
  const { type, enum: values, min, max } = bounds
  return {
    from: from.source,
    type,
    ...(pattern ? { pattern: pattern.source } : {}),
    ...(values ? { enum: values } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }
}
