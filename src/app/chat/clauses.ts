// Owns what stands behind a command's name: plain words, name=value pairs, `for INC…` and `because …`.
import { distance } from 'fastest-levenshtein'
import { shown, splitWords, type Word } from './words.ts'

export interface Clauses {
  /** Plain words in order, as typed. */
  readonly words: readonly Word[]
  readonly parameters: { readonly [name: string]: string }
  readonly incident: string | null
  readonly because: string
}

export type Read =
  | { readonly ok: true; readonly clauses: Clauses }
  | { readonly ok: false; readonly reason: string; readonly suggestion?: string }

/** Which clauses a command knows; in others `for` and `=` are ordinary text. */
export interface Grammar {
  readonly parameters: boolean
  readonly incident: boolean
  readonly because: boolean
}

const limits = { words: 100, word: 256, parameters: 50, value: 1_000, because: 1_000 }

const no = (reason: string, suggestion?: string): Read => ({ ok: false, reason, ...(suggestion ? { suggestion } : {}) })

/** Reads the rest of a line. `because` without quotes takes everything behind it. */
export function readClauses(line: string, grammar: Grammar): Read {
  const cut = grammar.because ? becauseIn(line) : { ok: true as const, before: line, because: null }
  if (!cut.ok) return no(cut.reason)
  const split = splitWords(cut.before)
  if (!split.ok) return no(split.reason)
  const words: Word[] = []
  const parameters = new Map<string, string>()
  let incident: string | null = null
  const queue = [...split.words]
  for (let word = queue.shift(); word; word = queue.shift()) {
    if (word.text.length > limits.word + limits.value) return no(`A word is longer than ${limits.word} characters.`)
    if (grammar.incident && isKeyword(word, 'for')) {
      const named = incidentNumber(queue.shift()?.text ?? '')
      if (!named) return no('`for` needs an incident number, such as `for INC0010001`.')
      if (incident) return no('Two incidents are named with `for`; a run belongs to one.')
      incident = named
    } else if (grammar.parameters && word.equals !== null) {
      const problem = addParameter(parameters, word.text.slice(0, word.equals), word.text.slice(word.equals + 1))
      if (problem) return no(problem)
    } else if (word.text.length > limits.word) return no(`A word is longer than ${limits.word} characters.`)
    else if (grammar.because && cut.because === null && looksLikeBecause(word))
      return no(`I do not know \`${shown(word.text)}\`.`, 'because')
    else words.push(word)
  }
  if (words.length > limits.words) return no(`More than ${limits.words} words: name fewer at once.`)
  const because = cut.because ?? ''
  if (because.length > limits.because) return no(`The reason is longer than ${limits.because} characters.`)
  return { ok: true, clauses: { words, parameters: Object.fromEntries(parameters), incident, because } }
}

/** The incident number in its canonical form, or null. */
export const incidentNumber = (text: string): string | null => (/^inc\d{3,20}$/i.test(text) ? text.toUpperCase() : null)

type Cut =
  | { readonly ok: true; readonly before: string; readonly because: string | null }
  | { readonly ok: false; readonly reason: string }

/** Cuts the reason out: quoted it may stand anywhere, else it is the rest of the line. */
function becauseIn(line: string): Cut {
  const upTo = (end: number) => splitWords(line.slice(0, end))
  for (const match of line.matchAll(/(?<=^| )because(?= |:|$)/gi)) {
    // Inside an open quote it is only a word of somebody's value.
    if (!upTo(match.index).ok) continue
    const rest = line.slice(match.index + match[0].length).replace(/^[ :]+/, '')
    if (rest === '') return { ok: false, reason: 'No reason stands behind `because`.' }
    const split = splitWords(rest)
    const first = split.ok ? split.words[0] : undefined
    const opened = /^["“”„‟«»″]/.test(rest)
    if (opened && !split.ok) return { ok: false, reason: split.reason }
    // A single quote may be an apostrophe ('tis): it quotes the reason only where it holds all of it.
    if (first?.quoted && (opened || first.end === rest.length)) {
      const before = `${line.slice(0, match.index)} ${rest.slice(first.end)}`
      const reason = first.text.trim()
      return reason ? { ok: true, before, because: reason } : { ok: false, reason: 'The reason is empty.' }
    }
    return { ok: true, before: line.slice(0, match.index), because: rest.trim() }
  }
  return { ok: true, before: line, because: null }
}

const isKeyword = (word: Word, keyword: string): boolean => !word.quoted && word.text.toLowerCase() === keyword

const looksLikeBecause = (word: Word): boolean =>
  !word.quoted && /^[a-z]{6,9}$/i.test(word.text) && distance(word.text.toLowerCase(), 'because') <= 2

/** Adds one pair, or says what is wrong with it. */
function addParameter(parameters: Map<string, string>, name: string, value: string): string | null {
  if (!/^[a-z][a-z0-9_.-]{0,63}$/i.test(name) || name === 'constructor' || name === 'prototype')
    return `\`${shown(name)}\` cannot be a parameter's name. Write \`name=value\`, or quotes around the whole word.`
  if (parameters.has(name)) return `The parameter \`${name}\` is given twice.`
  if (value.length > limits.value) return `The value of \`${name}\` is longer than ${limits.value} characters.`
  if (parameters.size >= limits.parameters) return `More than ${limits.parameters} parameters are given.`
  parameters.set(name, value)
  return null
}
