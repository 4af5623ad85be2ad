// Owns the specs of an end, an expiry, a retry and the caller's word that were owed a moment ago: what was said since counts.
import assert from 'node:assert/strict'
import { confirm } from '../../../src/app/perform/confirm.ts'
import { expire, finish, retry } from '../../../src/app/perform/ladder.ts'
import {
  after,
  ana,
  approved,
  asking,
  braked,
  confirmAsked,
  confirmed,
  done,
  draft,
  ended,
  failed,
  finished,
  minute,
  on,
  plan,
  preflighted,
  started,
  step,
  stepAsked,
  stopRequested,
  t0,
  takenOver,
  undone,
  undoRequested,
} from '../../core/given.ts'
import { owing, underWay, world } from './given.ts'

const a = on('a')
const of = draft(['web-01'], (host) => [step('a', host)])
const owedNoMore = ['refused: it is owed no more']

describe('an end', () => {
  const before = underWay(of, ...done(a), takenOver())

  it('is recorded where it is still owed', async () => {
    const seen = world(before)
    assert.equal(await finish(seen.work(), owing(before, 'finish')), 'done')
    assert.equal(seen.run.status, 'succeeded')
  })

  it('is not recorded once a person has asked for a rollback', async () => {
    const seen = world(before)
    seen.meanwhile(undoRequested)
    await finish(seen.work(before), owing(before, 'finish'))
    assert.deepEqual(seen.recorded, owedNoMore)
    owing(seen.run, 'rollBack')
  })

  it('is not recorded where another end is owed by now', async () => {
    const seen = world(before)
    const stale = { ...owing(before, 'finish'), status: 'failed' } as const
    await finish(seen.work(), stale)
    assert.deepEqual(seen.recorded, owedNoMore)
  })
})

describe('an expiry', () => {
  const late = t0 + 31 * minute

  it('is recorded where nobody has decided', async () => {
    const seen = world(asking(of))
    seen.now = late
    assert.equal(await expire(seen.work(), owing(seen.run, 'expire', undefined, late)), 'done')
    assert.equal(seen.run.finished?.status, 'expired')
  })

  it('is not recorded where the approval came in that moment', async () => {
    const before = asking(of)
    const seen = world(before)
    seen.now = late
    seen.meanwhile(approved(ana))
    await expire(seen.work(before), owing(before, 'expire', undefined, late))
    assert.deepEqual(seen.recorded, owedNoMore)
    assert.equal(seen.run.finished, null)
  })

  it('of a step is not recorded once somebody has taken the run over', async () => {
    const asks = draft(['web-01'], (host) => [step('a', host, { approval: 'always' })])
    const first = after(asking(asks), t0, approved(ana), { type: 'executionStarted', plan })
    const before = after(after(first, t0, stepAsked('a')), late, preflighted(a))
    const seen = world(before)
    seen.now = late
    seen.meanwhile(takenOver())
    await expire(seen.work(before), owing(before, 'expire', undefined, late))
    assert.deepEqual(seen.recorded, owedNoMore)
  })
})

describe('a retry of runbot’s own', () => {
  const again = draft(['web-01'], (host) => [step('a', host, { retry: { max: 2, afterMs: minute } })])
  const before = underWay(again, ...failed(a), ...undone(a))
  const due = owing(before, 'retry', undefined, t0 + minute)

  it('is recorded where nobody holds the run back', async () => {
    const seen = world(before)
    assert.equal(await retry(seen.work(), due), 'done')
    assert.deepEqual(seen.recorded, ['retried'])
  })

  it('is refused after a stop, a take-over, the brake, a wish to undo, or an end (P11)', async () => {
    for (const said of [stopRequested, takenOver(), braked(), undoRequested, finished('needsHuman')]) {
      const seen = world(before)
      seen.meanwhile(said)
      await retry(seen.work(before), due)
      assert.deepEqual(seen.recorded, ['refused: nothing new is started any more'], said.type)
    }
  })
})

describe('the time to confirm', () => {
  const asks = draft(['web-01'], (host) => [
    step('a', host, { verify: null, confirm: { by: 'caller', withinMs: 5 * minute } }),
  ])
  const before = underWay(asks, preflighted(a), started(a), ended(a), confirmAsked(a))
  const waiting = owing(before, 'confirm')

  it('is over where nobody has answered', async () => {
    const seen = world(before)
    seen.now = t0 + 5 * minute
    assert.equal(await confirm(seen.work(), waiting), 'done')
    assert.deepEqual(seen.recorded, ['confirmed'])
    assert.equal(seen.run.steps['web-01']?.['a']?.confirm?.ended?.ok, false)
  })

  it('does not overrule an answer that came in that very moment', async () => {
    const seen = world(before)
    seen.now = t0 + 5 * minute
    seen.meanwhile(confirmed(a))
    await confirm(seen.work(before), waiting)
    assert.deepEqual(seen.recorded, [])
    assert.equal(seen.run.steps['web-01']?.['a']?.confirm?.ended?.ok, true)
  })
  it('says nothing more of a run that has ended in that moment', async () => {
    const seen = world(before)
    seen.now = t0 + 5 * minute
    seen.meanwhile(stopRequested, finished('cancelled'))
    await confirm(seen.work(before), waiting)
    assert.deepEqual(
      seen.recorded.filter((each) => !each.startsWith('refused')),
      [],
    )
  })
})
