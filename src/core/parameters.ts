// Owns the bounds of a runbook's parameters: a value inside its declaration, or a sentence that says what would fit.
import type { Parameter, Runbook } from './runbook.ts'
import type { Json, JsonObject } from './values.ts'

type Bound<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] }

/** Binds given values and defaults. Refuses unknown names, missing values and values outside their bounds, all at once. */
export function parametersOf(runbook: Pick<Runbook, 'id' | 'parameters'>, given: JsonObject): Bound<JsonObject> {
  const problems: string[] = []
  const values: Record<string, Json> = Object.create(null) as Record<string, Json>
  for (const name of Object.keys(given))
    if (!Object.hasOwn(runbook.parameters, name)) {
      const declared = Object.keys(runbook.parameters)
      const known = declared.length > 0 ? `it has ${declared.join(', ')}` : 'it has none'
      problems.push(`${runbook.id} has no parameter "${name}": ${known}`)
    }
  for (const [name, parameter] of Object.entries(runbook.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default
    if (value === undefined) {
      problems.push(`parameter ${name} is missing: ${wanted(parameter)}`)
      continue
    }
    const bound = bind(parameter, value)
    if (bound === undefined) problems.push(`parameter ${name} does not fit: ${wanted(parameter)}`)
    else values[name] = bound
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: { ...values } }
}

/** The value in its declared type, or undefined when it does not fit. Text from chat is read as the declared type. */
export function bind(parameter: Parameter, value: Json): Json | undefined {
  const typed = typeof value === 'string' ? fromText(parameter, value) : value
  switch (parameter.type) {
    case 'string':
      if (typeof typed !== 'string' || (parameter.pattern && !parameter.pattern.matches(typed))) return undefined
      break
    case 'boolean':
      if (typeof typed !== 'boolean') return undefined
      break
    case 'integer':
    case 'number':
      if (typeof typed !== 'number' || !Number.isFinite(typed)) return undefined
      if (parameter.type === 'integer' && !Number.isSafeInteger(typed)) return undefined
      if (parameter.min !== undefined && typed < parameter.min) return undefined
      if (parameter.max !== undefined && typed > parameter.max) return undefined
      break
  }
  if (parameter.enum && !parameter.enum.includes(typed)) return undefined
  return typed
}

/** What would fit, as a phrase. */
export function wanted(parameter: Parameter): string {
  const parts: string[] = [parameter.type === 'integer' ? 'a whole number' : `a ${parameter.type}`]
  if (parameter.enum)
    parts.push(
      `one of ${parameter.enum.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(', ')}`,
    )
  if (parameter.pattern) parts.push(`matching ${parameter.pattern.source}`)
  if (parameter.min !== undefined) parts.push(`at least ${parameter.min}`)
  if (parameter.max !== undefined) parts.push(`at most ${parameter.max}`)
  return parts.join(', ')
}

function fromText(parameter: Parameter, text: string): Json {
  if (parameter.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (parameter.type === 'string') return text
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text
}
