// Owns what counts as coming back: distinct incidents that agree in the declared fields, within a span of their own times.
import { type Incident, type IncidentContext, knownValues } from './incident.ts'
import { type Instant, isObject, type Json, type Millis } from './values.ts'

/** One incident as it was seen: its sys_id, and its own time. */
export interface Sighting {
  readonly incident: string
  readonly at: Instant
}

/** So many of one counter are remembered, the newest by their own times. No runbook may ask for more. */
export const REMEMBERED = 1000

/** The sightings of a stored counter; what is none is left out. */
export const sightingsOf = (value: Json | undefined): readonly Sighting[] =>
  Array.isArray(value)
    ? value.flatMap((each) =>
        isObject(each) && typeof each['incident'] === 'string' && typeof each['at'] === 'number'
          ? [{ incident: each['incident'], at: each['at'] }]
          : [],
      )
    : []

/**
 * The sightings with one more: each incident once, with its newest own time, however often and in whatever order they
 * are told (P8). What is older than the newest by more than twice the time is forgotten, so that whoever is told late,
 * by up to that time, is still counted exactly; of the rest the newest are kept.
 */
export function sighted(before: readonly Sighting[], one: Sighting, withinMs: Millis): readonly Sighting[] {
  const all = [...before.filter(({ incident }) => incident !== one.incident), one].toSorted(byTime)
  const newest = all.at(-1)?.at ?? one.at
  return all.filter(({ at }) => at > newest - 2 * withinMs).slice(-REMEMBERED)
}

/**
 * How many incidents, this one included, came within the time: the fullest span of that length that holds this one.
 * For one that is told in time this is "so many up to now"; of several that arrive out of order, the last completes it.
 */
export function countWithin(sightings: readonly Sighting[], one: Sighting, withinMs: Millis): number {
  const others = sightings.filter(({ incident }) => incident !== one.incident)
  const near = [...others.filter(({ at }) => Math.abs(at - one.at) < withinMs), one].toSorted(byTime)
  let fullest = 0
  let first = 0
  for (const [last, { at }] of near.entries()) {
    while (at - (near[first]?.at ?? at) >= withinMs) first += 1
    const holdsIt = (near[first]?.at ?? at) <= one.at && at >= one.at
    if (holdsIt) fullest = Math.max(fullest, last - first + 1)
  }
  return fullest
}

const byTime = (a: Sighting, b: Sighting): number => a.at - b.at || (a.incident < b.incident ? -1 : 1)

/**
 * When the incident itself says that it began: its `opened_at`, as ServiceNow writes it (UTC) or as ISO 8601 in UTC.
 * undefined where it says nothing that can be read. A time that is still to come is no time of its own.
 */
export function ownTime({ facts }: Pick<Incident, 'facts'>, now: Instant): Instant | undefined {
  const value = knownValues(facts)['opened_at']
  const at = typeof value === 'string' ? instantOf(value) : undefined
  return at === undefined || at > now ? undefined : at
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?Z?$/

/** The instant of a UTC time as text; days since 1970 by the civil calendar, for the core has no clock of its own. */
export function instantOf(text: string): Instant | undefined {
  const found = TIME.exec(text)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((each) => Number(each ?? 0))
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const ofEra = shifted - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const days = era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000
}

/** Other names that people know a fact by. */
const CALLED: { readonly [name: string]: string } = { queue: 'assignment_group', site: 'location' }

/**
 * What an incident says under a name of `by`: `ci` is the CI itself, `class` its class in the taxonomy, any other a fact
 * of the incident, else of its CI. Where nothing is mapped to them, `queue` is the assignment group, `site` the location,
 * `signature` class and CI. undefined: it is unknown, or empty.
 */
export function recurringValue(
  context: IncidentContext,
  name: string,
  ofRunbook: string | undefined,
): Json | undefined {
  const { incident, ci } = context
  if (name === 'ci') return ci?.sysId
  const inClass = context.class ?? ofRunbook
  if (name === 'class') return inClass
  const facts = [incident?.facts, ci?.facts].filter((each) => each !== undefined)
  const mapped = facts.some((each) => Object.hasOwn(each, name))
  if (!mapped && name === 'signature') return ci && inClass !== undefined ? [ci.sysId, inClass] : undefined
  const meant = mapped ? name : (CALLED[name] ?? name)
  for (const each of facts) {
    const value = knownValues(each)[meant]
    if (value !== undefined && value !== '' && value !== null) return value
  }
  return undefined
}
