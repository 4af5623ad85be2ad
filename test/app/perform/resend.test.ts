// Owns the specs of sending the same key again: not once somebody, or the brake, has said that nothing more leaves (P11).
import assert from 'node:assert/strict'
import { follow } from '../../../src/app/perform/follow.ts'
import type { Run, RunEvent } from '../../../src/core/run.ts'
import { stepOf } from '../../../src/core/step-state.ts'
import {
  after,
  braked,
  check,
  draft,
  ended,
  failed,
  finished,
  on,
  started,
  step,
  stopRequested,
  t0,
  takenOver,
  undoRequested,
  undoStarted,
  verified,
} from '../../core/given.ts'
import { assessed, underWay, world } from './given.ts'

const at = on('a', 'v')
const of = draft(['v'], (host) => [step('a', host, { preflight: null })])

/** The keys that left while a request was followed of which its endpoint knows nothing; `during`: said during its checks. */
async function resent(before: Run, which: 'action' | 'rollback', ...during: readonly RunEvent[]) {
  const seen = world(before, {
    assess: (now) => {
      now.meanwhile(...during)
      return assessed(before)
    },
  })
  // A rollback is gated by the freeze alone: what is said meanwhile comes while that is read.
  const { get } = seen.store
  if (which === 'rollback')
    seen.store.get = async (...wanted) => {
      const found = await get(...wanted)
      if (wanted[0] === 'freeze') seen.meanwhile(...during)
      return found
    }
  const sent = stepOf(before, at)[which]
  assert.ok(sent)
  const performed = await follow(seen.work(), { do: 'follow', at, which, sent })
  return { left: seen.launched, key: sent.key, recorded: seen.recorded, performed }
}

describe('a key that its endpoint does not know', () => {
  const action = underWay(of, started(at))
  const rollback = underWay(of, ...failed(at), undoStarted(at))
  const undoing = underWay(of, started(at), ended(at), verified(at), takenOver(), undoRequested, undoStarted(at))

  it('is sent again where nothing was said', async () => {
    for (const [run, which] of [
      [action, 'action'],
      [rollback, 'rollback'],
      [undoing, 'rollback'],
    ] as const) {
      const { left, key, recorded } = await resent(run, which)
      assert.deepEqual(left, [key])
      assert.equal(recorded[0], 'waited')
    }
  })

  const words: readonly (readonly [string, RunEvent])[] = [
    ['a stop', stopRequested],
    ['a take-over', takenOver()],
    ['an end', finished('needsHuman')],
  ]
  for (const [name, said] of words)
    it(`is not sent again after ${name} during the checks, be it an action or a rollback (P11)`, async () => {
      for (const [run, which] of [
        [action, 'action'],
        [rollback, 'rollback'],
        [undoing, 'rollback'],
      ] as const) {
        const { left, recorded, performed } = await resent(run, which, said)
        assert.deepEqual(left, [])
        assert.deepEqual(recorded, ['refused: nothing more is sent'])
        assert.notEqual(performed, 'done')
      }
    })

  it('is not sent again after the brake: no action, and no rollback that a person asked for', async () => {
    assert.deepEqual((await resent(action, 'action', braked())).left, [])
    assert.deepEqual((await resent(undoing, 'rollback', braked())).left, [])
  })

  it('is not sent again where that was said before its checks', async () => {
    for (const said of [takenOver(), braked()])
      assert.deepEqual((await resent(after(action, t0, said), 'action')).left, [])
    assert.deepEqual((await resent(after(rollback, t0, takenOver()), 'rollback')).left, [])
  })

  it('of the rollback that a failure owes is sent again under the brake', async () => {
    const { left, key } = await resent(rollback, 'rollback', braked())
    assert.deepEqual(left, [key])
  })
})

it('a key is not sent again while the alarm of the rollout is raised, or cannot be told (P2)', async () => {
  const two = draft(['v', 'w'], (host) => [step('a', host, { preflight: null })], { alarm: check('prom.errors') })
  const before = underWay(two, started(on('a', 'w')), started(at))
  const looks = []
  for (const outcome of ['failed', 'unknown'] as const) {
    const seen = world(before, {
      endpoint: {
        launch: async () => ({ state: 'ended', outcome, reason: 'too many errors', result: null, handle: 'h' }),
      },
    })
    const sent = stepOf(before, at).action
    assert.ok(sent)
    await follow(seen.work(), { do: 'follow', at, which: 'action', sent })
    assert.equal(seen.launched.includes(sent.key), false)
    looks.push(seen.launched.length)
  }
  assert.deepEqual(looks, [1, 1], 'the alarm was looked at')
})
