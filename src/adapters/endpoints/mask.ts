// Owns masking: what stands where a secret stood, in a text and anywhere in a JSON value.
import type { Json } from '../../core/values.ts'
import type { FindSpans } from '../../ports/catalog.ts'
import { isSecretName, type Span, secretLooks, withoutSpans } from '../wire/secrets.ts'
import { secretForms } from './secret-forms.ts'

/** Stands where a secret stood. */
const dots = '•••'

export interface Secrets {
  /** Masked wherever they stand, encoded too; those under six characters are left. */
  readonly values: readonly string[]
  /** Declared patterns. */
  readonly patterns: readonly FindSpans[]
}

export interface Mask {
  text(text: string): string
  /** Numbers and booleans stay. Texts under a name such as `password` are masked whole, however deep. */
  json(value: Json): Json
}

/** What a cut text ends with: that of `cappedText`, and that of `plainText`. */
const cut = /(?:\n… cut here|…)$/
/** Nothing shorter is taken for the beginning of a secret that was cut off. */
const shortestPart = 6
/** Nothing that is known by its look is shorter. */
const shortestLook = 9

/** A mask for these secrets, and for what is known for a secret by its look. Linear in the length of what it reads. */
export function maskOf({ values, patterns }: Secrets): Mask {
  const forms = secretForms(values).map((form) => ({ form, escaped: JSON.stringify(form).slice(1, -1) }))
  const all = forms.map(({ form }) => form)

  const text = (given: string, among: readonly string[]): string => {
    if (given === '') return given
    const spans = among.flatMap((form) => placesOf(form, given))
    spans.push(...cutOff(all, given))
    if (given.length >= shortestLook) spans.push(...secretLooks(given))
    for (const find of patterns) spans.push(...find(given))
    return withoutSpans(given, spans, dots)
  }
  const json = (value: Json, among: readonly string[], secret: boolean): Json => {
    if (typeof value === 'string') return secret && value !== '' ? dots : text(value, among)
    if (Array.isArray(value)) return value.map((each) => json(each, among, secret))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [text(name, among), json(each, among, secret || isSecretName(name))]),
    )
  }
  return {
    text: (given) => text(given, all),
    json(value) {
      // One look at the whole tells which of them need be looked for in each of its many texts.
      const whole = JSON.stringify(value)
      const among = forms.filter(({ escaped }) => whole.includes(escaped)).map(({ form }) => form)
      return json(value, among, false)
    },
  }
}

function placesOf(form: string, text: string): Span[] {
  const places: Span[] = []
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
    places.push([at, at + form.length])
  return places
}

/** The beginning of a secret whose rest was cut off with the end of the text. */
function cutOff(forms: readonly string[], text: string): Span[] {
  const mark = cut.exec(text.slice(-20))
  if (!mark) return []
  const end = text.length - mark[0].length
  return forms.flatMap((form) => {
    for (let length = Math.min(form.length - 1, end); length >= shortestPart; length--)
      if (text.endsWith(form.slice(0, length), end)) return [[end - length, end] as const]
    return []
  })
}
