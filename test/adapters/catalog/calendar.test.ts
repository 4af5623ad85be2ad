// Owns the proof that calendars open and close at the right instant, across changes of the clocks.
import assert from 'node:assert/strict'
import { readCalendar } from '../../../src/adapters/catalog/calendar.ts'

const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]): string[] => ['BEGIN:VEVENT', 'UID:1', 'SUMMARY:Hours', ...lines, 'END:VEVENT']

const opened = (text: string, defaultIs: 'open' | 'closed' = 'closed') => {
  const read = readCalendar('hours', text, defaultIs)
  assert.ok(read.ok, read.ok ? '' : read.message)
  return read.calendar.at
}
const at = (text: string, instants: { [instant: string]: boolean }, defaultIs: 'open' | 'closed' = 'closed') => {
  const ask = opened(text, defaultIs)
  for (const [instant, open] of Object.entries(instants)) assert.equal(ask(Date.parse(instant)).open, open, instant)
}

const BERLIN = calendar(
  ...event(
    'DTSTART;TZID=Europe/Berlin:20260105T080000',
    'DTEND;TZID=Europe/Berlin:20260105T180000',
    'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  ),
)

const VTIMEZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
]

describe('a calendar', () => {
  it('keeps its hours on the wall clock when the clocks change', () => {
    at(BERLIN, {
      '2026-03-27T06:59:59Z': false, // Friday, winter time: 08:00 is 07:00 UTC
      '2026-03-27T07:00:00Z': true,
      '2026-03-27T17:00:00Z': false,
      '2026-03-30T05:59:59Z': false, // Monday, summer time: 08:00 is 06:00 UTC
      '2026-03-30T06:00:00Z': true,
      '2026-03-30T15:59:59Z': true,
      '2026-03-30T16:00:00Z': false,
      '2026-03-28T10:00:00Z': false, // Saturday
      '2026-10-23T15:59:59Z': true, // Friday, the last day of summer time
      '2026-10-26T16:59:59Z': true, // Monday, winter time again
      '2025-12-01T10:00:00Z': false, // before the first event
    })
  })

  it('reads a VTIMEZONE of the file, as Outlook writes it', () => {
    const text = calendar(
      ...VTIMEZONE,
      ...event(
        'DTSTART;TZID=W. Europe Standard Time:20260105T080000',
        'DTEND;TZID=W. Europe Standard Time:20260105T180000',
        'RRULE:FREQ=DAILY',
      ),
    )
    at(text, { '2026-03-27T06:59:59Z': false, '2026-03-27T07:00:00Z': true, '2026-03-30T06:00:00Z': true })
  })

  it('counts a night that loses or repeats an hour by its wall clock', () => {
    const night = calendar(
      ...event(
        'DTSTART;TZID=Europe/Berlin:20260301T013000',
        'DTEND;TZID=Europe/Berlin:20260301T043000',
        'RRULE:FREQ=DAILY',
      ),
    )
    at(night, {
      '2026-03-29T00:29:59Z': false,
      '2026-03-29T00:30:00Z': true, // 01:30, then the clock jumps from 02:00 to 03:00
      '2026-03-29T02:29:59Z': true, // 04:30 summer time is 02:30 UTC
      '2026-03-29T02:30:00Z': false,
      '2026-10-24T23:30:00Z': true, // 01:30 summer time
      '2026-10-25T03:29:59Z': true, // 04:30 winter time, an hour later than it would have been
      '2026-10-25T03:30:00Z': false,
    })
  })

  it('takes a start that the clock skips with the offset before, and one that it repeats as the first', () => {
    const skipped = calendar(...event('DTSTART;TZID=Europe/Berlin:20260329T023000', 'DURATION:PT10M'))
    at(skipped, { '2026-03-29T01:29:59Z': false, '2026-03-29T01:30:00Z': true, '2026-03-29T01:40:00Z': false })
    const repeated = calendar(...event('DTSTART;TZID=Europe/Berlin:20261025T023000', 'DURATION:PT10M'))
    at(repeated, { '2026-10-25T00:30:00Z': true, '2026-10-25T01:30:00Z': false })
  })

  it('reads whole days and floating times as UTC', () => {
    at(calendar(...event('DTSTART;VALUE=DATE:20260501')), {
      '2026-04-30T23:59:59Z': false,
      '2026-05-01T00:00:00Z': true,
      '2026-05-01T23:59:59Z': true,
      '2026-05-02T00:00:00Z': false,
    })
    at(calendar(...event('DTSTART:20260501T100000', 'DTEND:20260501T110000')), { '2026-05-01T10:00:00Z': true })
  })

  it('leaves out excluded dates, cancelled and moved occurrences', () => {
    const text = calendar(
      ...event(
        'DTSTART;TZID=Europe/Berlin:20260105T080000',
        'DTEND;TZID=Europe/Berlin:20260105T090000',
        'RRULE:FREQ=DAILY;UNTIL=20260110T070000Z',
        'EXDATE;TZID=Europe/Berlin:20260106T080000',
      ),
      ...event(
        'RECURRENCE-ID;TZID=Europe/Berlin:20260107T080000',
        'DTSTART:20260107T200000Z',
        'DTEND:20260107T210000Z',
      ),
      ...event(
        'RECURRENCE-ID:20260108T070000Z',
        'STATUS:CANCELLED',
        'DTSTART:20260108T070000Z',
        'DTEND:20260108T080000Z',
      ),
    )
    at(text, {
      '2026-01-05T07:30:00Z': true,
      '2026-01-06T07:30:00Z': false, // EXDATE
      '2026-01-07T07:30:00Z': false, // moved to the evening
      '2026-01-07T20:30:00Z': true,
      '2026-01-08T07:30:00Z': false, // cancelled
      '2026-01-10T07:30:00Z': true, // UNTIL is inclusive
      '2026-01-11T07:30:00Z': false,
    })
  })

  it('of freezes is open until an event covers the time, and names it', () => {
    const text = calendar(...event('DTSTART;VALUE=DATE:20251224', 'DTEND;VALUE=DATE:20260102', 'RRULE:FREQ=YEARLY'))
    at(text, { '2026-12-23T23:59:59Z': true, '2026-12-24T00:00:00Z': false, '2027-01-02T00:00:00Z': true }, 'open')
    assert.deepEqual(opened(text, 'open')(Date.parse('2026-12-25T00:00:00Z')), {
      open: false,
      why: 'hours is closed until 2027-01-02 00:00 UTC: Hours',
    })
  })

  it('answers for any instant in any order', () => {
    const ask = opened(BERLIN)
    assert.equal(ask(Date.parse('2030-01-07T10:00:00Z')).open, true)
    assert.equal(ask(Date.parse('2026-01-05T10:00:00Z')).open, true)
    assert.equal(ask(Date.parse('1999-01-05T10:00:00Z')).open, false)
  })

  const refused: [string, string, { line: number; message: RegExp }][] = [
    ['that is none', 'hello', { line: 1, message: /^this is not an iCalendar file/ }],
    [
      'with a time zone that nobody knows',
      calendar(...event('DTSTART;TZID=Middle/Earth:20260105T080000', 'DURATION:PT1H')),
      { line: 7, message: /^the time zone "Middle\/Earth" is neither in this file nor an IANA name$/ },
    ],
    [
      'with a rule by the minute',
      calendar(...event('DTSTART:20260105T080000Z', 'DURATION:PT1M', 'RRULE:FREQ=MINUTELY')),
      { line: 9, message: /^FREQ=MINUTELY is not supported/ },
    ],
    [
      'with a rule that finds no date, instead of looking for ever',
      calendar(...event('DTSTART:20260105T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31')),
      { line: 9, message: /^an RRULE finds no date$/ },
    ],
    [
      'with an event that does not last',
      calendar(...event('DTSTART:20260105T080000Z', 'DTEND:20260105T080000Z')),
      { line: 8, message: /does not end after it starts$/ },
    ],
  ]
  for (const [what, text, { line, message }] of refused)
    it(`${what} is refused with its line (P12)`, () => {
      const read = readCalendar('hours', text, 'closed')
      assert.ok(!read.ok)
      assert.equal(read.line, line)
      assert.match(read.message, message)
    })

  it('that cannot be worked out any further is closed, and stays so (P5)', () => {
    const text = calendar(...event('DTSTART:20200101T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY'))
    const ask = opened(text, 'open')
    const far = Date.UTC(2400, 0, 1, 12)
    for (let time = 0; time < 2; time++) {
      const answer = ask(far)
      assert.equal(answer.open, false)
      assert.match(answer.why, /^hours cannot be worked out: "Hours" repeats too often$/)
    }
  })
})
