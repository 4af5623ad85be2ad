// Owns the blast radius: CIs within reach, users of the targets and of what depends on them, and whether a VIP is hit.
import { type Fact, known, unknown } from '../../core/incident.ts'
import type { Evaluation, Instant } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { attempt } from './attempt.ts'
import { type FactType, factOf } from './facts.ts'
import { vipOf } from './incident.ts'
import { reachOf } from './relations.ts'
import type { TableApi } from './table.ts'
import { chunks, columnPath, sysId } from './values.ts'

const relations = 'ServiceNow cmdb_rel_ci'
const counted: { readonly [name: string]: FactType } = { users: 'number', vip: 'boolean' }

/**
 * users: the mapped column, summed over the targets and their dependants. A target's own number must be known; a
 * dependant without one adds nothing.
 * vip: the incident's caller is a VIP, or the mapped `vip` column of a target or a dependant says so. Where there is
 * neither an incident nor such a column, nothing names a VIP: false.
 * A part that cannot be read is unknown with the reason; nothing rejects for it.
 */
export function blast(options: {
  table: TableApi
  ci: Tickets['ci']
  settings: () => ServiceNowSettings
  clock: Clock
}): Tickets['blast'] {
  const { table, ci, settings, clock } = options

  /** The mapped `users` and `vip` facts: every target's, and those of the dependants that have one. */
  const factsWithin = async (
    targets: readonly string[],
    dependants: ReadonlySet<string>,
    readAt: Instant,
  ): Promise<{ readonly [name: string]: readonly Fact[] }> => {
    const map = settings().ci
    const names = Object.keys(counted).filter((name) => map[name] !== undefined)
    if (names.length === 0) return {}
    const found = new Map<string, Fact[]>(names.map((name) => [name, []]))
    for (const { facts } of await Promise.all(targets.map(ci)))
      for (const name of names) if (facts[name]) found.get(name)?.push(facts[name])
    const others = [...dependants].filter((id) => !targets.includes(id))
    const columns = names.map((name) => columnPath(map[name] ?? ''))
    for (const chunk of chunks(others)) {
      const { rows } = await table.list('cmdb_ci', `sys_idIN${chunk.join(',')}`, columns)
      for (const row of rows.filter((each) => chunk.includes(each['sys_id']?.value ?? '')))
        for (const name of names) {
          const fact = factOf({ table: 'cmdb_ci', row, readAt }, map[name] ?? '', counted[name])
          if (fact.known) found.get(name)?.push(fact)
        }
    }
    return Object.fromEntries(found)
  }

  return async (ciIds, incidentSysId) => {
    const readAt = clock.now()
    const map = settings().ci
    const targets = [...new Set(ciIds.map(sysId))]
    const reach = targets.length === 0 ? noTarget : await attempt(() => reachOf(table, targets))
    const facts = reach.ok ? await attempt(() => factsWithin(targets, reach.value.dependants, readAt)) : reach
    const caller =
      incidentSysId === undefined ? undefined : await attempt(() => callerVip(table, incidentSysId, readAt))

    const mapped = (name: string): Evaluation<readonly Fact[]> =>
      facts.ok ? { ok: true, value: facts.value[name] ?? [] } : facts
    const vips = [
      ...(map['vip'] === undefined ? [] : [anyOf(mapped('vip'), `ServiceNow cmdb_ci.${map['vip']}`, readAt)]),
      ...(caller === undefined ? [] : [anyOf(caller, 'ServiceNow incident.caller_id.vip', readAt)]),
    ]
    return {
      cis: reach.ok ? known(reach.value.cis.size, relations, readAt) : unknown(reach.reason, relations, readAt),
      users:
        map['users'] === undefined
          ? unknown('connectors.yaml maps no users column', 'connectors.yaml', readAt)
          : sumOf(mapped('users'), `ServiceNow cmdb_ci.${map['users']}`, readAt),
      vip: anyOf({ ok: true, value: vips }, 'ServiceNow', readAt),
    }
  }
}

const noTarget: Evaluation<never> = { ok: false, reason: 'no target is known to the CMDB' }

async function callerVip(table: TableApi, incident: string, readAt: Instant): Promise<readonly Fact[]> {
  return [vipOf(await table.get('incident', sysId(incident), ['caller_id', 'caller_id.vip']), readAt)]
}

/** One unknown number makes the sum unknown. */
function sumOf(facts: Evaluation<readonly Fact[]>, source: string, readAt: Instant): Fact<number> {
  if (!facts.ok) return unknown(facts.reason, source, readAt)
  let sum = 0
  for (const fact of facts.value) {
    if (!fact.known) return unknown(fact.reason, fact.source, fact.readAt)
    sum += Number(fact.value)
  }
  return known(sum, source, readAt)
}

/** True where one is; else unknown where one is; else false. */
function anyOf(facts: Evaluation<readonly Fact[]>, source: string, readAt: Instant): Fact<boolean> {
  if (!facts.ok) return unknown(facts.reason, source, readAt)
  const yes = facts.value.find((fact) => fact.known && fact.value === true)
  if (yes) return known(true, yes.source, yes.readAt)
  const lacking = facts.value.find((fact) => !fact.known)
  if (lacking && !lacking.known) return unknown(lacking.reason, lacking.source, lacking.readAt)
  return known(false, source, readAt)
}
