// Owns the specs of sending beside another target: its lock, its count for anti-flap, and for how long it is held.
import assert from 'node:assert/strict'
import { flapsOf, reserveFlap, takeLocks } from '../../../src/app/locks.ts'
import { act } from '../../../src/app/perform/act.ts'
import type { Performed } from '../../../src/app/perform/context.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import { PortError } from '../../../src/ports/errors.ts'
import {
  after,
  done,
  draft,
  ended,
  failed,
  finished,
  minute,
  on,
  preflighted,
  retried,
  started,
  step,
  t0,
} from '../../core/given.ts'
import { assessed, owing, underWay, world } from './given.ts'

const [v, w] = [on('a', 'v'), on('a', 'w')]
const two = draft(['v', 'w'], (host) => [step('a', host, { rollback: null, retry: { max: 3 } })], {
  waves: [['v', 'w']],
  concurrency: 2,
})
const [first] = two.targets
assert.ok(first)

describe('a plan that has changed', () => {
  /** The lock of v after w found another plan; `meanwhile`: v has begun since w's work was taken up. */
  async function lockOfFirst(meanwhile: boolean) {
    const before = underWay(two, preflighted(v), preflighted(w))
    const of = world(before, { assess: () => assessed(before, { parameters: { pool: 'Other' } }) })
    assert.equal(await takeLocks(of.store, { id: 'r-1', seq: 1 }, two.targets), null)
    if (meanwhile) of.meanwhile(started(v))
    await act(of.work(before), owing(before, 'act', 'w'))
    return { lock: await of.store.get('lock', 'id-v'), recorded: of.recorded }
  }

  it('keeps every lock where another target has begun meanwhile (P7)', async () => {
    const { lock, recorded } = await lockOfFirst(true)
    assert.deepEqual(recorded, ['refused: something was already sent, so the plan cannot change any more'])
    assert.deepEqual(lock?.value, { run: 'r-1', seq: 1 })
  })

  it('gives the locks back where it asks again', async () => {
    const { lock, recorded } = await lockOfFirst(false)
    assert.deepEqual(recorded, ['planned', 'decided'])
    assert.equal(lock?.value ?? null, null)
  })
})

describe('a request that never left', () => {
  const refused = async () => {
    throw new PortError('unavailable', 'refused')
  }
  const of = draft(['v'], (host) => [step('a', host, { rollback: null, retry: { max: 1, afterMs: 0 } })])
  /** How often anti-flap counts the target for others after this attempt; `before`: an attempt that left. */
  async function counted(before: readonly RunEvent[]) {
    const run = underWay(of, ...before, preflighted(v))
    const at = world(run, { endpoint: { launch: refused } })
    assert.ok(first)
    if (before.length > 0) await reserveFlap(at.store, 'restart-iis', first, 'r-1', t0)
    await act(at.work(), owing(run, 'act', 'v'))
    assert.deepEqual(at.recorded, ['actionStarted', 'actionEnded'])
    assert.equal(at.launched.length, 1)
    return (await flapsOf(at.store, 'restart-iis', first, 'another')).length
  }

  it('keeps the count of the attempt before it, which did (P7)', async () => {
    assert.equal(await counted([...failed(v), retried(v, 2, null)]), 1)
  })

  it('is not counted where it was the first', async () => {
    assert.equal(await counted([]), 0)
  })
})

describe('what cannot be checked', () => {
  const silent = () => ({ ok: false, retry: true, problems: ['CMDB 503'] }) as const
  const again = { againMs: 5000 }

  /** Held at t0, and looked at again when its approval has long run out. */
  async function held(target: 'v' | 'w') {
    const of = world(underWay(two, preflighted(v), preflighted(w)), { assess: silent })
    assert.deepEqual(await act(of.work(), owing(of.run, 'act', target)), again)
    of.now = t0 + 40 * minute
    return of
  }
  const look = (of: Awaited<ReturnType<typeof held>>, target: 'v' | 'w'): Promise<Performed> => {
    of.meanwhile(preflighted(on('a', target)))
    return act(of.work(), owing(of.run, 'act', target, of.now))
  }

  it('stops the run after its time', async () => {
    const of = await held('v')
    assert.equal(await look(of, 'v'), 'done')
    assert.equal(of.run.finished?.status, 'expired')
  })

  it('gives each target a time of its own, whatever the run said that it waits for', async () => {
    const of = await held('v')
    assert.match(of.run.waiting?.reason ?? '', /CMDB 503/)
    assert.deepEqual(await look(of, 'w'), again)
    assert.equal(of.run.finished ?? of.run.brake, null)
  })

  it('starts its time anew once it could be checked', async () => {
    let answers = false
    const before = underWay(two, preflighted(v), preflighted(w))
    const of = world(before, { assess: () => (answers ? assessed(before) : silent()) })
    const due = owing(before, 'act', 'v')
    assert.deepEqual(await act(of.work(), due), again)
    of.now = t0 + 40 * minute
    answers = true
    await act(of.work(), due)
    assert.deepEqual(of.recorded, ['waited', 'refused: its preflight did not pass just now (P2)'])
    answers = false
    assert.deepEqual(await act(of.work(), due), again)
    assert.equal(of.run.finished ?? of.run.brake, null)
  })

  it('gives each step a time of its own', async () => {
    const steps = draft(['v'], (host) => [step('a', host), step('b', host)])
    const of = world(underWay(steps, preflighted(v)), { assess: silent })
    assert.deepEqual(await act(of.work(), owing(of.run, 'act')), again)
    of.now = t0 + 40 * minute
    of.meanwhile(...done(v), preflighted(on('b', 'v')))
    assert.deepEqual(await act(of.work(), owing(of.run, 'act', 'v', of.now)), again)
    assert.equal(of.run.finished ?? of.run.brake, null)
  })

  it('gives each attempt a time of its own', async () => {
    const of = await held('v')
    of.run = after(of.run, of.now, started(v), ended(v, 'failed'), finished('failed'), retried(v))
    assert.deepEqual(await look(of, 'v'), again)
    assert.equal(of.run.finished ?? of.run.brake, null)
  })
})
