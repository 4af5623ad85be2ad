// Owns lines of a card: text runs with a look. Outside text reaches a card through here and nowhere else.
import type { Json, JsonObject } from '../../core/values.ts'
import type { Caps } from './caps.ts'
import { literal, orDash } from './escape.ts'

export type Look = 'head' | 'bold' | 'subtle' | 'mono' | 'good' | 'warn' | 'bad' | 'accent'
export type Line = { readonly inlines: readonly Json[] }
/** A label with its lines. */
export type Fact = { readonly label: string; readonly lines: readonly Line[] }

const looks: { readonly [look in Look]: JsonObject } = {
  head: { weight: 'Bolder', size: 'Medium' },
  bold: { weight: 'Bolder' },
  subtle: { isSubtle: true },
  mono: { fontType: 'Monospace', size: 'Small' },
  good: { color: 'Good' },
  warn: { color: 'Warning' },
  bad: { color: 'Attention' },
  accent: { color: 'Accent' },
}

/** Our own words. */
export const said = (text: string, ...look: readonly Look[]): JsonObject =>
  Object.assign({ type: 'TextRun', text }, ...look.map((each) => looks[each])) as JsonObject

/** Words from outside, shown literally, at most `max` characters before the caps shorten them further. */
export const quoted = (text: string, max: number, caps: Caps, ...look: readonly Look[]): JsonObject =>
  said(orDash(literal(text, caps.text(max))), ...look)

export const line = (...inlines: readonly JsonObject[]): Line => ({ inlines })

export const fact = (label: string, ...lines: readonly Line[]): Fact => ({ label, lines })
