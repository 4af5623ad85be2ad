// Owns the parts that every file kind is described with, and how a mismatch reads to the person who wrote the file.
import { z } from 'zod'
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Json } from '../../core/values.ts'
import { nearest, shown, suggestion } from './suggest.ts'
import type { Path, Read, Source } from './yaml-source.ts'

type Issue = z.core.$ZodIssue

const UNITS: { [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const MAX_DURATION = 366 * 86_400_000

/** A value that `read` understands; anything else is "expected <what>, got <value>". */
const understood = <T>(what: string, read: (value: unknown) => T | undefined, show = shown) =>
  z.unknown().transform((value, context): T => {
    const answer = read(value)
    if (answer !== undefined) return answer
    context.addIssue({ code: 'custom', message: value === undefined ? what : `expected ${what}, got ${show(value)}` })
    return z.NEVER
  })

const matching = (what: string, pattern: RegExp) =>
  understood(what, (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined))

/** `500ms`, `90s`, `30m`, `24h`, `7d` in milliseconds; at most 366 days. */
export const duration = understood('a duration such as 90s, 30m or 24h', (value) => {
  const parts = typeof value === 'string' ? /^(\d{1,9})(ms|s|m|h|d)$/.exec(value) : null
  const ms = parts ? Number(parts[1]) * (UNITS[parts[2] as string] as number) : Number.NaN
  return ms <= MAX_DURATION ? ms : undefined
})
export const text = understood('text', (value) =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined,
)
/** CEL; `true` and `false` may stand without quotes. Compiled later, where its place is known. */
export const expression = understood('a CEL expression in quotes', (value) =>
  typeof value === 'boolean' ? String(value) : typeof value === 'string' ? value : undefined,
)
/** Something that may be a secret: its value is never shown. */
export const secret = understood(
  'text, such as "${env:NAME}"',
  (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  (value) => (typeof value === 'string' ? 'an empty text' : 'something else'),
)
/** User and password. */
export const basic = understood(
  'a user and a password: ["${env:USER}", "${env:PASSWORD}"]',
  (value): [string, string] | undefined => {
    const [user, password, more] = Array.isArray(value) ? (value as unknown[]) : []
    return typeof user === 'string' && typeof password === 'string' && more === undefined ? [user, password] : undefined
  },
  () => 'something else',
)
export const flag = understood('true or false', (value) => (typeof value === 'boolean' ? value : undefined))
export const whole = (min: number, max = 1_000_000_000) =>
  understood(`a whole number from ${min}${max === 1_000_000_000 ? ' up' : ` to ${max}`}`, (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max ? (value as number) : undefined,
  )
export const name = matching(
  'a name of small letters, digits and "-", such as restart-iis',
  /^[a-z0-9][a-z0-9-]{0,63}$/,
)
export const word = matching('a name such as recycle_pool', /^[A-Za-z][A-Za-z0-9_-]{0,63}$/)
export const identifier = matching('a name such as pool_name', /^[A-Za-z_][A-Za-z0-9_]{0,63}$/)
export const operationName = matching(
  'an operation such as ops.recycle_pool',
  /^[A-Za-z][\w-]{0,63}\.[A-Za-z][\w-]{0,63}$/,
)
export const entraId = matching(
  'a Microsoft Entra object id such as 6f1c1f6e-0000-4000-8000-000000000001',
  /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
).transform((id) => id.toLowerCase())

export const oneOf = <const T extends string>(values: readonly T[]) =>
  z.unknown().transform((value, context): T => {
    const found = values.find((each) => each === value)
    if (found !== undefined) return found
    const what = `one of ${values.join(', ')}`
    const near = typeof value === 'string' ? nearest(value, values) : undefined
    const hint = near ? `: did you mean "${near}"?` : ''
    context.addIssue({
      code: 'custom',
      message: value === undefined ? what : `expected ${what}, got ${shown(value)}${hint}`,
    })
    return z.NEVER
  })

export const tier = understood('a tier from 0 to 3', (value) =>
  value === 0 || value === 1 || value === 2 || value === 3 ? value : undefined,
)
/** Any JSON value. */
export const anything = z.custom<Json>((value) => value !== undefined, 'a value')
export const list = <T extends z.ZodType>(item: T) => z.array(item)
export const some = <T extends z.ZodType>(item: T) => z.array(item).min(1)
/** A mapping whose keys people choose. */
export const mapOf = <V extends z.ZodType>(key: z.ZodType<string>, value: V) => z.record(key as z.ZodString, value)

/** A mapping with exactly these keys; any other is an error that names what was meant. */
export const keys = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject(shape, {
    // zod carries only text to the place where the problem is written: the known keys travel in it.
    error: (issue) => (issue.code === 'unrecognized_keys' ? JSON.stringify(Object.keys(shape)) : undefined),
  })

/** Checks a file against its schema. Every mismatch becomes a problem with the place where it stands. */
export function readShape<T>(source: Source, schema: z.ZodType<T>): Read<T> {
  const parsed = schema.safeParse(source.value)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => problemsOf(source, issue, [])) }
}

const KINDS: { [kind: string]: string } = { object: 'a mapping', record: 'a mapping', array: 'a list', string: 'text' }

function problemsOf(source: Source, issue: Issue, before: Path): CatalogProblem[] {
  const path = [...before, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))]
  if (issue.code === 'unrecognized_keys') {
    const known = JSON.parse(issue.message) as string[]
    return issue.keys.map((key) =>
      source.problem([...path, key], `unknown key "${key}"${suggestion(key, known)}`, 'key'),
    )
  }
  if (issue.code === 'invalid_key') {
    const wanted = (issue.issues[0]?.message ?? '').replace(/, got .*$/s, '')
    return [source.problem(path, `the key "${path.at(-1)}" does not fit: ${wanted}`, 'key')]
  }
  const message = messageOf(issue, valueAt(source.value, path))
  if (path.length > 0 && !source.has(path))
    return [source.problem(path, `"${path.at(-1)}" is missing: expected ${message.replace(/^expected /, '')}`)]
  return [source.problem(path, message)]
}

function messageOf(issue: Issue, value: unknown): string {
  if (issue.code === 'custom') return issue.message
  if (issue.code === 'invalid_type') {
    const what = `expected ${KINDS[issue.expected] ?? issue.expected}`
    return value === undefined ? what : `${what}, got ${kindOf(value)}`
  }
  if (issue.code === 'too_small') return 'expected at least one'
  if (issue.code === 'invalid_value') return `expected ${issue.values.join(' or ')}, got ${shown(value)}`
  return issue.message
}

/** Only the kind: the value may be a secret that stands in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'a number'
  if (typeof value === 'boolean') return 'true or false'
  return Array.isArray(value) ? 'a list' : 'a mapping'
}

function valueAt(value: Json, path: Path): unknown {
  let at: unknown = value
  for (const part of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined
  return at
}
