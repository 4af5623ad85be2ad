// Owns a page of text as data, and its two looks: plain lines for a terminal, and a chat message that Teams can show.

import { say, voiced } from '../locale/voice.ts'
import { first } from './caps.ts'
import { clean, markdown } from './escape.ts'

/** `name` stands out before the text. */
export interface Entry {
  readonly name?: string
  readonly text: string
}

/** All text may be from outside: both looks make it harmless. */
export type Block =
  | { readonly lines: readonly string[] }
  | { readonly list: readonly Entry[] }
  /** The first cell of a row says what the row is about. */
  | { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }

export interface Section {
  readonly title: string
  readonly blocks: readonly Block[]
}

export interface Page {
  readonly title: string
  readonly sections: readonly Section[]
}

export const said = (...lines: readonly string[]): Block => ({ lines })
/** No list where there is nothing to list. */
export const listed = (list: readonly Entry[]): readonly Block[] => (list.length > 0 ? [{ list }] : [])

/** Teams takes 40 KB of UTF-16, which is 20,000 characters; the rest of the activity needs some of it. */
const markdownBytes = 19_000
/** Characters of one text, entries of one list: smaller and smaller until the page fits. */
const scales: readonly (readonly [text: number, entries: number])[] = [
  [600, 60],
  [400, 30],
  [240, 15],
  [120, 8],
  [60, 4],
  [24, 2],
]
const plainText = 2000

const words = voiced({ more: (n: number) => `… and ${n} more` })

/** Lines for a terminal. Nothing is left out; one text is cut after 2,000 characters. */
export function plainPage({ title, sections }: Page): readonly string[] {
  const text = (outside: string) => clean(outside, plainText)
  return [
    text(title).toUpperCase(),
    ...sections.flatMap((section) => [
      '',
      text(section.title),
      '-'.repeat([...text(section.title)].length),
      ...section.blocks.flatMap((block) => {
        if ('lines' in block) return block.lines.map(text)
        if ('list' in block) return block.list.map((entry) => `- ${named(entry, text)}`)
        return aligned([block.head, ...block.rows].map((row) => row.map(text)))
      }),
    ]),
  ]
}

/** A chat message of at most 19 KB. Teams shows neither tables nor headings in messages: a row becomes an entry of a list. */
export function markdownPage(page: Page): string {
  const looks = scales.map(
    ([text, entries]) =>
      () =>
        shortened(page, text, entries),
  )
  let shown = ''
  for (const look of looks) {
    shown = look()
    if (new TextEncoder().encode(shown).length <= markdownBytes) break
  }
  return shown
}

function shortened({ title, sections }: Page, length: number, entries: number): string {
  const text = (sentence: string) => markdown(say(sentence), length)
  const bold = (entry: Entry) => named(entry, text, '**')
  const list = (all: readonly string[]) => {
    const { shown, more: left } = first(all, entries)
    return [...shown, ...(left > 0 ? [words.more(left)] : [])].map((each) => `- ${each}`).join('\n')
  }
  const cells = (head: readonly string[], [name = '', ...rest]: readonly string[]) => {
    const { shown, more: left } = first(rest, entries)
    const pairs = shown.map((cell, index) => `${say(head[index + 1] ?? '')}: ${say(cell)}`)
    return { name, text: [...pairs, ...(left > 0 ? [words.more(left)] : [])].join(' · ') }
  }
  const parts = sections.flatMap((section) => [
    `**${text(section.title)}**`,
    ...section.blocks.flatMap((block) => {
      if ('lines' in block) return first(block.lines, entries).shown.map(text)
      if ('list' in block) return [list(block.list.map(bold))]
      return [list(block.rows.map((row) => bold(cells(block.head, row))))]
    }),
  ])
  return [`**${text(title)}**`, ...parts].filter((part) => part !== '').join('\n\n')
}

const named = ({ name, text: sentence }: Entry, text: (outside: string) => string, mark = ''): string =>
  name === undefined ? text(sentence) : `${mark}${text(name)}${mark}: ${text(sentence)}`

/** Columns as wide as their widest cell, with a line below the head. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const wide = (text: string) => [...text].length
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => wide(row[column] ?? ''))))
  const line = (cells: readonly string[], fill: string) =>
    widths
      .map((width, column) => `${cells[column] ?? ''}${fill.repeat(Math.max(0, width - wide(cells[column] ?? '')))}`)
      .join('  ')
      .trimEnd()
  const [head = [], ...body] = rows
  return [line(head, ' '), line([], '-'), ...body.map((row) => line(row, ' '))]
}
