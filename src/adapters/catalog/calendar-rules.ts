// Owns recurrence: an RRULE becomes a row of wall clock times, and a rule that leads nowhere a problem.
import ICAL from 'ical.js'
import { utcZone, type Wall, type Zone } from './calendar-zones.ts'

export class CalendarProblem extends Error {
  /** A text of the file near which it went wrong. */
  readonly near: string
  constructor(message: string, near = '') {
    super(message)
    this.near = near
  }
}

/** Days without an occurrence after which a rule counts as impossible: more than eight years. */
const MAX_TRIES = 3000
const FREQUENCIES = new Set(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'])

/** An RRULE as an endless or ended row of wall clock times, from DTSTART on. */
export function ruleOf(rule: unknown, start: ICAL.Time, zone: Zone): () => Iterator<ICAL.Time> {
  if (!(rule instanceof ICAL.Recur)) throw new CalendarProblem('an RRULE cannot be read', 'RRULE')
  if (!FREQUENCIES.has(rule.freq))
    throw new CalendarProblem(`FREQ=${rule.freq} is not supported: use DAILY or slower`, 'RRULE')
  const until = rule.until
  const rest = rule.clone()
  rest.until = null as unknown as ICAL.Time
  const floating = start.clone()
  floating.zone = ICAL.Timezone.localTimezone
  const isPast = (time: ICAL.Time): boolean => {
    if (!until) return false
    if (until.isDate) return dayOf(time) > dayOf(until)
    return zone(wallOf(time)) > (until.zone === ICAL.Timezone.utcTimezone ? utcZone : zone)(wallOf(until))
  }
  return function* () {
    const iterator = guarded(rest.iterator(floating))
    for (let time = iterator.next(); time && !isPast(time); time = iterator.next()) yield time.clone()
  }
}

/** A rule such as "the 31st of February" would be looked for without end: the library tries on for ever. */
function guarded(iterator: ReturnType<ICAL.Recur['iterator']>): ReturnType<ICAL.Recur['iterator']> {
  const next = iterator.next.bind(iterator)
  const fits = iterator.check_contracting_rules.bind(iterator)
  let tries = 0
  iterator.check_contracting_rules = () => {
    if (++tries > MAX_TRIES) throw new CalendarProblem('an RRULE finds no date', 'RRULE')
    return fits()
  }
  iterator.next = (again) => {
    if (!again) tries = 0
    return next(again)
  }
  return iterator
}

/** The date as it is written, without a time. */
export const dayOf = (time: ICAL.Time): string => time.toString().slice(0, 10)

export const wallOf = (time: ICAL.Time): Wall => ({
  year: time.year,
  month: time.month,
  day: time.day,
  hour: time.isDate ? 0 : time.hour,
  minute: time.isDate ? 0 : time.minute,
  second: time.isDate ? 0 : time.second,
})
