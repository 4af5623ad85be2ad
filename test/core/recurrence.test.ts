// Owns the proof of what counts as coming back: the same whatever the order, each incident once (P8).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type IncidentContext, known, unknown } from '../../src/core/incident.ts'
import {
  countWithin,
  ownTime,
  REMEMBERED,
  recurringValue,
  type Sighting,
  sighted,
  sightingsOf,
} from '../../src/core/recurrence.ts'
import { ci, minute, t0 } from './given.ts'

/** Tries every span that begins at an incident, in the plainest way. */
function bruteForce(all: readonly Sighting[], one: Sighting, withinMs: number): number {
  const others = all.filter((each) => each.incident !== one.incident)
  const counts = [...others, one].map(({ at: from }) => {
    if (one.at < from || one.at >= from + withinMs) return 0
    return [...others, one].filter(({ at }) => at >= from && at < from + withinMs).length
  })
  return Math.max(...counts)
}

const sightings = fc.array(
  fc.record({ incident: fc.integer({ min: 0, max: 30 }).map(String), at: fc.integer({ min: 0, max: 200 }) }),
  { maxLength: 40 },
)
const once = (all: readonly Sighting[]) => [...new Map(all.map((each) => [each.incident, each])).values()]

describe('what comes back', () => {
  it('is the fullest span of the time that holds the incident, as counted by brute force', () => {
    fc.assert(
      fc.property(
        sightings,
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (given, at, within) => {
          const all = once(given)
          const one = { incident: 'this', at }
          assert.equal(countWithin(all, one, within), bruteForce(all, one, within))
        },
      ),
    )
  })

  it('is the same in any order: of a set that is told shuffled, the last one completes it (P8)', () => {
    const three = [10, 20, 30].map((at) => ({ incident: `at ${at}`, at }))
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ]) {
      let before: readonly Sighting[] = []
      const counts = order.map((index) => {
        const one = three[index] as Sighting
        const counted = countWithin(before, one, 60)
        before = sighted(before, one, 60)
        return counted
      })
      assert.deepEqual(counts, [1, 2, 3], order.join())
    }
  })

  it('keeps each incident once, and what is told late by up to the time (P8)', () => {
    fc.assert(
      fc.property(sightings, fc.integer({ min: 201, max: 400 }), (given, within) => {
        const kept = given.reduce<readonly Sighting[]>((before, each) => sighted(before, each, within), [])
        assert.deepEqual(
          kept.map(({ incident }) => incident).toSorted(),
          [...new Set(given.map(({ incident }) => incident))].toSorted(),
        )
      }),
    )
    const late = sighted([{ incident: 'new', at: 1000 }], { incident: 'late', at: 901 }, 100)
    assert.equal(late.length, 2)
    assert.deepEqual(sighted(late, { incident: 'too late', at: 800 }, 100), late)
  })

  it(`remembers the ${REMEMBERED} newest, which is as many as a runbook may ask for`, () => {
    const many = Array.from({ length: REMEMBERED + 5 }, (_, at) => ({ incident: `${at}`, at }))
    const kept = sighted(many, { incident: 'last', at: REMEMBERED + 5 }, 1_000_000)
    assert.equal(kept.length, REMEMBERED)
    assert.equal(kept[0]?.incident, '6')
    assert.equal(countWithin(kept, { incident: 'last', at: REMEMBERED + 5 }, 1_000_000), REMEMBERED)
  })

  it('reads of a stored counter only what is one', () => {
    assert.deepEqual(sightingsOf([{ incident: 'a', at: 1 }, { incident: 1, at: 1 }, null, 'x', { at: 2 }]), [
      { incident: 'a', at: 1 },
    ])
    assert.deepEqual(sightingsOf('x'), [])
  })
})

describe('the own time of an incident', () => {
  const opened = (value: string) => ({ facts: { opened_at: known(value, 'test', t0) } })
  it('is the same as the calendar of this machine says, for every day', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2400-01-01'), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString().slice(0, 19)
          assert.equal(ownTime(opened(text.replace('T', ' ')), Number.MAX_SAFE_INTEGER), Date.parse(`${text}Z`))
        },
      ),
    )
  })
  it('is unknown where it cannot be read, is to come, or is not told (P5)', () => {
    for (const text of ['', '29-02-2016 01:16', '2026-13-01 00:00:00', '2026-01-01T00:00:00+02:00', 'yesterday'])
      assert.equal(ownTime(opened(text), Number.MAX_SAFE_INTEGER), undefined, text)
    assert.equal(ownTime(opened('2030-01-01 00:00:00'), Date.parse('2026-01-01')), undefined)
    assert.equal(ownTime({ facts: { opened_at: unknown('hidden', 'test', t0) } }, t0), undefined)
  })
})

describe('what recurrence counts by', () => {
  const context = (facts: { readonly [name: string]: string }, withCi = true): IncidentContext => ({
    readAt: t0,
    ...(withCi ? { ci: ci('web-01', { driver: '4.2' }) } : {}),
    incident: {
      sysId: '1',
      number: 'INC1',
      state: 'new',
      shortDescription: '',
      text: '',
      reopened: 0,
      facts: Object.fromEntries(
        Object.entries(facts).map(([name, value]) => [name, known(value, 'test', t0 - minute)]),
      ),
    },
  })
  it('is any fact of the incident, else of its CI', () => {
    assert.equal(recurringValue(context({ driver: '1' }), 'driver', undefined), '1')
    assert.equal(recurringValue(context({}), 'driver', undefined), '4.2')
    assert.equal(recurringValue(context({ driver: '' }, false), 'driver', undefined), undefined)
  })
  it('knows queue, site and signature by what they are where nothing is mapped to them', () => {
    const one = context({ assignment_group: 'Web L2', location: 'Lisbon' })
    assert.equal(recurringValue(one, 'queue', undefined), 'Web L2')
    assert.equal(recurringValue(one, 'site', undefined), 'Lisbon')
    assert.equal(recurringValue(context({ site: '', location: 'Lisbon' }), 'site', undefined), undefined)
    assert.deepEqual(recurringValue(one, 'signature', 'errors'), [one.ci?.sysId, 'errors'])
    assert.equal(recurringValue(context({ signature: '' }), 'signature', 'errors'), undefined)
    assert.equal(recurringValue(context({}, false), 'signature', 'errors'), undefined)
  })
})
