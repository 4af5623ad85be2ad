// Owns how KQL is written: its kinds of quotes, and how a value stays inside each.
import type { PlannedRequest } from '../../../core/plan.ts'
import { backslashed, queryOf as filledQuery, type Language } from '../query-text.ts'

/** https://learn.microsoft.com/kusto/query/scalar-data-types/string: plain, verbatim (@) and multi-line literals, h hides them. */
const kql: Language = {
  tokens:
    /(?<skipped>\/\/[^\n]*)|(?<regex>\bmatches\s+regex\s*\(?\s*)?(?<string>```[\s\S]*?```|[hH]?@"(?:[^"]|"")*"|[hH]?@'(?:[^']|'')*'|[hH]?"(?:[^"\\\n]|\\.)*"|[hH]?'(?:[^'\\\n]|\\.)*')|\{(?<bare>[A-Za-z_]\w*)\}/g,
  escape(string) {
    const [, verbatim, quote] = /^[hH]?(@?)("|')/.exec(string) ?? []
    if (quote === undefined) return null
    if (verbatim === '@') return (value) => value.replaceAll(quote, quote + quote)
    return backslashed(quote as '"' | "'")
  },
}

/** The query of `detail.query` with `with` filled in. PortError malformed where a value is missing or does not fit. */
export const queryOf = (request: PlannedRequest): string => filledQuery(request, kql)
