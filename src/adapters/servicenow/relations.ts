// Owns how far a CI's relations reach: both ways, two steps, and never further than a fixed number of CIs.
import { PortError } from '../../ports/errors.ts'
import type { TableApi } from './table.ts'
import { chunks, isSysId } from './values.ts'

/** Beyond this many CIs the reach is not counted any more: it is unknown, "at least" so many. */
const maxCis = 200
const depth = 2

export interface Reach {
  /** Every CI within two relations of a target, either way; the targets themselves are in it. */
  readonly cis: ReadonlySet<string>
  /** The targets and what depends on them: in cmdb_rel_ci the parent depends on the child. */
  readonly dependants: ReadonlySet<string>
}

/**
 * Walks cmdb_rel_ci from the targets. Throws PortError: as the Table API, and `malformed` with the reason where the
 * reach is larger than `maxCis` or some of the relations are hidden, for then it cannot be told.
 */
export async function reachOf(table: TableApi, targets: readonly string[]): Promise<Reach> {
  const cis = new Set(targets)
  const dependants = new Set(targets)
  let frontier = [...cis]
  for (let step = 0; step < depth && frontier.length > 0; step += 1) {
    const below = new Set(dependants)
    const next = new Set<string>()
    for (const { parent, child } of await relationsOf(table, frontier)) {
      for (const end of [parent, child]) if (!cis.has(end)) next.add(end)
      if (below.has(child)) dependants.add(parent)
    }
    for (const id of next) cis.add(id)
    if (cis.size > maxCis) throw new PortError('malformed', `at least ${maxCis} CIs are related: too many to count`)
    frontier = [...next]
  }
  return { cis, dependants }
}

interface Relation {
  readonly parent: string
  readonly child: string
}

async function relationsOf(table: TableApi, ids: readonly string[]): Promise<readonly Relation[]> {
  const wanted = new Set(ids)
  const found: Relation[] = []
  for (const chunk of chunks(ids)) {
    const query = `parentIN${chunk.join(',')}^ORchildIN${chunk.join(',')}`
    const { rows, complete, hidden } = await table.list('cmdb_rel_ci', query, ['parent', 'child'])
    if (!complete) throw new PortError('malformed', `at least ${rows.length} relations: too many to count`)
    if (hidden > 0) throw new PortError('denied', `${hidden} relations in cmdb_rel_ci are hidden from this account`)
    for (const row of rows) {
      const [parent, child] = [row['parent'], row['child']]
      if (!parent || !child)
        throw new PortError('denied', 'parent and child of cmdb_rel_ci are hidden from this account')
      const touches = wanted.has(parent.value) || wanted.has(child.value)
      if (touches && isSysId(parent.value) && isSysId(child.value))
        found.push({ parent: parent.value, child: child.value })
    }
  }
  return found
}
