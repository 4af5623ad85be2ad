// Owns telling whether a row fits the declared trigger: the encoded query of connectors.yaml, as far as history can tell.
import type { Row } from './rows.ts'

/** null: the row does not say, and then history is replayed as if it fitted. */
export type Fits = boolean | null

const CLAUSE =
  /^(OR)?([a-z][a-z0-9_.]*?)(ISNOTEMPTY|ISEMPTY|STARTSWITH|ENDSWITH|NOT LIKE|NOT IN|LIKE|IN|!=|>=|<=|=|>|<)(.*)$/

/** Compiles `active=true^priority<=2^ORpriority=3`: clauses joined by and, an OR joins the one before it. */
export function triggerFits(query: string): (row: Row) => Fits {
  const groups: (readonly ((row: Row) => Fits)[])[] = []
  for (const term of query.split('^').filter((each) => each !== '' && each !== 'EQ')) {
    const [, or, column = '', operator = '', value = ''] = CLAUSE.exec(term) ?? []
    const clause = (row: Row): Fits => fits(row, column, operator, value)
    if (or === undefined) groups.push([clause])
    else groups.push([...(groups.pop() ?? []), clause])
  }
  return (row) =>
    groups.reduce<Fits>(
      (all, group) =>
        and(
          all,
          group.reduce<Fits>((any, clause) => either(any, clause(row)), false),
        ),
      true,
    )
}

const and = (a: Fits, b: Fits): Fits => (a === false || b === false ? false : a === null || b === null ? null : true)
const either = (a: Fits, b: Fits): Fits => (a === true || b === true ? true : a === null || b === null ? null : false)

function fits(row: Row, column: string, operator: string, wanted: string): Fits {
  const cell = row[column] ?? (column === 'state' ? row['incident_state'] : undefined)
  if (cell === undefined || operator === '') return null
  const is = (value: string) => same(cell, value)
  switch (operator) {
    case 'ISEMPTY':
      return cell === ''
    case 'ISNOTEMPTY':
      return cell !== ''
    case '=':
      return is(wanted)
    case '!=':
      return not(is(wanted))
    case 'IN':
      return anyOf(wanted.split(',').map(is))
    case 'NOT IN':
      return not(anyOf(wanted.split(',').map(is)))
    case 'LIKE':
      return cell.toLowerCase().includes(wanted.toLowerCase())
    case 'NOT LIKE':
      return !cell.toLowerCase().includes(wanted.toLowerCase())
    case 'STARTSWITH':
      return cell.toLowerCase().startsWith(wanted.toLowerCase())
    case 'ENDSWITH':
      return cell.toLowerCase().endsWith(wanted.toLowerCase())
    default:
      return compared(cell, operator, wanted)
  }
}

const not = (fit: Fits): Fits => (fit === null ? null : !fit)
const anyOf = (all: readonly Fits[]): Fits => all.reduce<Fits>(either, false)

/** Exports show `2 - High` and `In Progress` for what a query calls 2: a number is compared with a leading number only. */
function same(cell: string, wanted: string): Fits {
  const [a, b] = [cell.trim().toLowerCase(), wanted.trim().toLowerCase()]
  if (a === b) return true
  if (!/^-?\d+$/.test(b) || a === '') return false
  const [, leading] = /^(-?\d+)(?= - |$)/.exec(a) ?? []
  return leading === undefined ? null : Number(leading) === Number(b)
}

function compared(cell: string, operator: string, wanted: string): Fits {
  const [, leading] = /^(-?\d+)(?= - |$)/.exec(cell.trim()) ?? []
  if (leading === undefined || !/^-?\d+$/.test(wanted)) return null
  const [a, b] = [Number(leading), Number(wanted)]
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b
}
