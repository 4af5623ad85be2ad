// Owns the proof that a lock is one run's alone, whatever a process that stood still believes of it (P7).
import assert from 'node:assert/strict'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { lockKey, releaseLocks, takeLocks } from '../../src/app/locks.ts'
import type { Target } from '../../src/core/plan.ts'
import type { ChainRecord, Store } from '../../src/ports/store.ts'

const target = { name: 'web-01' } as Target
const targets = [target]

describe('the lock of a CI', () => {
  let store: Store
  const began = (id: string, status: string) =>
    store.append({ chain: id, version: null, entries: [], status, dueAt: null })
  const becomes = ({ chain, version }: ChainRecord, status: string) =>
    store.append({ chain, version, entries: [], status, dueAt: null })

  beforeEach(() => {
    store = memoryStore()
  })

  it('is refused while its run is at work, and taken over once that has ended', async () => {
    const held = await began('H', 'executing')
    await began('R', 'executing')
    assert.equal(await takeLocks(store, { id: 'H', seq: 1 }, targets), null)
    assert.equal(await takeLocks(store, { id: 'R', seq: 1 }, targets), 'H')
    await becomes(held, 'failed')
    assert.equal(await takeLocks(store, { id: 'R', seq: 1 }, targets), null)
  })

  it('is not taken from a run that was taken up again while the taker stood still', async () => {
    const ended = await began('H', 'failed')
    await began('R', 'executing')
    await takeLocks(store, { id: 'H', seq: 5 }, targets)
    let again: string | null | undefined
    const paused: Store = {
      ...store,
      async record(chain) {
        const found = await store.record(chain)
        if (chain === 'H' && again === undefined) {
          await becomes(ended, 'rollingBack')
          again = await takeLocks(store, { id: 'H', seq: 9 }, targets)
        }
        return found
      },
    }
    assert.equal(await takeLocks(paused, { id: 'R', seq: 1 }, targets), 'H')
    assert.equal(again, null)
  })

  it('stays where a process that stood still gives up what its run has taken anew since', async () => {
    await began('H', 'rollingBack')
    await began('R', 'executing')
    await takeLocks(store, { id: 'H', seq: 9 }, targets)
    await releaseLocks(store, { id: 'H', seq: 5 }, [lockKey(target)])
    assert.equal(await takeLocks(store, { id: 'R', seq: 1 }, targets), 'H')
    await releaseLocks(store, { id: 'H', seq: 9 }, [lockKey(target)])
    assert.equal(await takeLocks(store, { id: 'R', seq: 1 }, targets), null)
  })

  it('goes to exactly one of many that want it at once', async () => {
    const ids = Array.from({ length: 10 }, (_, i) => `R${i}`)
    for (const id of ids) await began(id, 'executing')
    const answers = await Promise.all(ids.map((id) => takeLocks(store, { id, seq: 1 }, targets)))
    assert.equal(answers.filter((each) => each === null).length, 1)
  })
})
