// Owns how TraceQL is written: its two kinds of quotes, and how a value stays inside them.
import type { PlannedRequest } from '../../../core/plan.ts'
import { backslashed, queryOf as filledQuery, type Language } from '../query-text.ts'

/** https://grafana.com/docs/tempo/latest/traceql: text between double quotes has escapes, between back-ticks none. */
const traceql: Language = {
  tokens:
    /(?<skipped>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<regex>(?:=~|!~)\s*)?(?<string>"(?:[^"\\]|\\.)*"|`[^`]*`)|\{(?<bare>[A-Za-z_]\w*)\}/g,
  escape: (string) => (string.startsWith('"') ? backslashed('"') : null),
}

/** The query of `detail.query` with `with` filled in. PortError malformed where a value is missing or does not fit. */
export const queryOf = (request: PlannedRequest): string => filledQuery(request, traceql)
