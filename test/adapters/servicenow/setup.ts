// Owns what every test of the adapter starts from: a seeded sandbox world and the adapter in front of it.

import { client } from '../../../src/adapters/servicenow/client.ts'
import { loggedIn } from '../../../src/adapters/servicenow/login.ts'
import { type TableApi, tableApi } from '../../../src/adapters/servicenow/table.ts'
import { type ServiceNow, type ServiceNowOptions, serviceNow } from '../../../src/adapters/servicenow/tickets.ts'
import type { ServiceNowSettings } from '../../../src/ports/catalog.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { PortError, type PortErrorKind } from '../../../src/ports/errors.ts'
import { CREDENTIALS } from '../../sandbox/servicenow.ts'
import { startWorld, type World, type WorldOptions } from '../../sandbox/world.ts'

export const SETTINGS: ServiceNowSettings = {
  trigger: 'u_runbook_candidate=true^stateIN1,2',
  incident: { signature: 'u_error_signature', site: 'location.name' },
  ci: {
    environment: 'environment',
    tags: 'u_tags',
    health_url: 'u_health_url',
    users: 'u_user_count',
    managed: 'u_managed',
  },
  person: 'u_entra_object_id',
  closeCode: 'Solution provided',
  failed: { state: null, assign: null },
  approvals: true,
  context: { neighbours: 2, historyMs: 90 * 86_400_000, owner: null, commander: null, learned: null },
  open: null,
}

export const CLIENT = { clientId: CREDENTIALS.clients[0]?.id, clientSecret: CREDENTIALS.clients[0]?.secret }
export const USER = { username: CREDENTIALS.users[0]?.name, password: CREDENTIALS.users[0]?.password }
export const ONCE = { retries: 0 }

export interface Setup {
  readonly world: World
  readonly adapter: ServiceNow
  readonly table: TableApi
  /** Another adapter before the same instance. */
  readonly with: (settings: Partial<ServiceNowSettings>, options?: Partial<ServiceNowOptions>) => ServiceNow
  readonly stop: () => Promise<void>
}

/** One try per request, so that a fault shows at once. */
export async function setup(options: WorldOptions = {}): Promise<Setup> {
  const world = await startWorld(options)
  const login = { url: world.servicenow.url, auth: CLIENT, clock: systemClock, retry: ONCE }
  const make: Setup['with'] = (settings, extra = {}) =>
    serviceNow({ ...login, settings: () => ({ ...SETTINGS, ...settings }), ...extra })
  return {
    world,
    adapter: make({}),
    table: tableApi(client({ wire: loggedIn(login), url: login.url })),
    with: make,
    stop: world.stop,
  }
}

/** What `assert.rejects` checks a port error by. */
export const portError =
  (kind: PortErrorKind, message: RegExp, mayHaveHappened = false) =>
  (error: unknown): boolean => {
    const fits = error instanceof PortError && error.kind === kind && message.test(error.message)
    if (!fits || error.mayHaveHappened !== mayHaveHappened) throw error
    return true
  }

/** The value of a known fact, or its reason. */
export const told = (fact: { known: boolean; value?: unknown; reason?: string } | undefined): unknown =>
  fact === undefined ? undefined : fact.known ? fact.value : `unknown: ${fact.reason}`
