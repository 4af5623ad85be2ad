// Owns the proof of what becomes of an alert where something it needs cannot be told, or breaks.
import assert from 'node:assert/strict'
import { alerts } from '../../src/app/alerts.ts'
import type { Deps } from '../../src/app/deps.ts'
import { neighbourhood } from '../../src/app/neighbourhood.ts'
import { type Storms, storms } from '../../src/app/storms.ts'
import { PortError } from '../../src/ports/errors.ts'
import { depsOf, firing, hour, noJournal } from './given-storms.ts'

describe('an alert', () => {
  let now = 0
  const both = (over: object): { deps: Deps; it: Storms } => {
    const deps = depsOf(() => now, over)
    return { deps, it: storms(deps, noJournal, async () => {}) }
  }
  const ci = { sysId: 'a'.repeat(32), name: 'web', facts: {} }

  beforeEach(() => {
    now = 10 * hour
  })

  it('is declined with the reason where what is open on its CI may not be read, and opens nothing (P5)', async () => {
    let opened = 0
    const { deps, it } = both({
      tickets: {
        findCis: async () => [ci],
        openOn: () => Promise.reject(new PortError('denied', 'no right to read incident')),
        open: async () => {
          opened += 1
        },
      },
    })
    await alerts(deps, noJournal, it)('E1', firing('a'))
    const { sums } = await it.ledger.tally()
    assert.deepEqual(sums.declined, {
      'whether an incident is open on its CI cannot be told: no right to read incident': 1,
    })
    assert.equal(opened, 0)
  })

  it('is counted as declined, once, where runbot meets a bug over it', async () => {
    const { deps, it } = both({ tickets: { findCis: () => Promise.reject(new TypeError('a bug')) } })
    const handle = alerts(deps, noJournal, it)
    await assert.rejects(handle('E1', firing('a')), TypeError)
    const { sums } = await it.ledger.tally()
    assert.deepEqual(sums.declined, { 'runbot met a bug': 1 })
  })

  it('asks soon again what its CI depends on where that could not be read, and seldom where it could', async () => {
    let asked = 0
    let known = false
    const neighbours = async () => {
      asked += 1
      return known
        ? { known: true, value: [{ sysId: 'lb', direction: 'up', depth: 1 }] }
        : { known: false, reason: 'it timed out' }
    }
    const it = neighbourhood(depsOf(() => now, { surroundings: { neighbours } }))
    assert.deepEqual(await it.around('web'), { above: [], below: [] })
    await it.around('web')
    assert.equal(asked, 1)
    known = true
    now += 6_000
    assert.deepEqual(await it.around('web'), { above: ['lb'], below: [] })
    now += 60_000
    await it.around('web')
    assert.equal(asked, 2)
  })
})
