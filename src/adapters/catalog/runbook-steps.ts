// Owns a runbook's calls and steps: templates and expressions compiled for their place, tiers held against operations.
import type { Call, Check, Operation, Step } from '../../core/runbook.ts'
import type { Expression, Millis } from '../../core/values.ts'
import { readOnlyProblem, unknownOperation } from './governance-references.ts'
import type { Known } from './runbook.ts'
import type { CallFile, CheckFile, StepFile } from './runbook-schema.ts'
import { expressionAt, type Note, type Place, templateAt } from './uses.ts'
import type { Path } from './yaml-source.ts'

export interface Surroundings {
  readonly known: Known
  readonly parameters: readonly string[]
  readonly note: Note
}

/** What is known when the plan is made: nothing of an endpoint's output enters a request (DESIGN §9 "Facts"). */
const PLAN_ROOTS = ['incident', 'ci', 'parameters', 'target', 'blast', 'signals', 'run']

const CHECK_TIMEOUT: Millis = 60_000
const ACTION_TIMEOUT: Millis = 300_000
const EVERY: Millis = 5000
const VERIFY_WITHIN: Millis = 120_000

/** A read-only call, as in evidence. */
export function callOf(file: CallFile, path: Path, around: Surroundings): Call {
  const problem = readOnlyProblem(file.do, around.known.operations)
  if (problem) around.note([...path, 'do'], problem)
  return plainCall(file, path, around, CHECK_TIMEOUT)
}

/** One step. A rung may ask only about steps before it; its tier is at least that of what it does. */
export function stepOf(file: StepFile, index: number, all: readonly StepFile[], around: Surroundings): Step {
  const path = ['steps', index]
  const ids = all.map((step) => step.id)
  const steps = { earlier: ids.slice(0, index), all: ids }
  const place = (roots: readonly string[]): Place => ({
    roots,
    facts: around.known.facts,
    parameters: around.parameters,
    steps,
  })
  const when = (text: string, at: Path, roots: readonly string[]) =>
    expressionAt(text, place(roots), at, around.note) as Expression
  const check = (key: 'preflight' | 'verify', within: Millis): { [K in typeof key]?: Check } => {
    const declared = file[key]
    if (!declared) return {}
    const at = [...path, key]
    const expect = declared.expect
    const ask =
      expect === undefined ? {} : { expect: when(expect, [...at, 'expect'], [...PLAN_ROOTS, 'steps', 'result']) }
    return { [key]: { ...callOf(declared, at, around), ...ask, ...timesOf(declared, within, at, around.note) } }
  }
  const mutation = (key: 'action' | 'rollback'): { [K in typeof key]?: Call } => {
    const declared = file[key]
    if (!declared) return {}
    tierProblems(file, declared.do, [...path, key, 'do'], around)
    return { [key]: plainCall(declared, [...path, key], around, ACTION_TIMEOUT) }
  }
  if (ids.indexOf(file.id) !== index) around.note([...path, 'id'], `there are two steps "${file.id}"`)
  if (!file.preflight && !file.action && !file.verify) around.note(path, `step "${file.id}" does nothing`)
  if (file.rollback && !file.action)
    around.note([...path, 'rollback'], 'a rollback undoes an action: there is none', 'key')
  return {
    id: file.id,
    tier: file.tier,
    ...(file.title === undefined ? {} : { title: file.title }),
    ...(file.when === undefined ? {} : { when: when(file.when, [...path, 'when'], [...PLAN_ROOTS, 'steps']) }),
    ...(file.approval === undefined ? {} : { approval: file.approval }),
    ...check('preflight', 0),
    ...mutation('action'),
    ...check('verify', VERIFY_WITHIN),
    ...mutation('rollback'),
  }
}

function plainCall(file: CallFile, path: Path, around: Surroundings, timeout: Millis): Call {
  const place: Place = { roots: PLAN_ROOTS, facts: around.known.facts, parameters: around.parameters }
  return {
    do: file.do,
    with: templateAt(file.with ?? {}, place, [...path, 'with'], around.note),
    timeoutMs: file.timeout ?? timeout,
  }
}

/** `within` leaves room for `hold`, also where only one of the two is written. */
function timesOf(file: CheckFile, within: Millis, path: Path, note: Note) {
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
