// Owns how a row of history becomes the incident and the CI that runbot would have read; what no column says is unknown.
import { CI_FACTS, INCIDENT_FACTS } from '../../adapters/catalog/facts.ts'
import { sha256Hex } from '../../adapters/store/hashing.ts'
import { type Ci, type Fact, type Facts, known, unknown } from '../../core/incident.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { IncidentRecord } from '../../ports/tickets.ts'
import { columnIn, instantOf, type Map, stateOf, timeText } from './columns.ts'
import type { Update } from './history.ts'
import type { Fits } from './trigger.ts'

const SOURCE = 'history'
/** Not facts of their own: what they say stands in the incident itself. */
const OWN = ['number', 'short_description', 'text', 'state', 'ci', 'opened_at']

/** The same for the same record. */
export const sysIdOf = (kind: string, name: string): string => sha256Hex(JSON.stringify([kind, name])).slice(0, 32)

export interface Records {
  /** `fits` null: what the trigger asks for is in no column. */
  incident(update: Update): IncidentRecord & { readonly fits: Fits }
  ci(update: Update): Ci | undefined
}

export function records(settings: ServiceNowSettings, map: Map, fits: (row: Update['row']) => Fits): Records {
  const incidentFacts = [...new Set([...INCIDENT_FACTS, ...Object.keys(settings.incident), ...factNames(map)])]
  const ciFacts = [...new Set([...CI_FACTS, ...Object.keys(settings.ci), ...ciFactNames(map)])]

  const factIn = ({ row, at }: Update, columns: readonly string[]): Fact => {
    const column = columns.find((each) => row[each] !== undefined)
    if (column === undefined) return unknown(`history does not say ${columns[0] ?? ''}`, SOURCE, at)
    return known(valueOf(row[column] ?? ''), SOURCE, at)
  }
  const columnsOf = (name: string): readonly string[] => [
    ...[map.get(name)].filter((each) => each !== undefined),
    ...[settings.incident[name]].filter((each) => each !== undefined),
    name,
  ]
  const openedAt = (update: Update): Fact => {
    const text = columnIn(update.row, map, 'opened_at')
    const at = text === undefined ? undefined : instantOf(text)
    return at === undefined
      ? unknown('history does not say when it was opened', SOURCE, update.at)
      : known(timeText(at), SOURCE, update.at)
  }
  const ciName = (update: Update): string => columnIn(update.row, map, 'ci')?.trim() ?? ''

  return {
    incident(update) {
      const { row, number, at } = update
      const text = (name: Parameters<typeof columnIn>[2]): string => columnIn(row, map, name) ?? ''
      const facts: Record<string, Fact> = {}
      for (const name of incidentFacts) if (!OWN.includes(name)) facts[name] = factIn(update, columnsOf(name))
      facts['opened_at'] = openedAt(update)
      const group = text('assignment_group')
      const fit = fits(row)
      const reopened = text('reopen_count')
      const incident = {
        sysId: sysIdOf('incident', number),
        number,
        state: stateOf(text('state')),
        shortDescription: text('short_description'),
        text: `${text('short_description')}\n${text('description')}`,
        reopened: /^\d{1,6}$/.test(reopened) ? Number(reopened) : 0,
        facts,
        ...(group === '' ? {} : { group }),
      }
      const ci = ciName(update)
      return {
        incident,
        ...(ci === '' ? {} : { ciId: sysIdOf('ci', ci) }),
        triggers: fit !== false,
        updatedAt: at,
        fits: fit,
      }
    },
    ci(update) {
      const name = ciName(update)
      if (name === '') return undefined
      const facts: Record<string, Fact> = {}
      for (const each of ciFacts) {
        const column = settings.ci[each] ?? each
        const mapped = map.get(`ci.${each}`)
        facts[each] = factIn(update, [...(mapped === undefined ? [] : [mapped]), `cmdb_ci.${column}`])
      }
      facts['name'] = known(name, SOURCE, update.at)
      return { sysId: sysIdOf('ci', name), name, facts: facts satisfies Facts }
    },
  }
}

/** True and false as ServiceNow's exports write them; everything else is text, as the adapter gives it. */
const valueOf = (cell: string): string | boolean => {
  const text = cell.trim()
  return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text
}

const factNames = (map: Map): readonly string[] =>
  [...map.keys()].filter((name) => !name.startsWith('ci.') && name !== 'ci' && name !== 'updated_at')
const ciFactNames = (map: Map): readonly string[] =>
  [...map.keys()].flatMap((name) => (name.startsWith('ci.') ? [name.slice(3)] : []))
