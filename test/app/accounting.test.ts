// Owns the proof that the account of alerts in the control chain adds up and stays small, whatever the reasons say.
import assert from 'node:assert/strict'
import { accounting } from '../../src/app/accounting.ts'
import { NOTHING, type Sums } from '../../src/app/alert-ledger.ts'
import type { Journal } from '../../src/app/journal.ts'
import type { ControlEvent } from '../../src/core/control.ts'
import { depsOf, hour } from './given-storms.ts'

describe('the account of alerts', () => {
  it('names so many reasons, and counts all others as one, exactly', async () => {
    const entries: Extract<ControlEvent, { type: 'alertsCounted' }>[] = []
    const control = async (event: ControlEvent) => {
      if (event.type === 'alertsCounted') entries.push(event)
    }
    const account = accounting(
      depsOf(() => hour, {}),
      { control } as unknown as Journal,
    )
    const sums = (reasons: number, each: number): Sums => ({
      ...NOTHING,
      joined: each,
      // The newest first: which of them are named must not depend on where they stand.
      declined: Object.fromEntries(Array.from({ length: reasons }, (_, n) => [`reason ${reasons - n}`, each])),
    })
    await account(sums(30, 1))
    await account(sums(4000, 2))
    await account(sums(5000, 3))
    const counted = entries.map(({ joined, declined }) =>
      Object.values(declined).reduce((sum, each) => sum + each, joined),
    )
    assert.deepEqual(counted, [31, 8002 - 31, 15_003 - 8002])
    assert.deepEqual(
      entries.map(({ total }) => total),
      [31, 8002, 15_003],
    )
    assert.ok(entries.every(({ declined }) => Object.keys(declined).length <= 51))
  })
})
