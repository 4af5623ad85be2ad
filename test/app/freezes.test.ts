// Owns the proof that an unfreeze ends the freeze that it looked at and no later one, however long it stood still (P4, P11).
import assert from 'node:assert/strict'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import type { CommandContext } from '../../src/app/commands/context.ts'
import { unfreeze } from '../../src/app/commands/freeze.ts'
import { activeFreezes, addFreeze, removeFreeze } from '../../src/app/freezes.ts'
import type { ControlEvent } from '../../src/core/control.ts'
import type { Freeze } from '../../src/core/guardrails/input.ts'
import type { ChatMessage } from '../../src/ports/inbound.ts'
import type { Store } from '../../src/ports/store.ts'
import { person } from '../cards/fixtures.ts'

const freezeOf = (by: string, at: number, reason = 'smoke'): Freeze => ({ scope: 'all', by, byId: by, reason, at })
const [maya, jonas] = [freezeOf('Maya', 1), freezeOf('Jonas', 2, 'audit week')]

describe('a freeze', () => {
  let store: Store
  beforeEach(async () => {
    store = memoryStore()
    await addFreeze(store, maya)
  })

  it('is refused while another person’s holds, and said anew where it is an own one', async () => {
    assert.equal(await addFreeze(store, jonas), false)
    const again = freezeOf('Maya', 3, 'fire')
    assert.equal(await addFreeze(store, again), true)
    assert.deepEqual(await activeFreezes(store), [again])
  })

  it('stays where only an earlier one was looked at: another person’s, or an own one said anew (P11)', async () => {
    assert.equal(await removeFreeze(store, maya), undefined)
    assert.equal(await removeFreeze(store, maya), undefined, 'it is gone, whoever ended it')
    for (const later of [jonas, freezeOf('Jonas', 3)]) {
      await addFreeze(store, later)
      assert.deepEqual(await removeFreeze(store, maya), later)
      assert.deepEqual(await removeFreeze(store, { ...later, at: 1 }), later)
      assert.deepEqual(await removeFreeze(store, { ...later, byId: 'Maya' }), later)
      assert.deepEqual(await activeFreezes(store), [later])
    }
  })

  it('that began while its unfreeze stood still holds, and the person hears whose it is (P4, P11, P12)', async () => {
    const kept: ControlEvent[] = []
    const context = {
      deps: { store, files: { current: () => ({ governance: { freeze: { may: ['cab'] } } }) } },
      authority: { inAny: async () => ({ known: true, value: true }) },
      journal: {
        async control(event: ControlEvent) {
          kept.push(event)
          if (event.type !== 'unfrozen') return
          await removeFreeze(store, maya)
          await addFreeze(store, jonas)
        },
      },
    } as unknown as CommandContext
    const message = { person: person('Kim Lee') } as ChatMessage
    const reply = await unfreeze(context, message, { do: 'unfreeze', scope: null, because: 'it is over' })
    assert.match(JSON.stringify(reply), /Everything was frozen again meanwhile by Jonas: audit week/)
    assert.deepEqual(await activeFreezes(store), [jonas])
    assert.deepEqual(
      kept.map(({ type }) => type),
      ['unfrozen', 'commandRefused'],
    )
  })
})
