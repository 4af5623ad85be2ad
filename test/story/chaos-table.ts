// Owns the table of the chaos test: one line for each kind of endpoint, and the sum of them.
import type { EndStatus } from '../../src/core/run.ts'
import type { Counted } from './chaos-proof.ts'

export const ENDS: readonly EndStatus[] = [
  'succeeded',
  'failed',
  'rolledBack',
  'rollbackFailed',
  'needsHuman',
  'stoppedByPolicy',
]
const COLUMNS = ['runs', 'kills', 'alive', 'between', 'launches', 'effects', 'duplicates'] as const

export interface Row {
  readonly kind: string
  readonly counted: readonly Counted[]
}

/** The lines of the table, the sum last. `alive`: runs that a kill struck; `between`: launches that were without an answer then. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const all = { kind: 'sum', counted: rows.flatMap(({ counted }) => counted) }
  const cells = [...rows, all].map(({ kind, counted }) => [
    kind,
    ...COLUMNS.map((name) => total(counted.map((each) => each[name]))),
    ...ENDS.map((status) => total(counted.map(({ ends }) => ends[status] ?? 0))),
  ])
  return alignedOf([['kind', ...COLUMNS, ...ENDS], ...cells])
}

/** Cells in columns: the first one's names to the left, numbers to the right. */
export function alignedOf(lines: readonly (readonly string[])[]): readonly string[] {
  const width = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(width[0] ?? 0) : cell.padStart(width[column] ?? 0)))
      .join('  '),
  )
}

const total = (numbers: readonly number[]): string => `${numbers.reduce((sum, each) => sum + each, 0)}`
