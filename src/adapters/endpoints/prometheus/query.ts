// Owns filling a PromQL template: each value inside its declared pattern, and never more than the text it stands in.
import { RE2JS } from '@bufbuild/re2'
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject, type Json, type JsonObject } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'

/** A placeholder, or a quoted string that may hold some. In PromQL braces without `=` mean nothing else. */
const parts = /((?:=~|!~)\s*)?"((?:[^"\\]|\\.)*)"|\{([A-Za-z_]\w*)\}/g
const placeholder = /\{([A-Za-z_]\w*)\}/g
const numberOrDuration = /^\d+(\.\d+)?(ms|[smhdwy])?$/

/** The query of `detail.query` with `with` filled in. PortError malformed where a value is missing or does not fit. */
export function queryOf(request: PlannedRequest): string {
  const { query } = request.detail
  const wrong = (why: string) => new PortError('malformed', `${request.do}: ${why}`)
  if (typeof query !== 'string' || query === '') throw wrong('it has no query in connectors.yaml')
  const values = valuesOf(request, wrong)
  const valueOf = (name: string): string => {
    const value = values.get(name)
    if (value === undefined) throw wrong(`{${name}} in the query is not a declared parameter`)
    return value
  }
  return query.replace(parts, (_all, matcher: string | undefined, quoted: string | undefined, bare: string) => {
    if (quoted !== undefined) {
      const text = quoted.replace(placeholder, (_each, name: string) =>
        escaped(matcher ? literal(valueOf(name)) : valueOf(name)),
      )
      return `${matcher ?? ''}"${text}"`
    }
    const value = valueOf(bare)
    if (!numberOrDuration.test(value)) throw wrong(`{${bare}} outside of quotes must be a number or a duration`)
    return value
  })
}

/** Exactly the declared parameters, each matching its RE2 pattern as a whole. */
function valuesOf(request: PlannedRequest, wrong: (why: string) => PortError): ReadonlyMap<string, string> {
  const declared: JsonObject = isObject(request.detail['parameters']) ? request.detail['parameters'] : {}
  const given: JsonObject = isObject(request.with) ? request.with : {}
  const extra = Object.keys(given).find((name) => !Object.hasOwn(declared, name))
  if (extra !== undefined) throw wrong(`it has no parameter ${extra}`)
  return new Map(
    Object.entries(declared).map(([name, pattern]) => {
      const value = Object.hasOwn(given, name) ? textOf(given[name]) : undefined
      if (value === undefined) throw wrong(`its parameter ${name} is missing`)
      if (typeof pattern !== 'string' || !matches(pattern, value))
        throw wrong(`its parameter ${name} does not match ${String(pattern)}`)
      return [name, value]
    }),
  )
}

function matches(pattern: string, value: string): boolean {
  try {
    return RE2JS.matches(pattern, value)
  } catch {
    return false
  }
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined

/** Go string escapes, as PromQL reads them between double quotes. */
const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')
/** Text that a regular expression takes for itself. */
const literal = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
