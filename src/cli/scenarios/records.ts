// Owns the records of a scenario: its incident and its CIs as ServiceNow would show them; a fact left out is unknown.
import { INCIDENT_FACTS } from '../../adapters/catalog/facts.ts'
import type { Given } from '../../adapters/catalog/scenario-schema.ts'
import { sha256Hex } from '../../adapters/store/hashing.ts'
import { type Blast, type Ci, type Fact, type Facts, type Incident, known, unknown } from '../../core/incident.ts'
import type { Instant, Json, JsonObject } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'

const SOURCE = 'the scenario'
const LEFT_OUT = 'the scenario leaves it out'
/** Not read as facts: what they say stands in the incident itself. */
const OWN = ['number', 'short_description', 'text', 'state', 'ci', 'vip']

/** A sys_id that is always the same for the same record. */
export const sysIdOf = (kind: string, name: string): string => sha256Hex(JSON.stringify([kind, name])).slice(0, 32)

/** The incident as it is first read; `opener` is the caller's Entra object id. */
export function incidentOf(
  given: JsonObject,
  number: string,
  settings: ServiceNowSettings,
  opener: string | undefined,
  readAt: Instant,
): Incident {
  const names = [...INCIDENT_FACTS.filter((name) => !OWN.includes(name)), ...Object.keys(settings.incident)]
  const text = (name: string): string => (given[name] === undefined ? '' : String(given[name]))
  const group = text('assignment_group')
  return {
    sysId: sysIdOf('incident', number),
    number,
    state: (given['state'] ?? 'new') as Incident['state'],
    shortDescription: text('short_description'),
    text: `${text('short_description')}\n${text('description')}`,
    reopened: 0,
    facts: { ...factsOf(given, names, readAt), vip: known(given['vip'] ?? false, SOURCE, readAt) },
    ...(opener === undefined ? {} : { opener }),
    ...(group === '' ? {} : { group }),
  }
}

export function ciOf(name: string, given: JsonObject, settings: ServiceNowSettings, readAt: Instant): Ci {
  const facts = factsOf({ ...given, name }, ['name', 'class', ...Object.keys(settings.ci)], readAt)
  return { sysId: sysIdOf('ci', name), name, facts }
}

/** `given.blast`, else what the targets' own facts say: their users together, each of them a CI, any of them a VIP's. */
export function blastOf(cis: readonly Ci[], given: Given['blast'] = {}, vip: boolean, readAt: Instant): Blast {
  const users = cis.map(({ facts }) => facts['users'])
  const lacking = users.find((fact) => !fact?.known)
  const sum = users.reduce((total, fact) => total + (fact?.known ? Number(fact.value) : 0), 0)
  const ofCi = cis.some(({ facts }) => facts['vip']?.known === true && facts['vip'].value === true)
  return {
    users:
      given.users === undefined && (lacking || users.includes(undefined))
        ? unknown(lacking && !lacking.known ? lacking.reason : LEFT_OUT, SOURCE, readAt)
        : known(given.users ?? sum, SOURCE, readAt),
    cis: known(given.cis ?? cis.length, SOURCE, readAt),
    vip: known(given.vip ?? (vip || ofCi), SOURCE, readAt),
  }
}

const factsOf = (given: JsonObject, names: readonly string[], readAt: Instant): Facts =>
  Object.fromEntries(
    names.map((name): [string, Fact] => {
      const value: Json | undefined = Object.hasOwn(given, name) ? given[name] : undefined
      return [name, value === undefined ? unknown(LEFT_OUT, SOURCE, readAt) : known(value, SOURCE, readAt)]
    }),
  )
