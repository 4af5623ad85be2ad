// Owns the world of the policy benchmark: servers, an incident and facts as ServiceNow and the store would give them.
import { sha256Hex } from '../src/adapters/store/hashing.ts'
import type { PolicyFacts } from '../src/core/guardrails/input.ts'
import { type Blast, type Ci, type IncidentContext, known } from '../src/core/incident.ts'
import type { Target } from '../src/core/plan.ts'
import type { Person } from '../src/core/run.ts'
import type { Instant, Json } from '../src/core/values.ts'

/** A Saturday night outside the office hours and outside every freeze of the example calendars. */
export const AT: Instant = Date.UTC(2026, 0, 31, 3, 12)
export const MINUTE_MS = 60_000

/** One of everything that a decision reads, for each target; nothing of it is in the way. */
export function factsOf(targets: readonly Target[], context: IncidentContext, blast: Blast): PolicyFacts {
  const each = <T>(of: (target: Target) => T) =>
    Object.fromEntries(targets.map((target) => [target.name, { known: true, value: of(target) } as const]))
  return {
    context,
    blast,
    requester: null,
    changes: each(({ name }) => [
      {
        sysId: `change-${name}`,
        number: 'CHG0030001',
        state: 'implement' as const,
        start: AT - 60 * MINUTE_MS,
        end: AT + 60 * MINUTE_MS,
        onHold: false,
      },
    ]),
    conflicts: {},
    flaps: each(() => [AT - 300 * MINUTE_MS]),
    locks: each(() => null),
    freezes: { known: true, value: [{ scope: 'env:dev', by: 'Cy', byId: 'cy', reason: 'inventory', at: AT }] },
    runsLastHour: { known: true, value: 4 },
    signatures: { known: true, value: [] },
    standardChange: null,
    glass: null,
    advice: null,
  }
}

/** A web tier, as the CMDB describes it. */
export function server(index: number, environment: string): Target {
  const name = `web-${String(index + 1).padStart(2, '0')}`
  const facts: { readonly [fact: string]: Json } = {
    name,
    class: 'IIS Web Tier',
    environment,
    tags: ['web', 'shop', 'tier-1'],
    health_url: `https://${name}.corp.example/health`,
    users: 400,
    managed: true,
    service: 'Online Shop',
  }
  const all = Object.entries(facts).map(([fact, value]) => [fact, known(value, 'cmdb', AT)] as const)
  const ci: Ci = { sysId: sha256Hex(name).slice(0, 32), name, facts: Object.fromEntries(all) }
  return { name, ci }
}

export const incident = (): NonNullable<IncidentContext['incident']> => ({
  sysId: sha256Hex('incident').slice(0, 32),
  number: 'INC0010001',
  state: 'inProgress',
  shortDescription: '5xx spike on the shop',
  text: '5xx spike on the shop. Users report 503 Service Unavailable since three in the morning.',
  opener: person('omar').id,
  group: 'Web Platform',
  reopened: 0,
  facts: { category: known('App', 'servicenow', AT), impact: known('2', 'servicenow', AT) },
})

/** Somebody whose Entra object id is their name. */
export const person = (id: string): Person => ({ id, name: id, tenant: 't1' })
