// Owns what may be kept of an alert's texts: no characters that hide or reorder, and only so many of the rest.
import { hash } from 'node:crypto'

export const longest = { title: 200, text: 4_000, labels: 64, labelName: 100, labelValue: 500, name: 200, key: 400 }

/** Control, bidirectional and invisible characters; a text of several lines keeps its line feeds. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu
const hiddenInLines = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** One line of at most `max` characters. */
export const oneLine = (text: string, max: number): string =>
  shortened(
    text
      .slice(0, max * 4)
      .toWellFormed()
      .replace(hidden, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    max,
  )

/** A key as it is, where it is short and plain; else its digest, so that two keys never become one. */
export const plainKey = (key: string): string =>
  key !== '' && oneLine(key, longest.key) === key ? key : hash('sha256', key)

/** Lines of text, at most `max` characters of them together. */
export const someLines = (lines: readonly string[], max: number): string =>
  shortened(
    lines
      .join('\n')
      .slice(0, max * 4)
      .toWellFormed()
      .replace(/\r\n?/g, '\n')
      .replace(hiddenInLines, ' ')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    max,
  )

/** Undefined where nothing is left. */
export const someOf = (text: string | undefined, max: number): string | undefined =>
  oneLine(text ?? '', max) || undefined

function shortened(text: string, max: number): string {
  const characters = [...text]
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text
}

const longestLink = 1_000

/** Where a person may be sent: https, or http on this machine; no user name in it. Null for everything else. */
export function linkOf(...candidates: readonly (string | null | undefined)[]): string | null {
  for (const each of candidates) {
    if (!each || each.length > longestLink || !URL.canParse(each)) continue
    const { protocol, hostname, username, password, href } = new URL(each)
    const safe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
    if (safe && !username && !password && href.length <= longestLink) return href
  }
  return null
}

/** Loopback is 127/8, ::1 and localhost (DESIGN §9). */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
