// Owns the plain values that every part of the core speaks in: JSON, time, digests and expressions.

/** A JSON value. Numbers are finite. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number
/** A length of time in milliseconds. */
export type Millis = number

/** RFC 8785 canonical JSON. Comes in as a function because the core imports no packages. */
export type Canonicalize = (value: Json) => string
/** SHA-256 of a UTF-8 string, lower-case hex. Comes in as a function because the core imports no packages. */
export type Digest = (text: string) => string

/** What an expression sees: incident, ci, parameters, target, blast, signals, steps, run, and result in `expect`. */
export type Scope = { readonly [name: string]: Json }

/** An expression that could not be evaluated is *unknown*, with the reason; it is never false. */
export type Evaluation<T = Json> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** A CEL expression, parsed once when its file was loaded. */
export interface Expression {
  readonly source: string
  readonly evaluate: (scope: Scope) => Evaluation
}

/** Where a string stands inside a JSON value. */
export type Place = readonly (string | number)[]

/** A JSON value whose strings may hold `${…}` CEL, compiled once. Rendering never throws. */
export interface Template {
  readonly source: Json
  /** Strings that use what a preflight captures: `render` leaves them as they are written, `fill` renders all. */
  readonly deferred: readonly Place[]
  readonly render: (scope: Scope) => Evaluation
  readonly fill: (scope: Scope) => Evaluation
}

/** Evaluates to a boolean, or to the reason why it does not. */
export function evaluateBoolean(expression: Expression, scope: Scope): Evaluation<boolean> {
  const answer = expression.evaluate(scope)
  if (!answer.ok) return answer
  if (typeof answer.value !== 'boolean') return { ok: false, reason: `"${expression.source}" is not true or false` }
  return { ok: true, value: answer.value }
}

/** What an object itself holds under a name that came from outside; `constructor` and `__proto__` are names like any other. */
export const own = <T>(from: { readonly [name: string]: T }, name: string): T | undefined =>
  Object.hasOwn(from, name) ? from[name] : undefined

/** Narrows a JSON value to an object (not null, not a list). */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
