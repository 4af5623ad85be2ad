// Owns the specs of the time that replicas share: what the dates of answers say of it, and when it may go back.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type ServerClock, serverClock } from '../../../../src/adapters/store/cosmos/server-clock.ts'
import { systemClock } from '../../../../src/ports/clock.ts'

/** A local clock that is `wrongByMs`, and a store that answers after `thereMs` and `backMs`. */
function world(wrongByMs = 0) {
  let now = Date.UTC(2026, 0, 1)
  let wrong = wrongByMs
  const local = { now: () => now + wrong, sleep: systemClock.sleep }
  const time = serverClock(local)
  return {
    time,
    now: () => now,
    pass: (ms: number) => void (now += ms),
    set: (ms: number) => void (wrong = ms),
    ask(clock: ServerClock = time, { thereMs = 5, backMs = 5 } = {}) {
      const sentAt = local.now()
      now += thereMs
      const date = new Date(now).toUTCString()
      now += backMs
      clock.heard(date, sentAt, local.now())
    },
  }
}

describe("the store's time", () => {
  it('is the local one before the first answer', () => {
    const { time, now } = world()
    assert.equal(time.offset(), undefined)
    assert.equal(time.clock.now(), now())
  })

  it('is known within a second after one answer, on a machine that is minutes off', () => {
    const { time, now, ask } = world(-120_000)
    ask()
    assert.ok(Math.abs(time.clock.now() - now()) <= 510)
    assert.ok((time.offset()?.withinMs ?? 1e9) <= 510)
  })

  it('is known the better the more answers there were', () => {
    const { time, now, ask, pass } = world(120_000)
    for (let i = 0; i < 40; i += 1) {
      ask()
      pass(137)
    }
    assert.ok((time.offset()?.withinMs ?? 1e9) <= 50)
    assert.ok(Math.abs(time.clock.now() - now()) <= 100)
  })

  it('always lies within its own bounds, whatever the answers take', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: -200_000, max: 200_000 }),
        fc.array(fc.tuple(fc.nat(3000), fc.nat(3000), fc.nat(5000)), { minLength: 1, maxLength: 30 }),
        (wrong, answers) => {
          const { time, ask, pass } = world(wrong)
          for (const [thereMs, backMs, idle] of answers) {
            ask(time, { thereMs, backMs })
            const { ms, withinMs } = time.offset() ?? { ms: 0, withinMs: -1 }
            assert.ok(Math.abs(ms + wrong) <= withinMs, `${ms} is not within ${withinMs} of ${-wrong}`)
            pass(idle)
          }
        },
      ),
    ))

  it('never goes back while it is learnt better', () => {
    const { time, ask, pass } = world()
    let last = 0
    for (let i = 0; i < 60; i += 1) {
      ask(time, { thereMs: i % 2 ? 900 : 3, backMs: i % 3 ? 3 : 700 })
      assert.ok(time.clock.now() >= last)
      last = time.clock.now()
      pass(61)
    }
  })

  it('begins anew when somebody set the local clock, also back', () => {
    const { time, now, ask, set } = world()
    ask()
    set(7_200_000)
    assert.ok(time.clock.now() - now() > 7_000_000, 'nothing says yet that it was set')
    ask()
    assert.ok(Math.abs(time.clock.now() - now()) <= 510)
    set(-7_200_000)
    ask()
    assert.ok(Math.abs(time.clock.now() - now()) <= 510)
  })

  it('learns nothing from an answer without a date, or with another text there', () => {
    const { time, now } = world()
    time.heard(undefined, now(), now())
    time.heard('yesterday', now(), now())
    assert.equal(time.offset(), undefined)
  })
})
