// Owns what an iCalendar file says: each event as the spans of time that it covers, unfolded as far as they are asked for.
import ICAL from 'ical.js'
import type { Instant } from '../../core/values.ts'
import { CalendarProblem, dayOf, ruleOf, wallOf } from './calendar-rules.ts'
import { ianaZone, utcZone, type Wall, type Zone } from './calendar-zones.ts'

/** [start, end) */
export interface Span {
  readonly start: Instant
  readonly end: Instant
}

export interface CalendarEvent {
  readonly title: string
  /** Spans in the order of their start, for as long as the rule goes on. */
  readonly spans: () => Iterator<Span>
}

const MAX_EVENTS = 2000

/** Reads a VCALENDAR. Cancelled events are left out. Throws CalendarProblem for what it cannot tell the times of. */
export function readEvents(text: string): readonly CalendarEvent[] {
  const calendar = parsed(text)
  const components = calendar.getAllSubcomponents('vevent')
  if (components.length > MAX_EVENTS) throw new CalendarProblem(`more than ${MAX_EVENTS} events`)
  const cancelled = (event: ICAL.Component) => event.getFirstPropertyValue('status')?.toString() === 'CANCELLED'
  return components
    .filter((component) => !cancelled(component) || component.hasProperty('recurrence-id'))
    .map((component) => eventOf(component, components, cancelled(component)))
}

function parsed(text: string): ICAL.Component {
  let root: ICAL.Component
  try {
    root = new ICAL.Component(ICAL.parse(text))
  } catch (error) {
    throw new CalendarProblem(
      `this is not an iCalendar file: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  if (root.name !== 'vcalendar') throw new CalendarProblem('this is not an iCalendar file: no VCALENDAR')
  return root
}

function eventOf(component: ICAL.Component, all: readonly ICAL.Component[], cancelled: boolean): CalendarEvent {
  const title = oneLine(component.getFirstPropertyValue('summary')?.toString() ?? 'without a title')
  const startProperty = component.getFirstProperty('dtstart')
  const start = startProperty?.getFirstValue()
  if (!startProperty || !(start instanceof ICAL.Time)) throw new CalendarProblem(`event "${title}" has no DTSTART`)
  const zone = zoneOf(startProperty, start)
  const length = lengthOf(component, start, zone)
  if (length.ms <= 0) throw new CalendarProblem(`event "${title}" does not end after it starts`, 'DTEND')
  const placed = (time: ICAL.Time): Placed => ({ time, start: zone(wallOf(time)) })
  const spanOf = ({ time, start: from }: Placed): Span => ({
    start: from,
    end: length.nominal ? zone(shifted(wallOf(time), length.ms)) : from + length.ms,
  })
  const recurrence = component.getFirstProperty('recurrence-id')
  if (recurrence?.getParameter('range')) throw new CalendarProblem('RANGE=THISANDFUTURE is not supported', 'RANGE=')
  if (recurrence) return { title, spans: () => (cancelled ? [] : [spanOf(placed(start))]).values() }

  const rules = component.getAllProperties('rrule').map((property) => ruleOf(property.getFirstValue(), start, zone))
  const single = [start, ...timesOf(component, 'rdate').map((each) => each.time)]
  const excluded = [...timesOf(component, 'exdate'), ...overridesOf(component, all)]
  const excludedAt = new Set(excluded.filter((each) => !each.time.isDate).map((each) => each.zone(wallOf(each.time))))
  const excludedDays = new Set(excluded.filter((each) => each.time.isDate).map((each) => dayOf(each.time)))
  return {
    title,
    spans: function* () {
      const rows = rules.map((rule) => placedRow(rule(), placed))
      let last: Instant | undefined
      for (const each of merged([
        single
          .map(placed)
          .toSorted((a, b) => a.start - b.start)
          .values(),
        ...rows,
      ])) {
        if (each.start !== last && !excludedAt.has(each.start) && !excludedDays.has(dayOf(each.time)))
          yield spanOf(each)
        last = each.start
      }
    },
  }
}

/** An occurrence on its wall clock, and the instant that this is. */
interface Placed {
  readonly time: ICAL.Time
  readonly start: Instant
}

function* placedRow(times: Iterator<ICAL.Time>, placed: (time: ICAL.Time) => Placed): Generator<Placed> {
  for (let next = times.next(); !next.done; next = times.next()) yield placed(next.value)
}

/** Single changed occurrences are events of their own; the rule must not count them a second time. */
function overridesOf(component: ICAL.Component, all: readonly ICAL.Component[]) {
  const uid = component.getFirstPropertyValue('uid')
  return all
    .filter((other) => other !== component && uid !== null && other.getFirstPropertyValue('uid') === uid)
    .flatMap((other) => timesOf(other, 'recurrence-id'))
}

function timesOf(component: ICAL.Component, name: string) {
  return component.getAllProperties(name).flatMap((property) =>
    property.getValues().map((time: unknown) => {
      if (!(time instanceof ICAL.Time)) throw new CalendarProblem(`${name.toUpperCase()} must be a date or a time`)
      return { time, zone: zoneOf(property, time) }
    }),
  )
}

/** DTEND against DTSTART is a length on the wall clock: 8:00 to 18:00 stays so across a change of the clocks. */
function lengthOf(component: ICAL.Component, start: ICAL.Time, zone: Zone): { ms: number; nominal: boolean } {
  const endProperty = component.getFirstProperty('dtend')
  const end = endProperty?.getFirstValue()
  if (endProperty && end instanceof ICAL.Time) {
    const same = endProperty.getParameter('tzid') === component.getFirstProperty('dtstart')?.getParameter('tzid')
    if (same && (end.zone === start.zone || end.isDate))
      return { ms: utcZone(wallOf(end)) - utcZone(wallOf(start)), nominal: true }
    return { ms: zoneOf(endProperty, end)(wallOf(end)) - zone(wallOf(start)), nominal: false }
  }
  const length = component.getFirstPropertyValue('duration')
  if (length instanceof ICAL.Duration) {
    const nominal = length.weeks > 0 || length.days > 0
    return { ms: length.toSeconds() * 1000, nominal }
  }
  return { ms: start.isDate ? 86_400_000 : 0, nominal: true }
}

/** UTC, the file's own VTIMEZONE, an IANA name, or floating: floating times and whole days are read as UTC. */
function zoneOf(property: ICAL.Property, time: ICAL.Time): Zone {
  const id = property.getFirstParameter('tzid')
  if (time.isDate || time.zone === ICAL.Timezone.utcTimezone || !id) return utcZone
  const own = property.parent?.getTimeZoneByID(id)
  if (own) return (wall) => utcZone(wall) - own.utcOffset(new ICAL.Time(wall, own)) * 1000
  const known = ianaZone(id)
  if (!known) throw new CalendarProblem(`the time zone "${id}" is neither in this file nor an IANA name`, id)
  return known
}

function shifted(wall: Wall, ms: number): Wall {
  const date = new Date(utcZone(wall) + ms)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/** Several ordered rows as one ordered row. */
function* merged(rows: readonly Iterator<Placed>[]): Generator<Placed> {
  const heads = rows.map((row) => ({ row, head: row.next() }))
  for (;;) {
    const open = heads.filter((each) => !each.head.done)
    const first = open[0]
    if (!first) return
    const next = open.reduce((best, each) => (each.head.value.start < best.head.value.start ? each : best), first)
    yield next.head.value as Placed
    next.head = next.row.next()
  }
}

const oneLine = (value: string): string => value.replace(/\s+/g, ' ').trim().slice(0, 80)
