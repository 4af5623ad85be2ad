// Owns reading a file of history as a stream: CSV or JSON lines, row by row with its line, and what is wrong with a row.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type CsvError, parse } from 'csv-parse'
import { isObject, type Json } from '../../core/values.ts'
import { Complaint } from '../terminal.ts'

/** One row by its columns, as text; a column that is missing, `?` or null is left out. */
export type Row = { readonly [column: string]: string }

/** A row, or why a line is none. */
export type Read =
  | { readonly ok: true; readonly line: number; readonly row: Row }
  | { readonly ok: false; readonly line: number; readonly reason: string }

const LONGEST = 1_000_000

/** Streams the file. Throws a Complaint for another kind of file; a line that cannot be read is one of its answers. */
export function rowsOf(file: string): AsyncIterable<Read> {
  if (/\.csv$/i.test(file)) return csvRows(file)
  if (/\.(jsonl|ndjson)$/i.test(file)) return jsonRows(file)
  throw new Complaint(`${file} is neither .csv nor .jsonl`)
}

async function* csvRows(file: string): AsyncIterable<Read> {
  const skipped: Read[] = []
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    max_record_size: LONGEST,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      const line = Number((error as { readonly lines?: unknown } | undefined)?.lines ?? 0)
      skipped.push({ ok: false, line, reason: reasonOf(error) })
      return undefined
    },
  })
  const source = createReadStream(file)
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  for await (const each of parser) {
    yield* skipped.splice(0)
    const { record, info } = each as { record: Record<string, string>; info: { lines: number } }
    yield { ok: true, line: info.lines, row: known(Object.entries(record)) }
  }
  yield* skipped
}

/** The parser's own sentences hold pieces of the file: only the kind of mistake is told. */
const reasonOf = (error: CsvError | undefined): string =>
  ({
    CSV_RECORD_INCONSISTENT_COLUMNS: 'it has more or fewer columns than the first line',
    CSV_MAX_RECORD_SIZE: 'it is longer than a million characters',
    CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
    INVALID_OPENING_QUOTE: 'a quote stands inside of a value',
    CSV_INVALID_CLOSING_QUOTE: 'a quote is closed, and the value goes on',
  })[error?.code as string] ?? 'it is not CSV'

async function* jsonRows(file: string): AsyncIterable<Read> {
  let line = 0
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    const plain = line === 1 ? text.replace(/^\ufeff/, '') : text
    if (plain.trim() === '') continue
    if (plain.length > LONGEST) {
      yield { ok: false, line, reason: 'it is longer than a million characters' }
      continue
    }
    const row = rowIn(plain)
    yield row ? { ok: true, line, row } : { ok: false, line, reason: 'it is not a JSON object' }
  }
}

/** What is nested without end cannot be written as text again. */
function rowIn(text: string): Row | undefined {
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? known(Object.entries(value).map(([name, each]) => [name, textOf(each)])) : undefined
  } catch {
    return undefined
  }
}

/** A cell of ServiceNow's Table API has a raw and a shown value: a reference is told by what it shows. */
function textOf(value: Json): string {
  if (!isObject(value)) return value === null ? '?' : typeof value === 'string' ? value : JSON.stringify(value)
  const raw = textOf(value['value'] ?? null)
  return /^[0-9a-f]{32}$/i.test(raw) ? textOf(value['display_value'] ?? null) : raw
}

const known = (cells: readonly (readonly [string, string])[]): Row => {
  const row = Object.create(null) as Record<string, string>
  for (const [name, value] of cells) if (value !== '?') row[name] = value
  return row
}
