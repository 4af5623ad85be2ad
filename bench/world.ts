// Owns the outside of the run benchmark, as a process of its own: the sandbox world, whose work must not look like runbot's.
import { startWorld } from '../test/sandbox/world.ts'

export type Wish =
  | { readonly connect: string }
  /** A person reports an incident on each of these servers. */
  | { readonly raise: readonly string[] }

export type Ready = { readonly env: Record<string, string> }

const hosts = (process.argv[2] ?? '').split(',')
// The health page stands apart, so that a recycle on one server does not fail the verification of another.
const world = await startWorld({ hosts: ['portal', ...hosts], retryAfterS: 0, recycleMs: 0 })
for (const { sys_id: id = '' } of world.servicenow.rows('u_cmdb_ci_iis_web_tier'))
  world.servicenow.update('u_cmdb_ci_iis_web_tier', id, { u_health_url: world.site.healthUrl })

process.on('message', (wish: Wish) => {
  if ('connect' in wish) world.connect(wish.connect)
  else for (const ci of wish.raise) world.raiseIncident({ ci })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ env: { ...world.environment(), SITE_URL: world.site.url } } satisfies Ready)
