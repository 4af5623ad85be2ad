// Owns text from outside on its way into an error or a reason: plain, short, and without credentials.

import { secretLooks, withoutSpans } from './secrets.ts'

/** Control, bidirectional and invisible characters: they hide or reorder what a person reads. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu
const credential = /\b(bearer|basic|token|password|secret|api[_-]?key)(["']?\s*[:= ]\s*["']?)[^\s"',;]{6,}/gi

/** One line of at most `max` characters, safe to log and to show. */
export function plainText(text: string, max = 300): string {
  const beginning = text.slice(0, max * 4).replace(credential, '$1$2***')
  const line = withoutSpans(beginning, secretLooks(beginning), '***')
    .toWellFormed()
    .replace(hidden, ' ')
    .replace(credential, '$1$2***')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : line
}
