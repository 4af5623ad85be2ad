// Owns the ticket system of a scenario: it shows the given records, and keeps what runbot writes to the incident.
import type { Given } from '../../adapters/catalog/scenario-schema.ts'
import type { Ci, Incident, IncidentState } from '../../core/incident.ts'
import type { JsonObject, Millis } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { PortError } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { blastOf, ciOf, incidentOf, sysIdOf } from './records.ts'

/** What runbot made of the incident. */
export interface Written {
  readonly state: IncidentState
  readonly notes: readonly string[]
  readonly group: string | null
}

export interface ScenarioTickets {
  readonly tickets: Tickets
  /** The numbers of the incidents: the earlier ones first, the scenario's own last. Empty: there is none. */
  readonly numbers: readonly string[]
  readonly written: () => Written
  /** Writes what the caller is asked. */
  readonly comment: (sysId: string, text: string) => void
}

const HOUR: Millis = 3_600_000
const STATES: { readonly [value: string]: IncidentState } = {
  1: 'new',
  2: 'inProgress',
  3: 'onHold',
  6: 'resolved',
  7: 'closed',
  8: 'canceled',
}

export function scenarioTickets(options: {
  given: Given
  settings: ServiceNowSettings
  opener: string | undefined
  clock: Pick<Clock, 'now'>
}): ScenarioTickets {
  const { given, settings, opener, clock } = options
  const beganAt = clock.now()
  const number = textOf(given.incident?.['number']) ?? 'INC0010001'
  const earlier = Array.from(
    { length: given.earlier?.incidents ?? 0 },
    (_, index) => `INC99${`${index}`.padStart(5, '0')}`,
  )
  const numbers = given.incident ? [...earlier, number] : []
  const changed = new Map<string, { state?: IncidentState; group?: string }>()
  const notes: { readonly sysId: string; readonly text: string }[] = []
  const opened: string[] = []

  const incidentNow = (sysId: string): Incident => {
    const found = numbers.find((each) => sysIdOf('incident', each) === sysId)
    if (!given.incident || found === undefined) throw new PortError('notFound', 'the scenario has no such incident')
    const incident = incidentOf(given.incident, found, settings, opener, clock.now())
    const { state = incident.state, group = incident.group } = changed.get(sysId) ?? {}
    return { ...incident, state, ...(group === undefined ? {} : { group }) }
  }
  const ciName = textOf(given.ci?.['name'])
  const ciId = ciName === undefined ? undefined : sysIdOf('ci', ciName)
  const cis = (): readonly Ci[] => {
    const all: readonly (readonly [string, JsonObject])[] = [
      ...(ciName === undefined ? [] : [[ciName, given.ci ?? {}] as const]),
      ...Object.entries(given.cis ?? {}).filter(([name]) => name !== ciName),
    ]
    return all.map(([name, facts]) => ciOf(name, facts, settings, clock.now()))
  }
  const read = async (sysId: string) => ({
    incident: incidentNow(sysId),
    triggers: true,
    updatedAt: beganAt,
    ...(ciId === undefined ? {} : { ciId }),
  })
  const change = (name: string, open: boolean) => ({
    sysId: sysIdOf('change', name),
    number: name,
    state: open ? ('implement' as const) : ('other' as const),
    start: beganAt - HOUR,
    end: beganAt + 24 * HOUR,
    onHold: false,
  })

  const tickets: Tickets = {
    incident: read,
    incidentByNumber: (wanted) => read(sysIdOf('incident', wanted)),
    changedSince: async () => [],
    open: async () => {
      throw new PortError('denied', 'a scenario begins with its incident')
    },
    openOn: async () => [],
    ci: async (sysId) => {
      const found = cis().find((each) => each.sysId === sysId)
      if (!found) throw new PortError('notFound', 'the scenario has no such CI')
      return found
    },
    findCis: async (name) => cis().filter((each) => [each.name.toLowerCase(), each.sysId].includes(name.toLowerCase())),
    blast: async (ids, sysId) =>
      blastOf(
        cis().filter((each) => ids.includes(each.sysId)),
        given.blast,
        sysId !== undefined && given.incident?.['vip'] === true,
        clock.now(),
      ),
    changes: async () => ({
      known: true,
      value: [
        ...(given.change ? [change(given.change.number, given.change.open)] : []),
        ...opened.map((each) => change(each, true)),
      ],
    }),
    conflicts: async () => given.change?.conflicts ?? [],
    openChange: async () => {
      if (opened.length === 0) opened.push('CHG9900001')
      return { sysId: sysIdOf('change', 'CHG9900001'), number: 'CHG9900001' }
    },
    closeChange: async () => void opened.splice(0),
    note: async (sysId, text) => void notes.push({ sysId, text }),
    update: async (sysId, { state, stateValue, assign }) => {
      const next = state ?? (stateValue === undefined ? undefined : (STATES[stateValue] ?? 'other'))
      changed.set(sysId, {
        ...changed.get(sysId),
        ...(next === undefined ? {} : { state: next }),
        ...(assign === undefined ? {} : { group: assign }),
      })
    },
    attach: async () => undefined,
  }

  const ownId = sysIdOf('incident', number)
  return {
    tickets,
    numbers,
    comment: (sysId, text) => void notes.push({ sysId, text }),
    written: () => ({
      state: changed.get(ownId)?.state ?? ((given.incident?.['state'] ?? 'new') as IncidentState),
      notes: notes.flatMap(({ sysId, text }) => (sysId === ownId ? [text] : [])),
      group: changed.get(ownId)?.group ?? null,
    }),
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
