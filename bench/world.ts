// Owns the outside of the run benchmark, as a process of its own: the sandbox world, whose work must not look like runbot's.
import { startWorld, type World } from '../test/sandbox/world.ts'

export type Wish =
  | { readonly connect: string }
  /** A person reports an incident on each of these servers. */
  | { readonly raise: readonly string[] }
  /** The first action of each server stays under way until this many servers have one; then all go on. */
  | { readonly gather: number }
  | { readonly tell: 'effects' }

export interface Ready {
  readonly env: Record<string, string>
}

/** What really happened out there. */
export interface Effects {
  /** Recycles by server, and how many of their keys came twice. */
  readonly recycles: Record<string, number>
  readonly repeatedKeys: number
  /** Incidents by state: 6 is resolved. */
  readonly incidents: Record<string, number>
  /** Events that were sent to runbot and not acknowledged. */
  readonly lostHints: number
}

export type Said = Ready | { readonly gathered: number } | { readonly effects: Effects }

const [, , names = '', retryAfterS = '0'] = process.argv
const hosts = names.split(',')
// The health page stands apart, so that a recycle on one server does not fail the verification of another.
const world = await startWorld({
  hosts: ['portal', ...hosts],
  retryAfterS: Number(retryAfterS),
  recycleMs: 0,
  // As infra/servicenow: what runbot itself wrote is not announced to it.
  announce: ({ sys_updated_by }) => sys_updated_by !== 'runbot',
})
for (const { sys_id: id = '' } of world.servicenow.rows('u_cmdb_ci_iis_web_tier'))
  world.servicenow.update('u_cmdb_ci_iis_web_tier', id, { u_health_url: world.site.healthUrl })
splitIntoShops(world, 10)
const say = (what: Said): void => void process.send?.(what)

process.on('message', (wish: Wish) => {
  if ('connect' in wish) world.connect(wish.connect)
  else if ('raise' in wish) for (const ci of wish.raise) world.raiseIncident({ ci })
  else if ('gather' in wish) void gather(wish.gather).then(() => say({ gathered: wish.gather }))
  else say({ effects: effects() })
})
process.on('disconnect', () => process.exit(0))
say({ env: { ...world.environment(), SITE_URL: world.site.url } })

/** One shop of hundreds of servers would be a blast radius that nobody may reach: each shop gets so many. */
function splitIntoShops({ servicenow }: World, size: number): void {
  const isOf = new Map(
    servicenow.rows('cmdb_ci').map(({ sys_id = '', sys_class_name = '' }) => [sys_id, sys_class_name]),
  )
  const shops = new Map<string, string>()
  const seen = new Map<string, number>()
  for (const { sys_id: id = '', parent = '' } of servicenow.rows('cmdb_rel_ci')) {
    if (isOf.get(parent) === 'u_cmdb_ci_iis_web_tier') continue
    const index = seen.get(parent) ?? 0
    seen.set(parent, index + 1)
    const name = `shop ${Math.floor(index / size)} of ${parent}`
    const shop = shops.get(name) ?? servicenow.seed('cmdb_ci_service', { name, u_user_count: '40' }).sys_id ?? ''
    shops.set(name, shop)
    servicenow.update('cmdb_rel_ci', id, { parent: shop })
  }
}

async function gather(count: number): Promise<void> {
  const goOn = world.ops.hold('recycle-pool')
  while (new Set(world.ops.effectsOf('recycle-pool').map(({ target }) => target)).size < count)
    await new Promise((resolve) => setTimeout(resolve, 50))
  goOn()
}

function effects(): Effects {
  const recycles = world.ops.effectsOf('recycle-pool')
  const keys = recycles.map(({ clientRunId }) => clientRunId)
  return {
    recycles: counted(recycles.map(({ target }) => target ?? '')),
    repeatedKeys: keys.length - new Set(keys).size,
    incidents: counted(world.servicenow.rows('incident').map(({ state = '' }) => state)),
    lostHints: world.servicenow.deliveries.filter(({ status }) => status !== 202).length,
  }
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
