// Owns encoded queries: parsing with the instance's forgiving ways, matching, ordering. CONTRACTS 1.2 (query traps)
import type { Row } from './records.ts'
import type { Walk } from './walk.ts'

type Condition = { path: string; operator: string; operand: string }

/** Alternatives (^NQ) of conjunctions (^) of disjunctions (^OR). */
export type Query = {
  alternatives: Condition[][][]
  order: { path: string; descending: boolean }[]
  /** Clauses that were dropped because their field or form is unknown; the rest runs. CONTRACTS 1.2 */
  dropped: string[]
}

const CLAUSE =
  /^([a-z0-9_]+(?:\.[a-z0-9_]+)*)(NOT IN|NOT LIKE|ISNOTEMPTY|ISEMPTY|STARTSWITH|ENDSWITH|LIKE|IN|!=|>=|<=|=|>|<)(.*)$/s

/** `known` tells whether a (dot-walked) path exists on the table that is asked. */
export const parseQuery = (text: string, known: (path: string) => boolean): Query => {
  const query: Query = { alternatives: [[]], order: [], dropped: [] }
  for (const term of terms(text)) {
    const ordered = term.match(/^ORDERBY(DESC)?(.+)$/s)
    if (ordered?.[2]) {
      if (known(ordered[2])) query.order.push({ path: ordered[2], descending: ordered[1] !== undefined })
      else query.dropped.push(term)
      continue
    }
    const [, joint = '', clause = ''] = term.match(/^(OR|NQ|EQ$)?(.*)$/s) ?? []
    if (joint === 'EQ') continue
    if (joint === 'NQ') query.alternatives.push([])
    const [, path = '', operator = '', operand = ''] = clause.match(CLAUSE) ?? []
    const groups = query.alternatives.at(-1) as Condition[][]
    if (!operator || !known(path)) query.dropped.push(clause)
    else if (joint === 'OR' && groups.length > 0) groups.at(-1)?.push({ path, operator, operand })
    else groups.push([{ path, operator, operand }])
  }
  return query
}

/** Splits at carets; a doubled one is a literal caret. CONTRACTS 1.2 */
const terms = (text: string): string[] =>
  text
    .replaceAll('^^', '\u0000')
    .split('^')
    .map((term) => term.replaceAll('\u0000', '^'))
    .filter(Boolean)

export const runQuery = (query: Query, rows: Row[], walk: Walk): Row[] => {
  const value = (row: Row, path: string): string => walk(row, path)?.value ?? ''
  const holds = (row: Row, { path, operator, operand }: Condition): boolean =>
    compare(value(row, path), operator, operand)
  const found = rows.filter((row) =>
    query.alternatives.some((groups) => groups.every((group) => group.some((condition) => holds(row, condition)))),
  )
  return found.sort((a, b) => {
    for (const { path, descending } of query.order) {
      const sign = rank(value(a, path), value(b, path))
      if (sign !== 0) return descending ? -sign : sign
    }
    return 0
  })
}

const compare = (value: string, operator: string, operand: string): boolean => {
  const folded = value.toLowerCase()
  switch (operator) {
    case '=':
      return value === operand
    case '!=':
      return value !== operand
    case '>':
      return value !== '' && rank(value, operand) > 0
    case '>=':
      return value !== '' && rank(value, operand) >= 0
    case '<':
      return value !== '' && rank(value, operand) < 0
    case '<=':
      return value !== '' && rank(value, operand) <= 0
    case 'IN':
      return operand.split(',').includes(value)
    case 'NOT IN':
      return !operand.split(',').includes(value)
    case 'LIKE':
      return folded.includes(operand.toLowerCase())
    case 'NOT LIKE':
      return !folded.includes(operand.toLowerCase())
    case 'STARTSWITH':
      return folded.startsWith(operand.toLowerCase())
    case 'ENDSWITH':
      return folded.endsWith(operand.toLowerCase())
    case 'ISEMPTY':
      return value === ''
    default:
      return value !== ''
  }
}

const INTEGER = /^-?\d{1,15}$/

const rank = (a: string, b: string): number => {
  if (INTEGER.test(a) && INTEGER.test(b)) return Number(a) - Number(b)
  return a < b ? -1 : a > b ? 1 : 0
}
