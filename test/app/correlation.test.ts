// Owns the proof that of many incidents with one cause one alone names the run that the others join (P8).
import assert from 'node:assert/strict'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { nameOpen, openRun } from '../../src/app/correlation.ts'
import type { Deps } from '../../src/app/deps.ts'

const hour = 3_600_000

describe('the run that incidents of one signature join', () => {
  let now = 0
  let deps: Deps
  const named = async () => (await openRun(deps, 'k'))?.run ?? null

  beforeEach(() => {
    now = 10 * hour
    deps = {
      store: memoryStore(),
      clock: { now: () => now },
      files: { current: () => ({ governance: { correlationWindowMs: hour } }) },
    } as unknown as Deps
  })

  it('is named by exactly one of many that arrive at once', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `R${i}`)
    const won = await Promise.all(ids.map((id) => nameOpen(deps, 'k', id, null)))
    assert.equal(won.filter(Boolean).length, 1)
    assert.equal(await named(), ids[won.indexOf(true)])
  })

  it('stays named when the one who named it comes again after a crash', async () => {
    assert.ok(await nameOpen(deps, 'k', 'R1', null))
    assert.ok(await nameOpen(deps, 'k', 'R1', null))
  })

  it('gives way to the next only where that one has seen it', async () => {
    await nameOpen(deps, 'k', 'R1', null)
    const seen = await openRun(deps, 'k')
    assert.equal(await nameOpen(deps, 'k', 'R2', null), false)
    assert.ok(await nameOpen(deps, 'k', 'R2', seen))
    assert.equal(await nameOpen(deps, 'k', 'R3', seen), false)
    assert.equal(await named(), 'R2')
  })

  it('is nobody’s after the window', async () => {
    await nameOpen(deps, 'k', 'R1', null)
    now += hour
    assert.equal(await named(), null)
    assert.ok(await nameOpen(deps, 'k', 'R2', null))
  })
})
