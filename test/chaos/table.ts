// Owns the table of the chaos on Cosmos: one line for each kind of endpoint, their sum, and the store's faults by kind.
import type { EndStatus } from '../../src/core/run.ts'
import type { Counted } from '../story/chaos-proof.ts'
import { alignedOf, ENDS } from '../story/chaos-table.ts'
import type { Suffered } from './cosmos-world.ts'

export type Told = Counted & Suffered

const COLUMNS = [
  'runs',
  'kills',
  'pauses',
  'stops',
  'freezes',
  'launches',
  'effects',
  'duplicates',
  'conflicts',
  'takeOvers',
] as const

/** The lines of the table, the sum last, then what the store did. `stops`: SIGTERM. */
export function cosmosTable(
  rows: readonly { readonly kind: string; readonly told: readonly Told[] }[],
): readonly string[] {
  const all = rows.flatMap(({ told }) => told)
  const cells = [...rows, { kind: 'sum', told: all }].map(({ kind, told }) => [
    kind,
    `${told.length}`,
    ...COLUMNS.map((name) => total(told.map((each) => each[name]))),
    ...ENDS.map((status: EndStatus) => total(told.map(({ ends }) => ends[status] ?? 0))),
  ])
  const heads = COLUMNS.map((name) => (name === 'takeOvers' ? 'take-overs' : name))
  const names = [...new Set(all.flatMap(({ faults }) => Object.keys(faults)))].toSorted()
  const faults = names
    .filter((name) => name !== 'before')
    .map((name) => `${name} ${total(all.map((each) => each.faults[name] ?? 0))}`)
  return [
    ...alignedOf([['kind', 'worlds', ...heads, ...ENDS], ...cells]),
    `the store's faults: ${faults.join(', ')}; starts that they prevented: ${total(all.map(({ falseStarts }) => falseStarts))}`,
  ]
}

const total = (numbers: readonly number[]): string => `${numbers.reduce((sum, each) => sum + each, 0)}`
