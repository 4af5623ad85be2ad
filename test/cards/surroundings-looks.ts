// Owns the looks of a card whose incident has surroundings: as it is at 3 a.m., with unknowns, and hostile.
import { known, unknown } from '../../src/core/incident.ts'
import type { Neighbour, Surroundings } from '../../src/core/surroundings.ts'
import { at, context, decision, evil, passing, run, type Shown, shown } from './fixtures.ts'

const minute = 60_000
const day = 24 * 60 * minute

const neighbour = (name: string, direction: Neighbour['direction']): Neighbour => ({
  sysId: '3'.repeat(32),
  name,
  direction,
  depth: 1,
  relation: direction === 'up' ? 'Depends on' : 'Used by',
})

const around = (): Surroundings => ({
  commander: known('', 'ServiceNow incident.u_commander', at),
  owner: known({ name: 'Ana Ruiz', group: 'Web Platform' }, 'ServiceNow cmdb_ci.owned_by of Online Shop', at),
  onCall: known(['Sam Okafor'], 'ServiceNow on-call', at),
  affected: known({ users: 560, vips: ['Victoria Stone'] }, 'ServiceNow incident.caller_id and task_ci', at),
  deploys: known(
    [{ service: 'shop-web', version: '2.4.0', previous: '2.3.0', at: at - 22 * minute, by: 'ci-bot' }],
    'deployment events',
    at,
  ),
  changes: known(
    [
      {
        number: 'CHG0030001',
        title: 'Patch shop-db',
        state: 'Closed',
        ci: 'shop-db',
        start: at - 90 * minute,
        end: at - 40 * minute,
        over: true,
      },
    ],
    'ServiceNow change_request',
    at,
  ),
  history: known(
    [
      {
        sysId: '4'.repeat(32),
        number: 'INC0009001',
        title: '5xx on the shop',
        openedAt: at - 3 * day,
        resolvedAt: at - 3 * day + 20 * minute,
        closeCode: 'Solution provided',
        closeNotes: 'Recycled DefaultAppPool',
        alike: true,
      },
    ],
    'ServiceNow incident, by cmdb_ci or u_error_signature',
    at,
  ),
  neighbours: known(
    [
      neighbour('srv-web-01', 'up'),
      ...['lb-01', 'lb-02', 'shop-db', 'dns-1', 'dns-2', 'rack-7'].map((name) => neighbour(name, 'up')),
      neighbour('Online Shop', 'down'),
      neighbour('Shop Checkout', 'down'),
    ],
    'ServiceNow cmdb_rel_ci',
    at,
  ),
})

const asks = decision([
  ...passing(),
  {
    name: 'recent deploy',
    answer: 'ask',
    reason: 'shop-web 2.3.0 → 2.4.0 was deployed at 02:50 UTC by ci-bot; undoing that may be the better fix',
  },
])

const look = (surroundings: Surroundings): Shown =>
  shown(run({ context: { ...context(), surroundings }, decision: asks }), ['approve', 'reject'])

export const aroundLooks: { readonly [name: string]: () => Shown } = {
  around: () => look(around()),
  'around-unknown': () =>
    look({
      ...around(),
      owner: unknown('nobody stands in owned_by, managed_by of web-01', 'ServiceNow cmdb_ci', at),
      history: unknown('no answer within 5 s', 'ServiceNow incident', at),
      commander: known('Ana Ruiz', 'ServiceNow incident.u_commander', at),
      deploys: known([], 'deployment events', at),
    }),
  'hostile-around': () =>
    look({
      owner: known({ name: evil(300), group: evil(300) }, evil(100), at),
      history: unknown(evil(900), evil(200), at),
      deploys: known(
        Array.from({ length: 20 }, () => ({
          service: evil(200),
          version: evil(200),
          previous: evil(200),
          at,
          by: evil(200),
        })),
        'deployment events',
        at,
      ),
      neighbours: known(
        Array.from({ length: 40 }, () => neighbour(evil(120), 'up')),
        evil(100),
        at,
      ),
    }),
}
