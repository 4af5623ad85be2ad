// Owns the walk through cmdb_rel_ci around one CI: what it depends on and what depends on it, level by level.
import type { Neighbour } from '../../core/surroundings.ts'
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import type { Cell, Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { chunks, isSysId } from './values.ts'

const maxNeighbours = 200
/** What it depends on is not crowded out by the many that depend on it. */
const maxUp = 100

type Direction = Neighbour['direction']

/**
 * The nearest first, each CI once however the relations run in circles; in cmdb_rel_ci the parent depends on the child.
 * Throws PortError: as the Table API, and `denied` where relations are hidden, for then it cannot be told.
 */
export async function neighboursOf(table: TableApi, ci: string, depth: number): Promise<readonly Neighbour[]> {
  const [up, down] = await Promise.all([
    levels(table, ci, 'up', depth, maxUp),
    levels(table, ci, 'down', depth, maxNeighbours),
  ])
  const above = new Set(up.map(({ sysId }) => sysId))
  const others = down.filter(({ sysId }) => !above.has(sysId)).slice(0, maxNeighbours - up.length)
  return [...up, ...others].toSorted((a, b) => a.depth - b.depth)
}

async function levels(
  table: TableApi,
  ci: string,
  direction: Direction,
  depth: number,
  max: number,
): Promise<readonly Neighbour[]> {
  const found = new Map<string, Neighbour>()
  let frontier: readonly string[] = [ci]
  for (let step = 1; step <= depth && frontier.length > 0 && found.size < max; step += 1) {
    const next: string[] = []
    for (const chunk of chunks(frontier)) {
      for (const each of await related(table, chunk, direction, step)) {
        if (each.sysId === ci || found.has(each.sysId) || found.size >= max) continue
        found.set(each.sysId, each)
        next.push(each.sysId)
      }
      if (found.size >= max) break
    }
    frontier = next
  }
  return [...found.values()]
}

async function related(
  table: TableApi,
  from: readonly string[],
  direction: Direction,
  depth: number,
): Promise<readonly Neighbour[]> {
  const [here, there] = direction === 'up' ? (['parent', 'child'] as const) : (['child', 'parent'] as const)
  const columns = ['parent', 'child', 'type']
  const { rows, hidden } = await table.list('cmdb_rel_ci', `${here}IN${from.join(',')}`, columns, { display: true })
  if (hidden > 0) throw new PortError('denied', `${hidden} relations in cmdb_rel_ci are hidden from this account`)
  return rows.flatMap((row): readonly Neighbour[] => {
    const [near, far] = [row[here], row[there]]
    if (!near || !far) throw new PortError('denied', 'parent and child of cmdb_rel_ci are hidden from this account')
    // A clause that was dropped gives every relation there is (CONTRACTS 1.2).
    if (!from.includes(near.value) || !isSysId(far.value)) return []
    return [{ sysId: far.value, name: nameOf(far), direction, depth, relation: relationOf(row, direction) }]
  })
}

/** A CI whose name is hidden is still there. */
const nameOf = ({ value, display }: Cell): string => plainText(display, 120) || value

/** A type is named from both ends: `Depends on::Used by` is what the parent does, then what is done by it. */
function relationOf(row: Row, direction: Direction): string {
  const [parent = '', child = parent] = (row['type']?.display ?? '').split('::')
  return plainText(direction === 'up' ? parent : child, 60)
}
