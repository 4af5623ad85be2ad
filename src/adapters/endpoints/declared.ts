// Owns the values of a vetted query: exactly the declared parameters, each inside its declared pattern (P9).
import { RE2JS } from '@bufbuild/re2'
import type { PlannedRequest } from '../../core/plan.ts'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'

/** Where a value stands in a template. */
export const placeholder = /\{([A-Za-z_]\w*)\}/g

/** The value of a declared parameter, as text; throws PortError malformed for a name that is not declared. */
export type ValueOf = (name: string) => string

export const wrongIn =
  (request: Pick<PlannedRequest, 'do'>) =>
  (why: string): PortError =>
    new PortError('malformed', `${request.do}: ${why}`)

/** Throws PortError malformed where a value is missing, is one too many, or does not match its RE2 pattern as a whole. */
export function declaredValues(request: PlannedRequest): ValueOf {
  const wrong = wrongIn(request)
  const declared: JsonObject = isObject(request.detail['parameters']) ? request.detail['parameters'] : {}
  const given: JsonObject = isObject(request.with) ? request.with : {}
  const extra = Object.keys(given).find((name) => !Object.hasOwn(declared, name))
  if (extra !== undefined) throw wrong(`it has no parameter ${extra}`)
  const values = new Map(
    Object.entries(declared).map(([name, pattern]) => {
      const value = Object.hasOwn(given, name) ? textOf(given[name]) : undefined
      if (value === undefined) throw wrong(`its parameter ${name} is missing`)
      if (typeof pattern !== 'string' || !matches(pattern, value))
        throw wrong(`its parameter ${name} does not match ${String(pattern)}`)
      return [name, value]
    }),
  )
  return (name) => {
    const value = values.get(name)
    if (value === undefined) throw wrong(`{${name}} in the query is not a declared parameter`)
    return value
  }
}

/** A template of `detail` as it stands in connectors.yaml. Throws PortError malformed where there is none. */
export function templateIn(request: PlannedRequest, name: string): string {
  const template = request.detail[name]
  if (typeof template === 'string' && template !== '') return template
  throw wrongIn(request)(`it has no ${name} in connectors.yaml`)
}

/** A request for people: `fill` where its values fit, else the template with what was given. */
export function describedBy(request: PlannedRequest, template: string, fill: () => string): string {
  try {
    return fill()
  } catch {
    return `${template} ${JSON.stringify(request.with)}`
  }
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
