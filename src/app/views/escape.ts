// Owns how text from outside is made harmless: it shows literally, it does nothing, and it has an end.

/** Shows nothing and keeps two characters from meaning something together. `clean` removes any that came from outside. */
const gap = '\u2060'
/** Where a word that is longer than a phone is wide may break; shows nothing either. */
const breakable = '\u200b'

/**
 * One line of text without invisible or direction-changing characters, at most `max` code points.
 * Controls are made visible, line breaks become spaces, what has no shape is removed, piled-up marks are thinned.
 */
export function clean(text: string, max: number): string {
  const head = text.slice(0, max * 4 + 64)
  const shown = head
    .toWellFormed()
    .replace(/\p{Bidi_Control}/gu, '\ufffd')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[\s\u0085]+/gu, ' ')
    .replace(/\p{Cc}/gu, picture)
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .replace(/ {2,}/g, ' ')
    .trim()
  return cut(shown, max, head.length < text.length)
}

/**
 * Text for a TextRun of a card, which no client reads as markdown (TEAMS "Cards"; TextBlock and FactSet are).
 * Links, mentions, tags, entities and `{{DATE()}}` macros are parted by a gap that nobody sees, in case a client looks for them.
 */
export function literal(text: string, max: number): string {
  return apart(clean(text, max))
    .replace(/<(?=[a-z/!?])/gi, `<${gap}`)
    .replace(/&(?=[#a-z])/gi, `&${gap}`)
    .replace(/\S{24}(?=\S)/gu, `$&${breakable}`)
}

/** Text for a chat message, which is markdown and HTML: escaped, with links and mentions inert. */
export function markdown(text: string, max: number): string {
  return apart(clean(text, max))
    .replace(/[\\`*_~[\]{}|#]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^(?=[-+=]|\d+[.)])/, gap)
}

/** Text for between backticks in a chat message, where nothing is markup but a backtick, and perhaps a tag. */
export const code = (text: string, max: number): string =>
  apart(clean(text, max)).replace(/`/g, "'").replace(/</g, '‹').replace(/>/g, '›')

/**
 * Text for a ServiceNow journal, which renders `[code]…[/code]` as HTML and `@[id:name]` as a mention.
 * A marker of ours (`[runbot …]`) cannot be forged either: it decides whether a note was already written.
 */
export function plain(text: string, max: number): string {
  return clean(text, max)
    .replace(/\[(?=\s*\/?\s*(code|runbot))/gi, '(')
    .replace(/@(?=\[)/g, '@ ')
}

/** A value for a list of facts: an empty one, or a lone "-" which Teams shows as a bullet, becomes a dash. */
export const orDash = (text: string): string => (/^\s*-?\s*$/.test(text) ? '—' : text)

const apart = (text: string): string =>
  text
    .replace(/\/(?=\/)/g, `/${gap}`)
    .replace(/www(?=\.)/gi, `$&${gap}`)
    .replace(/(mailto|tel|sip|callto|msteams|javascript)(?=:)/gi, `$1${gap}`)
    .replace(/\{(?=\{)/g, `{${gap}`)
    .replace(/\](?=\()/g, `]${gap}`)

function picture(control: string): string {
  const point = control.codePointAt(0) ?? 0
  if (point === 0x7f) return '\u2421'
  return point < 0x20 ? String.fromCodePoint(0x2400 + point) : '\ufffd'
}

function cut(text: string, max: number, more: boolean): string {
  const points = [...text]
  if (points.length <= max && !more) return text
  return `${points
    .slice(0, Math.max(0, max - 1))
    .join('')
    .trimEnd()}…`
}
