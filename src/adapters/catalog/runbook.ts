// Owns what a runbook file means: the core's runbook with its defaults filled in, checked against everything it names.
import type { Governance } from '../../core/governance.ts'
import type { FailureLimit, Operation, Runbook } from '../../core/runbook.ts'
import type { Expression, Millis } from '../../core/values.ts'
import { contentHash } from './content-hash.ts'
import type { KnownFacts } from './facts.ts'
import { antiFlapOf } from './governance.ts'
import { parameterOf } from './runbook-parameters.ts'
import { runbookReferences } from './runbook-references.ts'
import { type RunbookFile, runbookSchema } from './runbook-schema.ts'
import { corroborationProblem, signalOf } from './runbook-signals.ts'
import { callOf, lookOf, stepOf } from './runbook-steps.ts'
import { readShape } from './schema.ts'
import { expressionAt, type Note } from './uses.ts'
import type { Path, Read, Source } from './yaml-source.ts'

/** What a runbook is checked against; what is undefined (its file is broken) is not checked. */
export interface Known {
  readonly governance: Governance | undefined
  readonly operations: ReadonlyMap<string, Operation> | undefined
  readonly facts: KnownFacts | undefined
  readonly pagers: ReadonlySet<string> | undefined
  /** Whether connectors.yaml declares the column of the incident commander. */
  readonly commander?: boolean | undefined
  /** Entra ids of the authors by content hash, from provenance.yaml. */
  readonly authors: { readonly [content: string]: readonly string[] }
}

/** Reads one file of the catalogue; every problem at once. */
export function readRunbook(source: Source, known: Known): Read<Runbook> {
  const shape = readShape(source, runbookSchema)
  if (!shape.ok) return shape
  const file = shape.value
  const problems = runbookReferences(source, file, known)
  const note: Note = (path, message, at) => problems.push(source.problem(path, message, at))
  const parameters = Object.keys(file.parameters ?? {})
  const signals = Object.keys(file.signals ?? {})
  const around = { known, parameters, signals, note }
  const when = (text: string, roots: readonly string[], path: Path) =>
    expressionAt(text, { roots, facts: known.facts, parameters, signals }, path, note) as Expression
  const steps = file.steps.map((step, index) => stepOf(step, index, file.steps, around))
  const alarm = file.targets?.alarm
  const uncorroborated = corroborationProblem(file, known.operations)
  if (uncorroborated !== undefined) note(['limits', 'corroborated'], uncorroborated)
  const content = contentHash(source.value)
  const authors = Object.hasOwn(known.authors, content) ? known.authors[content] : undefined
  const runbook: Runbook = {
    id: file.runbook,
    title: file.title,
    ...(file.description === undefined ? {} : { description: file.description }),
    owner: file.owner,
    guided: file.approval === 'each-step',
    content,
    file: source.file,
    ...(file.match ? { match: matchOf(file.match, when) } : {}),
    parameters: Object.fromEntries(
      Object.entries(file.parameters ?? {}).map(([name, each]) => [
        name,
        parameterOf(each, ['parameters', name], note),
      ]),
    ),
    targets: {
      from: when(file.targets?.from ?? '[ci.name]', ['incident', 'ci', 'parameters'], ['targets', 'from']),
      max: file.targets?.max ?? 1,
      waves: file.targets?.waves ?? [{ percent: 100 }],
      stopAfterFailures: failureLimitOf(file.targets?.stopAfterFailures),
      concurrency: file.targets?.concurrency ?? 1,
      ...(file.targets?.batch === undefined ? {} : { batch: file.targets.batch }),
      ...(alarm ? { alarm: lookOf(alarm, ['targets', 'alarm'], around, { outside: true }) } : {}),
      ...(file.targets?.approval === undefined ? {} : { approval: file.targets.approval }),
    },
    limits: limitsOf(file.limits ?? {}, when),
    evidence: (file.evidence ?? []).map((call, index) => callOf(call, ['evidence', index], around)),
    signals: Object.fromEntries(
      Object.entries(file.signals ?? {}).map(([name, each]) => [name, signalOf(name, each, around)]),
    ),
    shadow: {
      ...(file.shadow?.agrees === undefined
        ? {}
        : { agrees: when(file.shadow.agrees, ['incident', 'ci'], ['shadow', 'agrees']) }),
      ...(file.shadow?.takes === undefined ? {} : { takesMs: file.shadow.takes }),
    },
    steps,
    onSuccess: {
      resolve: file.onSuccess?.resolve ?? true,
      resolveJoined: file.onSuccess?.resolveJoined ?? false,
      ...(file.onSuccess?.closeCode === undefined ? {} : { closeCode: file.onSuccess.closeCode }),
    },
    onFailure: { ...file.onFailure, rollback: file.onFailure?.rollback ?? 'step' },
    ...(authors ? { authors } : {}),
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: runbook }
}

type When = (text: string, roots: readonly string[], path: Path) => Expression

function matchOf(file: NonNullable<RunbookFile['match']>, when: When): NonNullable<Runbook['match']> {
  const { recurrence } = file
  return {
    ...(file.class === undefined ? {} : { class: file.class }),
    ...(file.when === undefined ? {} : { when: when(file.when, ['incident', 'ci'], ['match', 'when']) }),
    ...(recurrence ? { recurrence: { count: recurrence.count, withinMs: recurrence.within, by: recurrence.by } } : {}),
  }
}

/** A day: who comes back after a night can still undo what was done. */
const REOPEN_WITHIN: Millis = 24 * 3_600_000

const failureLimitOf = (share: { count: number } | { percent: number } | undefined): FailureLimit =>
  share === undefined ? 1 : 'count' in share ? share.count : share

const TOUCH_ROOTS = ['incident', 'ci', 'parameters', 'target', 'blast', 'signals', 'run']

function limitsOf(file: NonNullable<RunbookFile['limits']>, when: When): Runbook['limits'] {
  const { antiFlap, doNotTouch, reopenWithin, recentDeploy, ...rest } = file
  return {
    ...rest,
    reopenWithinMs: reopenWithin ?? REOPEN_WITHIN,
    ...(antiFlap ? { antiFlap: antiFlapOf(antiFlap) } : {}),
    ...(recentDeploy ? { recentDeploy: { withinMs: recentDeploy.within, is: recentDeploy.is ?? 'ask' } } : {}),
    ...(doNotTouch === undefined ? {} : { doNotTouch: when(doNotTouch, TOUCH_ROOTS, ['limits', 'doNotTouch']) }),
  }
}
