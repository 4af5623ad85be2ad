// Owns the surroundings of an incident as ServiceNow shows them: every part a fact, or unknown with its reason (P5).
import { type Fact, known, unknown } from '../../core/incident.ts'
import type { Json } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Surroundings } from '../../ports/surroundings.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { attempt } from './attempt.ts'
import type { Client } from './client.ts'
import { nearChanges } from './surroundings-changes.ts'
import { pastIncidents } from './surroundings-history.ts'
import { neighboursOf } from './surroundings-neighbours.ts'
import { ownerOf } from './surroundings-owner.ts'
import { affectedBy, commanderOf, onCallNames } from './surroundings-people.ts'
import type { TableApi } from './table.ts'
import { sysId } from './values.ts'

/** What was found, and where. */
export interface Found<T> {
  readonly value: T
  readonly source: string
}

/** Nothing here rejects: what a PortError stops is unknown, with its message. */
export function surroundings(options: {
  client: Client
  table: TableApi
  blast: Tickets['blast']
  settings: () => ServiceNowSettings
  clock: Clock
}): Surroundings {
  const { client, table, blast, settings, clock } = options

  const told = async <T extends Json>(where: string, look: () => Promise<Found<T>>): Promise<Fact<T>> => {
    const readAt = clock.now()
    const answer = await attempt(look)
    return answer.ok
      ? known(answer.value.value, answer.value.source, readAt)
      : unknown(answer.reason, `ServiceNow ${where}`, readAt)
  }
  const at = <T>(where: string, value: T): Found<T> => ({ value, source: `ServiceNow ${where}` })

  return {
    neighbours: (ciId, depth) =>
      told('cmdb_rel_ci', async () => at('cmdb_rel_ci', await neighboursOf(table, sysId(ciId), depth))),
    owner: (ci) => told('cmdb_ci', () => ownerOf(table, ci, settings().context.owner)),
    affected: (incident) =>
      told('incident.caller_id and task_ci', async () =>
        at('incident.caller_id and task_ci', await affectedBy({ table, blast, map: settings().ci }, sysId(incident))),
      ),
    changes: (ciIds, since) =>
      told('change_request', async () => at('change_request', await nearChanges(table, ciIds, since))),
    history: (incident, ci, since) =>
      told('incident', () =>
        pastIncidents(table, { incident, ci, since, signature: settings().incident['signature'] }),
      ),
    commander: (incident) => told('incident', () => commanderOf(table, sysId(incident), settings().context.commander)),
    onCall: (group) => told('on-call', async () => at('on-call', await onCallNames(client, table, group))),
  }
}
