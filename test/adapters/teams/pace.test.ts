// Owns the proof of Teams' limits per thread and per tenant, with time passed in.
import assert from 'node:assert/strict'
import { pace, tenantLimits, threadLimits, windows } from '../../../src/adapters/teams/pace.ts'
import { isPortError } from '../../../src/ports/errors.ts'

/** Time that passes only by waiting. */
function standing() {
  let now = 1_000_000
  return {
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms
      },
    },
    now: () => now,
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('the pace of a thread', () => {
  it('never exceeds any window of the limits (TEAMS, Platform)', async () => {
    const time = standing()
    const { slot } = pace(time.clock, 120_000)
    const sent: number[] = []
    for (let each = 0; each < 200; each += 1) {
      await slot('t', 'tenant')
      sent.push(time.now())
    }
    for (const { count, ms } of threadLimits)
      for (const start of sent) {
        const within = sent.filter((at) => at >= start && at < start + ms).length
        assert.ok(within <= count, `${within} in ${ms} ms`)
      }
  })

  it('lets seven out at once, the eighth a second later', async () => {
    const time = standing()
    const { slot } = pace(time.clock)
    const begin = time.now()
    for (let each = 0; each < 7; each += 1) await slot('t', 'tenant')
    assert.equal(time.now(), begin)
    await slot('t', 'tenant')
    assert.equal(time.now(), begin + 1_000)
  })

  it('counts the tenant over all its threads', async () => {
    const time = standing()
    const { slot } = pace(time.clock)
    const begin = time.now()
    for (let each = 0; each < 51; each += 1) await slot(`t${each}`, 'tenant')
    assert.equal(time.now(), begin + 1_000)
    await slot('other', 'another tenant')
    assert.equal(time.now(), begin + 1_000)
  })

  it('does not hold a message for long: it says when to come back', async () => {
    const time = standing()
    const { slot } = pace(time.clock, 100)
    for (let each = 0; each < 7; each += 1) await slot('t', 'tenant')
    await assert.rejects(
      slot('t', 'tenant'),
      (error) => isPortError(error, 'throttled') && error.retryAfterMs === 1_000,
    )
    time.pass(2_000)
    await slot('t', 'tenant')
  })

  it('forgets what is older than the longest window', () => {
    const sent = windows([{ count: 2, ms: 10 }])
    for (const at of [1, 2, 3]) sent.took(at)
    assert.equal(sent.next(4), 12)
    assert.equal(windows(tenantLimits).next(7), 7)
  })
})
