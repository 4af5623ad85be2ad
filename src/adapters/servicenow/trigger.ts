// Owns the declared trigger: an encoded query that stays one conjunction, and the columns that it speaks of.
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'

/** `query` is ready to be joined with `^`; empty means that every incident fits. */
export interface Trigger {
  readonly query: string
  readonly columns: readonly string[]
}

/**
 * Reads the trigger of connectors.yaml. Refuses, as malformed, what would let it escape the clauses joined to it:
 * `^NQ` (a second query), an `OR` at its very beginning, an order or a grouping of its own (CONTRACTS 1.2).
 */
export function triggerOf(text: string): Trigger {
  const terms = termsOf(text)
  const columns = terms.map((term, index) => {
    const [, or, column] = clause.exec(term) ?? []
    if (/^(NQ|ORDERBY|GROUPBY|EQ$)/.test(term)) throw refused(term, 'it must be one query without order or grouping')
    if (or !== undefined && index === 0) throw refused(term, 'it must not begin with OR')
    if (column === undefined) throw refused(term, 'it is not a condition on a column')
    return column
  })
  return { query: terms.map((term) => term.replaceAll('^', '^^')).join('^'), columns: [...new Set(columns)] }
}

const clause = /^(OR)?([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)(?=[A-Z=!<>@])/

/** Stands for a literal caret while the text is split. */
const literal = '\u0000'

/** The clauses without the `^EQ` that the list's "Copy query" puts at the end; a doubled caret is a literal one. */
function termsOf(text: string): readonly string[] {
  const terms = text
    .trim()
    .replaceAll('^^', literal)
    .split('^')
    .map((term) => term.replaceAll(literal, '^'))
    .filter((term) => term !== '')
  return terms.at(-1) === 'EQ' ? terms.slice(0, -1) : terms
}

const refused = (term: string, why: string): PortError =>
  new PortError('malformed', `the trigger in connectors.yaml holds "${plainText(term, 60)}": ${why}`)
