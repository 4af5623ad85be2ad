// Owns a runbook's signals: vetted queries about the incident's CI, and whether there are enough of them to corroborate.
import type { Operation, Signal } from '../../core/runbook.ts'
import type { Expression, Millis } from '../../core/values.ts'
import { isQuery, QUERY_KINDS } from './connectors-queries.ts'
import { readOnlyProblem } from './governance-references.ts'
import type { RunbookFile, SignalFile } from './runbook-schema.ts'
import { CHECK_TIMEOUT, type Surroundings } from './runbook-steps.ts'
import { listed } from './suggest.ts'
import { expressionAt, templateAt } from './uses.ts'

const SIGNAL_RANGE: Millis = 3_600_000
/** They are read before there are steps, and nothing of one signal enters another. */
const ROOTS = ['incident', 'ci', 'parameters']

/** A vetted query that is asked of the incident's CI, before anything is sent and at the end. */
export function signalOf(name: string, file: SignalFile, { known, parameters, note }: Surroundings): Signal {
  const path = ['signals', name]
  const place = { facts: known.facts, parameters }
  const problem = readOnlyProblem(file.do, known.operations) ?? kindProblem(file.do, known.operations)
  if (problem !== undefined) note([...path, 'do'], problem)
  const shows =
    file.shows === undefined
      ? undefined
      : expressionAt(file.shows, { ...place, roots: [...ROOTS, 'result'] }, [...path, 'shows'], note)
  return {
    do: file.do,
    with: templateAt(file.with ?? {}, { ...place, roots: ROOTS }, [...path, 'with'], note),
    timeoutMs: file.timeout ?? CHECK_TIMEOUT,
    title: file.title ?? name,
    unit: file.unit ?? '',
    rangeMs: file.range ?? SIGNAL_RANGE,
    ...(file.shows === undefined ? {} : { shows: shows as Expression }),
  }
}

function kindProblem(name: string, operations: ReadonlyMap<string, Operation> | undefined): string | undefined {
  const operation = operations?.get(name)
  if (!operation || isQuery(operation.kind)) return undefined
  return `${name} is no query: a signal is asked of a system of kind ${listed(QUERY_KINDS)}`
}

/** Why a runbook could never pass its own `limits.corroborated`; undefined where it can. */
export function corroborationProblem(
  { limits, signals = {} }: Pick<RunbookFile, 'limits' | 'signals'>,
  operations: ReadonlyMap<string, Operation> | undefined,
): string | undefined {
  const wanted = limits?.corroborated
  if (wanted === undefined || !operations) return undefined
  const telling = Object.values(signals).filter(({ shows }) => shows !== undefined)
  const systems = new Set(telling.flatMap((each) => operations.get(each.do)?.system ?? []))
  if (systems.size >= wanted) return undefined
  return `corroborated: ${wanted} needs signals with "shows" of ${wanted} systems, and there are ${systems.size}`
}
