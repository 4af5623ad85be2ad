// Owns the specification of causes: what belongs together and why, which CI is the root, and when growth is told.
import assert from 'node:assert/strict'
import {
  type Arrival,
  begun,
  type Cause,
  causeOf,
  grown,
  hasNewSymptom,
  isTelling,
  isUntold,
  milestone,
  rootOf,
} from '../../src/core/storm.ts'

const hour = 3_600_000
const ci = (name: string) => ({ id: name.padEnd(32, '0'), name })
const id = (name: string) => ci(name).id
const arrival = (name: string | null, changes: Partial<Arrival> = {}): Arrival => ({
  key: `alert-${name}`,
  isAlert: true,
  ci: name === null ? null : ci(name),
  above: [],
  below: [],
  symptom: 'SiteDown',
  ...changes,
})
const cause = (key: string, at: number, ...members: readonly Arrival[]): Cause => {
  const [first = arrival('none'), ...others] = members
  return others.reduce((all, each) => grown(all, each, at, hour), begun(key, first, at))
}
const why = (one: Arrival, causes: readonly Cause[], at = 0) => {
  const found = causeOf(one, causes, at, hour)
  return found && [found.cause.key, found.why]
}

describe('the cause of an alert', () => {
  const web = arrival('web', { above: [id('lb')] })

  it('is the open one of its CI, whatever the symptom', () => {
    assert.deepEqual(why(arrival('web', { key: 'other', symptom: 'Slow' }), [cause('S1', 0, web)]), ['S1', 'same CI'])
  })

  it('is the one of a CI that it depends on', () => {
    assert.deepEqual(why(web, [cause('S1', 0, arrival('lb'))]), ['S1', 'web depends on lb'])
  })

  it('is the one of a CI that depends on it, from whichever side that is known', () => {
    assert.deepEqual(why(arrival('lb', { below: [id('web')] }), [cause('S1', 0, arrival('web'))]), [
      'S1',
      'web depends on lb',
    ])
    assert.deepEqual(why(arrival('lb'), [cause('S1', 0, web)]), ['S1', 'web depends on lb'])
  })

  it('is another one where both are only used by the same service', () => {
    const shop = arrival('shop', { above: [id('web'), id('web2')] })
    const causes = [cause('S1', 0, arrival('web'), shop)]
    assert.equal(why(arrival('web2', { below: [id('shop')] }), causes), null)
  })

  it('is another one where they have nothing in common', () => {
    assert.equal(why(arrival('db'), [cause('S1', 0, arrival('web'))]), null)
  })

  it('is another one after the window, which moves on with each late member', () => {
    const old = cause('S1', 0, web)
    assert.equal(why(arrival('web', { key: 'b' }), [old], hour), null)
    const moved = grown(old, arrival('web', { key: 'b' }), hour / 2, hour)
    assert.deepEqual(why(arrival('web', { key: 'c' }), [moved], hour), ['S1', 'same CI'])
  })

  it('is told by the symptom alone only where neither side has a CI', () => {
    const lost = cause('S1', 0, arrival(null))
    assert.deepEqual(why(arrival(null, { key: 'b' }), [lost]), ['S1', 'same signature'])
    assert.equal(why(arrival(null, { key: 'b', symptom: 'Other' }), [lost]), null)
    assert.equal(why(arrival(null, { key: 'b' }), [cause('S2', 0, web)]), null)
    assert.equal(why(arrival('db'), [lost]), null)
  })

  it('is its own for whoever began it, and the earliest of several', () => {
    const two = [cause('S2', 5, web), cause('S1', 1, arrival('web', { key: 'first' }))]
    assert.deepEqual(why(arrival('web', { key: 'new' }), two, 6), ['S1', 'same CI'])
    assert.deepEqual(why(web, two, 6), ['S2', 'it came first'])
  })

  it('is the same object where a member brings nothing new, so that nothing is written', () => {
    const one = cause('S1', 0, web)
    assert.equal(grown(one, { ...web, key: 'b' }, 1, hour), one)
  })

  it('keeps an end to how many CIs and symptoms it remembers', () => {
    const many = Array.from({ length: 200 }, (_, n) => arrival(`h${n}`, { symptom: `s${n}`, above: [id('lb')] }))
    const { cis, symptoms } = cause('S1', 0, ...many)
    assert.deepEqual([cis.length, symptoms.length], [40, 50])
  })
})

describe('the root candidate', () => {
  it('is the most upstream CI that has members itself, with what depends on it', () => {
    const members = [
      arrival('app', { above: [id('web'), id('lb')] }),
      arrival('web', { above: [id('lb')] }),
      arrival('lb', { above: [id('power')] }),
    ]
    assert.deepEqual(rootOf(cause('S1', 0, ...members)), { ci: 'lb', reason: 'app and 1 more depend on it' })
  })

  it('is the earliest where none depends on another, and nobody where there is but one', () => {
    assert.deepEqual(rootOf(cause('S1', 0, arrival('a'), arrival('b'))), { ci: 'a', reason: 'it was hit first' })
    assert.equal(rootOf(cause('S1', 0, arrival('a'))), null)
    assert.equal(rootOf(cause('S1', 0, arrival(null))), null)
  })
})

describe('the telling of growth', () => {
  const at = (members: number, resolved = 0) => ({ members, resolved })

  it('comes at 1, 2, 5, 10, 20, 50, 100, …', () => {
    const reached = Array.from({ length: 1000 }, (_, n) => milestone(n + 1))
    assert.deepEqual([...new Set(reached)], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
    assert.ok(isTelling(at(2), at(5)))
    assert.ok(!isTelling(at(5), at(9)))
  })

  it('says nothing of one alert that fires, which its incident says already', () => {
    assert.ok(!isUntold(at(0), at(1)))
    assert.ok(isUntold(at(0), at(1, 1)))
  })

  it('comes when the last one is resolved, whatever the number', () => {
    assert.ok(isTelling(at(7, 6), at(7, 7)))
  })

  it('knows an alert that fires again, and none that was forgotten', () => {
    assert.ok(isUntold(at(3, 2), at(3, 1)))
    assert.ok(!isUntold(at(3, 2), at(2, 1)))
    assert.ok(!isUntold(at(3, 2), at(3, 2)))
  })

  it('counts a new symptom as news once it was told at all', () => {
    const told = { members: 2, resolved: 0, symptoms: 1 }
    assert.ok(hasNewSymptom({ told, symptoms: ['a', 'b'] }))
    assert.ok(!hasNewSymptom({ told, symptoms: ['a'] }))
    assert.ok(!hasNewSymptom({ told: { members: 0, resolved: 0, symptoms: 0 }, symptoms: ['a'] }))
  })
})
