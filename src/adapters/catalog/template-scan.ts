// Owns where `${…}` begins and ends in a text, with CEL's own strings, braces and comments inside.

export type Part = { readonly text: string } | { readonly expression: string }

/** Splits a text into literal parts and expressions. `$${` is a literal `${`. An unclosed `${` is refused. */
export function scanTemplate(source: string): { ok: true; parts: readonly Part[] } | { ok: false; reason: string } {
  const parts: Part[] = []
  let text = ''
  let at = 0
  while (at < source.length) {
    if (source.startsWith('$${', at)) {
      text += '${'
      at += 3
    } else if (source.startsWith('${', at)) {
      const end = closingBrace(source, at + 2)
      if (end === undefined) return { ok: false, reason: `"\${" at character ${at + 1} is never closed` }
      if (text) parts.push({ text })
      text = ''
      parts.push({ expression: source.slice(at + 2, end).trim() })
      at = end + 1
    } else text += source[at++]
  }
  if (text) parts.push({ text })
  return { ok: true, parts }
}

function closingBrace(source: string, from: number): number | undefined {
  let depth = 0
  let at = from
  while (at < source.length) {
    const char = source[at]
    if (char === '"' || char === "'") {
      const end = stringEnd(source, at)
      if (end === undefined) return undefined
      at = end
      continue
    }
    if (char === '/' && source[at + 1] === '/') {
      const newline = source.indexOf('\n', at)
      if (newline < 0) return undefined
      at = newline
    } else if (char === '{') depth++
    else if (char === '}' && depth-- === 0) return at
    at++
  }
  return undefined
}

/** The position after the CEL string that opens here; `r"…"` knows no escapes, `"""` spans lines. */
function stringEnd(source: string, open: number): number | undefined {
  const quote = source[open] as string
  const mark = source.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote
  const raw = /(^|[^A-Za-z0-9_])[bB]?[rR][bB]?$/.test(source.slice(Math.max(0, open - 3), open))
  let at = open + mark.length
  while (at < source.length) {
    if (source[at] === '\\' && !raw) at += 2
    else if (source.startsWith(mark, at)) return at + mark.length
    else at++
  }
  return undefined
}
