// Owns how PromQL is written: what quotes it has, and how a value stays inside them.
import type { PlannedRequest } from '../../../core/plan.ts'
import { backslashed, queryOf as filledQuery, type Language } from '../query-text.ts'

/** Braces without `=` mean nothing else in PromQL. */
const promql: Language = {
  tokens:
    /(?<skipped>#[^\n]*)|(?<regex>(?:=~|!~)\s*)?(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|\{(?<bare>[A-Za-z_]\w*)\}/g,
  escape: (string) => (string.startsWith('"') ? backslashed('"') : null),
}

/** The query of `detail.query` with `with` filled in. PortError malformed where a value is missing or does not fit. */
export const queryOf = (request: PlannedRequest): string => filledQuery(request, promql)
