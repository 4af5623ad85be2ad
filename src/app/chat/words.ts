// Owns how a typed line falls into words: quotes of every kind, escapes, and what Teams leaves of HTML.

/** One word. `equals` is where its first `=` outside quotes stands, `start` where it begins in the line. */
export interface Word {
  readonly text: string
  /** Some of it was in quotes, so it is meant literally: never a keyword. */
  readonly quoted: boolean
  readonly equals: number | null
  readonly start: number
  readonly end: number
}

export type Words =
  | { readonly ok: true; readonly words: readonly Word[] }
  | { readonly ok: false; readonly reason: string }

/** Tags that Teams' editor leaves behind; anything else between `<` and `>` is what the person typed. */
const tags =
  /<\/?(?:p|div|br|span|strong|b|em|i|u|code|pre|a|ul|ol|li|blockquote|at|attachment)(?:\s[^<>]{0,500})?\/?>/gi
const entities: Readonly<Record<string, string>> = {
  '&nbsp;': ' ',
  '&#160;': ' ',
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&apos;': "'",
  '&#39;': "'",
}

/** One line: tags and invisible characters gone, entities read once, every kind of white space a plain space. */
export function plainLine(text: string): string {
  return text
    .toWellFormed()
    .replace(tags, ' ')
    .replace(/&(?:nbsp|amp|lt|gt|quot|apos|#160|#34|#39);/gi, (entity) => entities[entity.toLowerCase()] ?? entity)
    .replace(/[\p{Cf}]+/gu, '')
    .replace(/[\s\p{Cc}\p{Z}]+/gu, ' ')
    .trim()
}

// Phones and Word turn quotes typographic, and not always in pairs: any mark of a kind closes any other of it.
const doubles = '"“”„‟«»″'
const singles = "'‘’‚‛‹›′"

/** Splits a plain line. Inside quotes `\"` and `\\` stand for themselves; elsewhere a backslash is a backslash. */
export function splitWords(line: string): Words {
  const words: Word[] = []
  let at = 0
  while (at < line.length) {
    if (line[at] === ' ') {
      at += 1
      continue
    }
    const read = readWord(line, at)
    if (typeof read === 'string') return { ok: false, reason: read }
    words.push(read)
    at = read.end
  }
  return { ok: true, words }
}

/** The word that begins at `start`, or the sentence that says what is wrong with it. */
function readWord(line: string, start: number): Word | string {
  let text = ''
  let quoted = false
  let equals: number | null = null
  let at = start
  while (at < line.length && line[at] !== ' ') {
    const mark = line[at] ?? ''
    if (opens(line, at, start, equals !== null && equals === text.length - 1)) {
      const closed = readQuoted(line, at, doubles.includes(mark) ? doubles : singles)
      if (!closed) return `A quote is opened before \`${shown(line.slice(at + 1, at + 21).trim())}\` but never closed.`
      text += closed.text
      quoted = true
      at = closed.end
      continue
    }
    if (mark === '=' && equals === null) equals = text.length
    text += mark
    at += 1
  }
  return { text, quoted, equals, start, end: at }
}

/** Double quotes open anywhere; single ones only where a word or a value begins, for they are apostrophes too. */
function opens(line: string, at: number, start: number, valueBegins: boolean): boolean {
  const mark = line[at] ?? ''
  return doubles.includes(mark) || (singles.includes(mark) && (at === start || valueBegins))
}

function readQuoted(
  line: string,
  start: number,
  marks: string,
): { readonly text: string; readonly end: number } | null {
  let text = ''
  for (let at = start + 1; at < line.length; at += 1) {
    const mark = line[at] ?? ''
    const next = line[at + 1] ?? ''
    if (mark === '\\' && (next === '\\' || (next !== '' && marks.includes(next)))) {
      text += next
      at += 1
    } else if (marks.includes(mark) && closes(line, at, marks)) return { text, end: at + 1 }
    else text += mark
  }
  return null
}

/** A single mark between two letters is an apostrophe, also inside single quotes. */
const closes = (line: string, at: number, marks: string): boolean =>
  marks === doubles || !/^\p{L}$/u.test(line[at + 1] ?? '')

/** What a person typed, short and unable to leave the back quotes around it, for a sentence that refuses. */
export const shown = (typed: string): string => [...typed.replace(/[`\\<>]/g, '')].slice(0, 40).join('')
