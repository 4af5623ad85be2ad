// Owns how measurements become the lines that a person reads: percentiles, tables, the machine they were made on.
import { availableParallelism, cpus } from 'node:os'

/** The value that `share` (0 to 1) of the samples do not exceed; NaN of no samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const sum = (samples: readonly number[]): number => samples.reduce((total, each) => total + each, 0)

/** Milliseconds as a person compares them. */
export const ms = (value: number): string => `${value.toFixed(value < 100 ? 2 : 0)} ms`

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`

/** A markdown table; the first row is its head. Every column but the first is right-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  const [head = [], ...body] = rows
  return [line(head), rule, ...body.map(line)].join('\n')
}

/** What the figures hold for: they compare with each other, not with those of another machine. */
export const machine = (): string =>
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}, ${process.platform}`
