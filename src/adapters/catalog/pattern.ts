// Owns parameter patterns: RE2, so that they stay linear whatever text they meet.
import { RE2JS } from '@bufbuild/re2'
import type { Parameter } from '../../core/runbook.ts'
import type { CompilePattern } from '../../ports/catalog.ts'

type Pattern = NonNullable<Parameter['pattern']>

/** Longer text is never matched: no parameter, name or incident field that people read is this long. */
export const MAX_MATCHED_TEXT = 64 * 1024
const MAX_PATTERN = 1024

/**
 * Compiles a pattern. It always covers the whole value, with or without `^` and `$`, so that a forgotten anchor
 * cannot let anything in. Refuses what RE2 does not know (look-around, back references), in words.
 */
export function compilePattern(source: string): { ok: true; pattern: Pattern } | { ok: false; reason: string } {
  const compiled = compileRegex(source)
  if (!compiled.ok) return compiled
  const matches = (text: string) => text.length <= MAX_MATCHED_TEXT && compiled.regex.testExact(text)
  return { ok: true, pattern: { source, matches } }
}

/** For a pattern of a plan, which was compiled when its file was loaded. */
export const plannedPattern: CompilePattern = (source) => {
  const compiled = compilePattern(source)
  return compiled.ok ? compiled.pattern : undefined
}

/** The regular expression itself, which may match anywhere in a text. */
export function compileRegex(source: string): { ok: true; regex: RE2JS } | { ok: false; reason: string } {
  if (source.length > MAX_PATTERN) return { ok: false, reason: `a pattern has at most ${MAX_PATTERN} characters` }
  try {
    return { ok: true, regex: new RE2JS(source) }
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    return { ok: false, reason: `this is not an RE2 pattern: ${reason}` }
  }
}
