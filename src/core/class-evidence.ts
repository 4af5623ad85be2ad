// Owns what is looked at for a class of incidents besides what a runbook looks at: read-only calls about the CI.
import type { Ci } from './incident.ts'
import type { Draft, PlannedRequest } from './plan.ts'
import type { Catalog, Operation } from './runbook.ts'
import { isObject, type Json, type JsonObject, type Millis } from './values.ts'

const TIMEOUT_MS: Millis = 60_000
/** The parameters of a query that mean the CI by its name; any other is the fact of the same name. */
const NAMES_THE_CI: ReadonlySet<string> = new Set(['host', 'ci', 'name', 'instance', 'node', 'server', 'target'])

type Evidence = Draft['evidence']

/**
 * The calls of these operations about one CI, without those that are looked at anyway. An operation that declares its
 * parameters gets exactly them, from the CI's name and its known facts; any other gets `{ host: <name of the CI> }`.
 * What is not declared, or not read-only, is left out: `runbooks check` has said so.
 */
export function classEvidence(
  names: readonly string[],
  ci: Ci | undefined,
  { operations }: Pick<Catalog, 'operations'>,
  before: Evidence = [],
): Evidence {
  if (!ci) return []
  const isLookedAt = (name: string) => before.some(({ target, request }) => target === ci.name && request.do === name)
  return [...new Set(names)].flatMap((name) => {
    const operation = operations.get(name)
    if (operation?.tier !== 0 || isLookedAt(name)) return []
    return [{ target: ci.name, request: requestOf(operation, ci) }]
  })
}

/** The parameters of an operation that declares them; null: it takes what it is given. */
export const declaredParameters = ({ detail }: Pick<Operation, 'detail'>): readonly string[] | null =>
  isObject(detail['parameters']) ? Object.keys(detail['parameters']) : null

/** Whether the CI can say what a parameter is: by its name, or by one of these facts. */
export const isFilledByCi = (parameter: string, facts: readonly string[]): boolean =>
  NAMES_THE_CI.has(parameter) || facts.includes(parameter)

function requestOf({ name, system, kind, url, tier, detail }: Operation, ci: Ci): PlannedRequest {
  const declared = declaredParameters({ detail })
  const values: JsonObject = declared
    ? Object.fromEntries(declared.flatMap((each) => valueOf(each, ci).map((value) => [each, value])))
    : { host: ci.name }
  return { do: name, system, kind, url, tier, detail, with: values, timeoutMs: TIMEOUT_MS }
}

/** Nothing where it is unknown: the call then fails, and the evidence says why (P5). */
function valueOf(parameter: string, ci: Ci): readonly Json[] {
  if (NAMES_THE_CI.has(parameter)) return [ci.name]
  const fact = Object.hasOwn(ci.facts, parameter) ? ci.facts[parameter] : undefined
  return fact?.known ? [fact.value] : []
}
