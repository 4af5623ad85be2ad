// Owns what a table of Azure Monitor logs measures: one number in one row, or a time series of two columns.
import { type LogsQueryResult, LogsQueryResultStatus, type LogsTable } from '@azure/monitor-query-logs'
import type { Json } from '../../../core/values.ts'
import { plainText } from '../../wire/text.ts'
import { inTime, type Measured, oneNumber } from '../measured.ts'

/** What a number may be, in the words of the service; a decimal comes as text. */
const NUMBERS: ReadonlySet<string> = new Set(['real', 'long', 'int', 'decimal'])

/** A partial answer is none: what is missing may be what hurts (P5). */
export function measuredIn(result: LogsQueryResult): Measured {
  if (result.status !== LogsQueryResultStatus.Success) {
    const { message } = result.partialError
    return { value: null, series: 0, reason: `the answer is incomplete: ${plainText(message ?? 'a part failed')}` }
  }
  const [table] = result.tables
  if (!table || table.rows.length === 0) return { value: null, series: 0, reason: 'no rows: nothing was measured' }
  const places = (fits: (type: string) => boolean) =>
    table.columnDescriptors.flatMap(({ type }, index) => (fits(type ?? '') ? [index] : []))
  const numbers = places((type) => NUMBERS.has(type))
  const times = places((type) => type === 'datetime')
  const [number] = numbers
  if (number === undefined || numbers.length > 1)
    return { value: null, series: 0, reason: `${numbers.length} columns of numbers where one was expected` }
  const [time] = times
  if (time !== undefined && times.length === 1 && table.columnDescriptors.length === 2)
    return newest(table, time, number)
  const series = table.rows.length
  if (series > 1) return { value: null, series, reason: `${series} rows where one was expected` }
  return { series, ...oneNumber(cell(table, 0, number)) }
}

/** `summarize … by bin(TimeGenerated, 1m)`: the newest row is the value. */
function newest(table: LogsTable, time: number, number: number): Measured {
  const points = inTime(
    table.rows.map((row, index): readonly [number, Json | undefined] => {
      const at = row[time]
      return [at instanceof Date ? at.getTime() : Number.NaN, cell(table, index, number)]
    }),
  )
  const last = points.at(-1)
  if (!last) return { value: null, series: 0, reason: 'no row with a time: nothing was measured' }
  return { series: 1, ...oneNumber(last[1]), points }
}

const cell = ({ rows }: LogsTable, row: number, column: number): Json | undefined => {
  const value: unknown = rows[row]?.[column]
  return typeof value === 'number' || typeof value === 'string' ? value : undefined
}
