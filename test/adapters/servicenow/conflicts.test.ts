// Owns the specification of the conflict check of a change.
import assert from 'node:assert/strict'
import type { Clock } from '../../../src/ports/clock.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { portError, type Setup, setup } from './setup.ts'

const shown = (display_value: string) => ({ display_value, value: display_value.toLowerCase() })
const blackout = {
  change: shown('CHG0030001'),
  type: shown('Blackout'),
  configuration_item: shown('web-01'),
  schedule: shown('Year end freeze'),
}

describe('the conflict check of a change', () => {
  let world: Setup
  let change: string
  let at: number
  let adapter: Setup['adapter']
  beforeEach(async () => {
    at = Date.parse('2026-01-31T10:00:00Z')
    const clock: Clock = {
      now: () => at,
      sleep: async (ms) => {
        at += ms
      },
    }
    world = await setup({ now: () => new Date(at) })
    adapter = world.with({}, { clock })
    change = world.world.openChange().sys_id ?? ''
  })
  afterEach(() => world.stop())
  const path = () => `/api/sn_chg_rest/change/${change}/conflict`
  const started = () => world.world.servicenow.requests.filter((each) => each.method === 'POST' && each.path === path())
  const changes = () => world.world.servicenow.changes.conflicts
  const later = (ms: number) => {
    at += ms
  }

  it('finds none by the empty list, though the status is always "Conflict"', async () => {
    assert.deepEqual(await adapter.conflicts(change), [])
  })

  it('does not take the empty list of a check under way for none (P5)', async () => {
    changes().set(change, [blackout])
    changes().pace(5)
    assert.deepEqual(await adapter.conflicts(change), ['Blackout: web-01, Year end freeze'])
  })

  it('does not take the answer of an earlier check for its own', async () => {
    await adapter.conflicts(change)
    later(60_000)
    changes().set(change, [blackout])
    assert.deepEqual(await adapter.conflicts(change), ['Blackout: web-01, Year end freeze'])
  })

  it('is started once a minute, however often it is asked', async () => {
    const both = await Promise.all([adapter.conflicts(change), adapter.conflicts(change.toUpperCase())])
    assert.deepEqual(both, [[], []])
    later(50_000)
    await adapter.conflicts(change)
    assert.equal(started().length, 1)
    later(10_000)
    await adapter.conflicts(change)
    assert.equal(started().length, 2)
  })

  it('is given up in bounded time, and the next call goes on waiting for the same check', async () => {
    changes().pace(40)
    changes().set(change, [blackout])
    const begun = at
    await assert.rejects(adapter.conflicts(change), portError('timeout', /did not end in time/))
    assert.ok(at - begun <= 9_000)
    assert.deepEqual(await adapter.conflicts(change), ['Blackout: web-01, Year end freeze'])
    assert.equal(started().length, 1)
  })

  it('is unknown where the check failed, and begins anew (P5)', async () => {
    changes().pace(0, '3')
    await assert.rejects(adapter.conflicts(change), portError('unavailable', /failed or was cancelled/))
    changes().pace(0)
    later(1_000)
    assert.deepEqual(await adapter.conflicts(change), [])
    assert.equal(started().length, 2)
  })

  it('needs no answer to its start: the last run tells', async () => {
    world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: requestTo('POST', path()) })
    assert.deepEqual(await adapter.conflicts(change), [])
    assert.equal(started().length, 1)
  })

  it('never ends where the start was lost before any work', async () => {
    world.world.servicenow.faults.add({ fault: 'reset-before', match: requestTo('POST', path()) })
    await assert.rejects(adapter.conflicts(change), portError('timeout', /did not end/))
    later(60_000)
    assert.deepEqual(await adapter.conflicts(change), [])
  })

  it('tells why it cannot be started, and tries again with the next call', async () => {
    const error = { message: 'Planned start is missing', detail: null }
    const headers = { 'content-type': 'application/json' }
    const match = requestTo('POST', path())
    world.world.servicenow.faults.add({ fault: { status: 400, headers, body: { error } }, match })
    await assert.rejects(adapter.conflicts(change), portError('malformed', /Planned start is missing/))
    assert.deepEqual(await adapter.conflicts(change), [])
  })

  it('takes an unreadable conflict for one, and shows hostile text as one bounded line', async () => {
    const hostile = { type: shown(`x\u202e\n${'y'.repeat(500)}`) }
    changes().set(change, [{}, hostile, ...Array.from({ length: 30 }, () => blackout)])
    const lines = await adapter.conflicts(change)
    assert.equal(lines[0], 'a conflict whose kind cannot be read')
    assert.ok(lines.every((line) => line.length <= 200 && !/[\n\u202e]/.test(line)))
    assert.deepEqual([lines.length, lines.at(-1)], [21, 'and 12 more'])
  })

  it('is refused for a change that is hidden, or that is no sys_id', async () => {
    await assert.rejects(adapter.conflicts('x/../y'), portError('malformed', /not a sys_id/))
    world.world.servicenow.acl.hideRows('change_request')
    await assert.rejects(adapter.conflicts(change), portError('notFound', /No Record/))
  })
})
