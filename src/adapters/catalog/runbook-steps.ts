// Owns a runbook's calls and steps: templates and expressions compiled for their place, tiers held against operations.
import type { Call, Capture, Check, Operation, Step } from '../../core/runbook.ts'
import type { Expression, Millis } from '../../core/values.ts'
import { readOnlyProblem, unknownOperation } from './governance-references.ts'
import type { Known } from './runbook.ts'
import { parameterOf } from './runbook-parameters.ts'
import type { CallFile, CheckFile, StepFile, TimesFile } from './runbook-schema.ts'
import { expressionAt, type Note, type Place, templateAt } from './uses.ts'
import type { Path } from './yaml-source.ts'

export interface Surroundings {
  readonly known: Known
  readonly parameters: readonly string[]
  /** Names of the runbook's signals. */
  readonly signals: readonly string[]
  readonly note: Note
}

/** What is known when the plan is made: nothing of an endpoint's output enters a request (DESIGN §9 "Facts"), no signal either. */
const PLAN_ROOTS = ['incident', 'ci', 'parameters', 'target', 'blast', 'run']

export const CHECK_TIMEOUT: Millis = 60_000
const ACTION_TIMEOUT: Millis = 300_000
const EVERY: Millis = 5000
const VERIFY_WITHIN: Millis = 120_000
const CONFIRM_WITHIN: Millis = 4 * 3_600_000

/** A read-only call, as in evidence. */
export function callOf(file: CallFile, path: Path, around: Surroundings): Call {
  const problem = readOnlyProblem(file.do, around.known.operations)
  if (problem) around.note([...path, 'do'], problem)
  return plainCall(file, path, around, CHECK_TIMEOUT)
}

/** A read-only look with what its `result` must be; asked once unless times are added. `outside`: of no target. */
export function lookOf(
  file: CheckFile,
  path: Path,
  around: Surroundings,
  place: Partial<Place> & { readonly outside?: boolean } = {},
): Check {
  const expect = file.expect
  const roots = [...PLAN_ROOTS.filter((root) => !(place.outside && root === 'target')), 'result']
  const at: Place = { ...placeOf(around), roots, ...place }
  const problem = readOnlyProblem(file.do, around.known.operations)
  if (problem) around.note([...path, 'do'], problem)
  return {
    ...plainCall(file, path, around, CHECK_TIMEOUT, place),
    ...(expect === undefined
      ? {}
      : { expect: expressionAt(expect, at, [...path, 'expect'], around.note) as Expression }),
    everyMs: EVERY,
    holdMs: 0,
    withinMs: 0,
  }
}

/** One step. A rung may ask only about steps before it; its tier is at least that of what it does. */
export function stepOf(file: StepFile, index: number, all: readonly StepFile[], around: Surroundings): Step {
  const path = ['steps', index]
  const ids = all.map((step) => step.id)
  const captured = Object.fromEntries(all.map((step) => [step.id, Object.keys(step.preflight?.capture ?? {})]))
  const steps = { earlier: ids.slice(0, index), all: ids, captured }
  /** After its preflight a step may use what that captured. */
  const after = { ...steps, earlier: ids.slice(0, index + 1) }
  const looked = (key: 'preflight' | 'verify', within: Millis, seen: typeof steps): Check | undefined => {
    const { do: operation, ...declared } = file[key] ?? {}
    if (operation === undefined) return undefined
    const at = [...path, key]
    const place = { roots: [...PLAN_ROOTS, 'steps', 'result'], steps: seen }
    return {
      ...lookOf({ ...declared, do: operation }, at, around, place),
      ...timesOf(declared, within, at, around.note),
    }
  }
  const mutation = (key: 'action' | 'rollback'): Call | undefined => {
    const declared = file[key]
    if (!declared) return undefined
    tierProblems(file, declared.do, [...path, key, 'do'], around)
    return plainCall(declared, [...path, key], around, ACTION_TIMEOUT, { steps: after })
  }
  const when = file.when
  const condition = (text: string) =>
    expressionAt(
      text,
      { ...placeOf(around), roots: [...PLAN_ROOTS, 'signals', 'steps'], steps },
      [...path, 'when'],
      around.note,
    )
  if (ids.indexOf(file.id) !== index) around.note([...path, 'id'], `there are two steps "${file.id}"`)
  if (!file.preflight && !file.action && !file.verify) around.note(path, `step "${file.id}" does nothing`)
  for (const key of ['rollback', 'retry'] as const)
    if (file[key] && !file.action)
      around.note([...path, key], `a ${key} ${key === 'retry' ? 'repeats' : 'undoes'} an action: there is none`, 'key')
  const preflight = looked('preflight', 0, steps)
  const verify = looked('verify', VERIFY_WITHIN, after)
  const action = mutation('action')
  const rollback = mutation('rollback')
  const check = file.rollback?.check
  if (check && !preflight)
    around.note([...path, 'rollback', 'check'], 'it is looked at with the preflight, and this step has none', 'key')
  if (file.verify && !verify && !file.verify.confirm)
    around.note([...path, 'verify'], 'verify needs do, or confirm where a person is the proof')
  return {
    id: file.id,
    tier: file.tier,
    ...(file.title === undefined ? {} : { title: file.title }),
    ...(when === undefined ? {} : { when: condition(when) as Expression }),
    ...(file.approval === undefined ? {} : { approval: file.approval }),
    ...(preflight ? { preflight: { ...preflight, capture: captureOf(file, path, around) } } : {}),
    ...(action ? { action } : {}),
    ...(verify ? { verify } : {}),
    ...(file.verify?.confirm
      ? { confirm: { by: file.verify.confirm, withinMs: (verify ? undefined : file.verify.within) ?? CONFIRM_WITHIN } }
      : {}),
    ...(rollback
      ? {
          rollback: {
            ...rollback,
            ...(check ? { check: lookOf(check, [...path, 'rollback', 'check'], around, { steps: after }) } : {}),
          },
        }
      : {}),
    ...(file.retry
      ? { retry: { max: file.retry.max, ...(file.retry.after === undefined ? {} : { afterMs: file.retry.after }) } }
      : {}),
  }
}

/** What may come back from a preflight, each within its own bounds. Text without a pattern or a list has none. */
function captureOf(file: StepFile, path: Path, around: Surroundings): { readonly [name: string]: Capture } {
  return Object.fromEntries(
    Object.entries(file.preflight?.capture ?? {}).map(([name, { from, ...bounds }]) => {
      const at = [...path, 'preflight', 'capture', name]
      if (bounds.type === 'string' && bounds.pattern === undefined && !bounds.enum)
        around.note(at, 'a captured text needs a pattern or an enum: it enters requests (P9)')
      const place = { ...placeOf(around), roots: ['result'] }
      const read = expressionAt(from, place, [...at, 'from'], around.note) as Capture['from']
      return [name, { ...parameterOf(bounds, at, around.note), from: read }]
    }),
  )
}

const placeOf = (around: Surroundings): Pick<Place, 'facts' | 'parameters' | 'signals'> => ({
  facts: around.known.facts,
  parameters: around.parameters,
  signals: around.signals,
})

function plainCall(
  file: CallFile,
  path: Path,
  around: Surroundings,
  timeout: Millis,
  { steps, outside }: Partial<Place> & { readonly outside?: boolean } = {},
): Call {
  const captures = Object.values(steps?.captured ?? {}).some((names) => names.length > 0)
  const roots = [...PLAN_ROOTS.filter((root) => !(outside && root === 'target')), ...(captures ? ['steps'] : [])]
  const place: Place = { ...placeOf(around), roots, ...(steps ? { steps: { ...steps, capturedOnly: true } } : {}) }
  return {
    do: file.do,
    with: templateAt(file.with ?? {}, place, [...path, 'with'], around.note),
    timeoutMs: file.timeout ?? timeout,
  }
}

/** `within` leaves room for `hold`, also where only one of the two is written. */
function timesOf(file: TimesFile, within: Millis, path: Path, note: Note) {
  const holdMs = file.hold ?? 0
  const withinMs = file.within ?? (within > 0 ? Math.max(within, holdMs * 2) : within)
  if (file.within !== undefined && file.within < holdMs) note([...path, 'within'], 'within is shorter than hold')
  if (file.within === undefined && within === 0 && holdMs > 0) note([...path, 'hold'], 'hold needs within', 'key')
  return { everyMs: file.every ?? EVERY, holdMs, withinMs }
}

function tierProblems(step: StepFile, name: string, path: Path, { known, note }: Surroundings): void {
  if (!known.operations) return
  const operation: Operation | undefined = known.operations.get(name)
  if (!operation) note(path, unknownOperation(name, known.operations))
  else if (operation.tier > step.tier)
    note(path, `step "${step.id}" is of tier ${step.tier}, but ${name} is of tier ${operation.tier}`)
}
