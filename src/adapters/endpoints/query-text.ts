// Owns filling a query template: a value inside quotes stays inside them, and outside only a number or a duration may stand.
import type { PlannedRequest } from '../../core/plan.ts'
import { declaredValues, placeholder, templateIn, wrongIn } from './declared.ts'

/**
 * A query language as far as filling needs it. `tokens` finds, with these named groups: `skipped` (a comment, left as it
 * is), `regex` (what before a string makes it a regular expression) and `string`, or `bare` (a placeholder's name).
 */
export interface Language {
  readonly tokens: RegExp
  /** How a value is written inside this string; null: only a number or a duration may stand in such a string. */
  readonly escape: (string: string) => ((value: string) => string) | null
}

const numberOrDuration = /^\d+(\.\d+)?(ms|[smhdwy])?$/
const quote = /["'`]/

/**
 * `detail.query` with `with` filled in. PortError malformed where a value is missing or does not fit, and where a quote
 * of the template has no end: nobody could tell then what stands inside.
 */
export function queryOf(request: PlannedRequest, { tokens, escape }: Language): string {
  const wrong = wrongIn(request)
  const template = templateIn(request, 'query')
  const valueOf = declaredValues(request)
  const plain = (name: string): string => {
    const value = valueOf(name)
    if (!numberOrDuration.test(value)) throw wrong(`{${name}} outside of quotes must be a number or a duration`)
    return value
  }
  const filled = ({ skipped, regex = '', string, bare }: { readonly [group: string]: string | undefined }): string => {
    if (skipped !== undefined) return skipped
    if (string === undefined) return plain(bare ?? '')
    const written = escape(string)
    const text = string.replace(placeholder, (_all, name: string) =>
      written ? written(regex === '' ? valueOf(name) : literal(valueOf(name))) : plain(name),
    )
    return `${regex}${text}`
  }
  let query = ''
  let from = 0
  const between = (text: string): string => {
    if (quote.test(text)) throw wrong('a quote in its query has no end')
    return text
  }
  for (const token of template.matchAll(tokens)) {
    query += between(template.slice(from, token.index)) + filled(token.groups ?? {})
    from = token.index + token[0].length
  }
  return query + between(template.slice(from))
}

/** Text that a regular expression takes for itself. */
const literal = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')

/** Backslash escapes as Go and KQL read them, between this kind of quotes. */
export const backslashed =
  (closing: '"' | "'") =>
  (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll(closing, `\\${closing}`).replaceAll('\n', '\\n').replaceAll('\r', '\\r')
