// Owns the specs of the last moment before a request leaves: time passed since it was looked at, and what became true meanwhile.
import assert from 'node:assert/strict'
import { addFreeze } from '../../../src/app/freezes.ts'
import { flapsOf } from '../../../src/app/locks.ts'
import { act } from '../../../src/app/perform/act.ts'
import type { Performing } from '../../../src/app/perform/context.ts'
import { follow } from '../../../src/app/perform/follow.ts'
import { rollBack } from '../../../src/app/perform/ladder.ts'
import { stepOf } from '../../../src/core/step-state.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { draft, failed, on, preflighted, started, step, stopRequested } from '../../core/given.ts'
import { owing, underWay, type World, world } from './given.ts'

const v = on('a', 'v')
const of = draft(['v'], (host) => [step('a', host)])
const second = 1_000

/** The work of a process that stands still for so long when its start was recorded, and what happens meanwhile. */
function stopped(at: World, ms: number, meanwhile: () => Promise<unknown>, more: Partial<Performing> = {}): Performing {
  const work = at.work()
  return {
    ...work,
    async transact(decide, evidence) {
      const performed = await work.transact(decide, evidence)
      if (at.recorded.at(-1)?.endsWith('Started')) {
        at.now += ms
        await meanwhile()
      }
      return performed
    },
    ...more,
  }
}

const freeze = ({ store, now }: World) =>
  addFreeze(store, { scope: 'all', by: 'Maya', byId: 'maya', reason: 'smoke', at: now })

describe('a request whose start is on record', () => {
  /** An action that is begun by such a process. */
  async function begun(ms: number, meanwhile: (at: World) => Promise<unknown>, more: Partial<Performing> = {}) {
    const run = underWay(of, preflighted(v))
    const at = world(run)
    const acting = act(
      stopped(at, ms, () => meanwhile(at), more),
      owing(run, 'act', 'v'),
    )
    return { at, acting }
  }

  it('does not leave where all was frozen while its process stood still (P11)', async () => {
    const { at, acting } = await begun(3 * second, freeze)
    await acting
    assert.deepEqual(at.launched, [])
    assert.deepEqual(at.recorded, ['actionStarted', 'actionEnded'])
    const { action } = at.run.steps['v']?.['a'] ?? {}
    assert.equal(action?.ended?.effect, 'none')
    assert.match(action?.ended?.reason ?? '', /^freeze: everything is frozen by Maya/)
  })

  it('does not leave where another process took the run over meanwhile, and says nothing of it (P3)', async () => {
    const renew = async () => {
      throw new PortError('conflict', 'somebody else took it over')
    }
    const { at, acting } = await begun(3 * second, async () => undefined, { renew })
    await assert.rejects(acting, { kind: 'conflict' })
    assert.deepEqual(at.launched, [])
    assert.deepEqual(at.recorded, ['actionStarted'])
  })

  it('leaves after a while where nothing is in its way', async () => {
    const { at, acting } = await begun(3 * second, async () => undefined)
    await acting
    assert.equal(at.launched.length, 1)
  })

  it('is not looked at twice where no time has passed', async () => {
    let renewals = 0
    const renew = async () => {
      renewals += 1
      return underWay(of)
    }
    const { at, acting } = await begun(0, async () => undefined, { renew })
    await acting
    assert.equal(at.launched.length, 1)
    assert.equal(renewals, 0)
  })
})

describe('a rollback whose start is on record', () => {
  const run = () => underWay(of, preflighted(v), ...failed(v))

  it('does not leave where all was frozen while its process stood still (P11)', async () => {
    const at = world(run())
    await rollBack(
      stopped(at, 3 * second, () => freeze(at)),
      owing(at.run, 'rollBack', 'v'),
    )
    assert.deepEqual(at.launched, [])
    assert.deepEqual(at.recorded, ['rollbackStarted', 'rollbackEnded'])
  })

  it('leaves where a person released it from the freeze', async () => {
    const released = { ...run(), released: true } as unknown as World['run']
    const at = world(released)
    await rollBack(
      stopped(at, 3 * second, () => freeze(at)),
      owing(at.run, 'rollBack', 'v'),
    )
    assert.equal(at.launched.length, 1)
  })
})

describe('a request that was checked long ago, because its process stood still', () => {
  const bare = draft(['v'], (host) => [step('a', host, { preflight: null })])
  const minute = 60 * second

  it('is not sent for the first time (P2)', async () => {
    const run = underWay(bare)
    const at = world(run)
    const slow = {
      ...at.work(),
      authority: {
        standing: async () => {
          at.now += 10 * minute
          return { groups: ['owner'], unknown: [] }
        },
      },
    } as unknown as Performing
    await act(slow, owing(run, 'act', 'v'))
    assert.deepEqual([at.launched, at.recorded.includes('actionStarted')], [[], false])
  })

  it('is not sent again with its key, nor after a stop that came meanwhile (P2, P11)', async () => {
    const run = underWay(bare, started(v))
    const at = world(run)
    const open = stepOf(run, v).action ?? assert.fail('no action')
    const sent = { ...open, request: { ...open.request, timeoutMs: 60 * minute } }
    const work = at.work()
    const paused: Performing = {
      ...work,
      async transact(decide, evidence) {
        const performed = await work.transact(decide, evidence)
        if (at.recorded.at(-1) === 'waited') {
          at.now += 3 * second
          at.meanwhile(stopRequested)
        }
        return performed
      },
    }
    await follow(paused, { do: 'follow', at: v, which: 'action', sent })
    assert.deepEqual(at.launched, [])
  })

  it('is given up at its deadline where each look takes longer than it counts', async () => {
    const run = underWay(bare)
    const at = world(run)
    let looks = 0
    const renew = async () => {
      at.now += 600
      looks += 1
      return at.run
    }
    await act(
      stopped(at, second, async () => undefined, { renew }),
      owing(run, 'act', 'v'),
    )
    assert.deepEqual(at.launched, [])
    assert.ok(looks > 1 && looks < 100, `${looks} looks`)
  })

  it('stays counted for anti-flap where its start was written and the answer lost (P7)', async () => {
    const run = underWay(bare)
    const at = world(run)
    const [first] = run.draft?.targets ?? []
    const counted = async () => (first ? await flapsOf(at.store, 'restart-iis', first, 'another') : []).length
    const work = at.work()
    const lost: Performing = {
      ...work,
      async transact(decide, evidence) {
        await work.transact(decide, evidence)
        throw new PortError('unavailable', 'the answer was lost', { mayHaveHappened: true })
      },
    }
    await assert.rejects(act(lost, owing(run, 'act', 'v')), { kind: 'unavailable' })
    assert.equal(await counted(), 1)
    // The same work once more, by a state that does not know of the start.
    await act(at.work(run), owing(run, 'act', 'v'))
    assert.deepEqual([await counted(), at.launched], [1, []])
  })
})
