// Owns the specs of what a run keeps when a person takes it up again: its window, its asks, and what was let through.
import assert from 'node:assert/strict'
import { stoppedWords } from '../../src/core/ending.ts'
import type { PlannedStep } from '../../src/core/plan.ts'
import type { Run, RunEvent } from '../../src/core/run.ts'
import {
  after,
  ana,
  approved,
  begun,
  bo,
  done,
  draft,
  ended,
  eventsOf,
  failed,
  finished,
  minute,
  on,
  owes,
  preflighted,
  resumed,
  retried,
  settled,
  started,
  startedAgain,
  step,
  stepAsked,
  stopRequested,
  t0,
  takenOver,
  undoEnded,
  undone,
  undoRequested,
  undoStarted,
  verdict,
  verified,
  waveAsked,
} from './given.ts'

const hour = 60 * minute
const [v, w, x] = [on('a', 'v'), on('a', 'w'), on('a', 'x')]
const fleet = (changes: Partial<PlannedStep> = {}, more: Parameters<typeof draft>[2] = {}) =>
  draft(['v', 'w', 'x'], (host) => [step('a', host, changes)], more)
const run = (of: ReturnType<typeof draft>, ...events: readonly RunEvent[]): Run => after(begun(of), t0, ...events)
const asks = (of: Run): readonly string[] => Object.keys(of.asks)

const over =
  'it ended more than 24 h ago, and what was approved then counts no longer | start it anew with run restart-iis'
const ask = { by: bo, reason: 'again' } as const
const resume = { do: 'resume', ...ask } as const

describe('what was approved counts for a time from the first end', () => {
  const doubtful = run(
    fleet({ rollback: null }),
    preflighted(v),
    started(v),
    ended(v, 'unknown'),
    finished('needsHuman'),
  )

  it('which a settle does not renew, in time or late', () => {
    const early = after(doubtful, t0 + 23 * hour, settled(v, true), verified(v), finished('needsHuman'))
    assert.equal(verdict(resume, early, t0 + 24 * hour - 1), 'resumed')
    assert.equal(verdict(resume, early, t0 + 24 * hour), over)
    const late = t0 + 30 * 24 * hour
    const settle = { do: 'settle', ...ask, happened: true, target: null, step: null } as const
    const looked = after(after(doubtful, late, ...eventsOf(settle, doubtful, late)), late, verified(v))
    assert.match(verdict(resume, after(looked, late, finished('needsHuman')), late + 1000), /^it ended more than /)
  })

  it('which a take-over of a run that had failed does not go around', () => {
    const take = { do: 'takeover', ...ask } as const
    for (const status of ['failed', 'rollbackFailed'] as const) {
      const old = run(fleet(), preflighted(v), started(v), ended(v), finished(status))
      assert.equal(verdict(take, old, t0 + 24 * hour - 1), 'takenOver, finished')
      assert.equal(verdict(take, old, t0 + 24 * hour), over)
    }
  })

  it('which a resume and a take-over, however often, do not renew', () => {
    const first = run(fleet(), takenOver(), finished('needsHuman'))
    const second = after(first, t0 + 23 * hour, resumed(), takenOver(), finished('needsHuman'))
    assert.equal(verdict(resume, second, t0 + 24 * hour - 1), 'resumed')
    assert.equal(verdict(resume, second, t0 + 24 * hour), over)
  })

  it('which a retry does not renew', () => {
    const first = run(fleet({ rollback: null, retry: { max: 3 } }), ...failed(v), finished('failed'))
    const again = { ...ended(v, 'failed'), key: 'key-act-2-a-v' } as RunEvent
    const second = after(first, t0 + 23 * hour, retried(v), preflighted(v), startedAgain(v), again, finished('failed'))
    assert.match(verdict({ do: 'retry', ...ask, target: null }, second, t0 + 24 * hour - 1), /^retried/)
    assert.equal(verdict({ do: 'retry', ...ask, target: null }, second, t0 + 24 * hour), over)
  })

  it('which a rollback does not renew', () => {
    const first = run(fleet(), ...done(v), takenOver(), finished('needsHuman'))
    const failing = [undoRequested, undoStarted(v), undoEnded(v, 'failed'), finished('rollbackFailed')]
    const second = after(first, t0 + 23 * hour, ...failing)
    const rollback = { do: 'rollback', ...ask } as const
    assert.equal(verdict(rollback, second, t0 + 24 * hour - 1), 'rollbackRequested')
    assert.equal(verdict(rollback, second, t0 + 24 * hour), over)
  })
})

describe('a settle of a run that had ended', () => {
  const waves = { waves: [['v'], ['w', 'x']], waveApproval: 'always' } as const
  const halfway = [waveAsked(2), approved(ana, 'wave:2'), preflighted(w), started(w), ended(w, 'unknown')]
  const ended2 = run(fleet({ rollback: null }, waves), ...done(v), ...halfway, finished('needsHuman'))

  it('takes its own target to its end, and begins no other before a resume', () => {
    const looked = after(ended2, t0, settled(w, true))
    assert.equal(owes(looked), 'verify a w')
    const whole = after(looked, t0, verified(w))
    assert.equal(owes(whole), 'finish needsHuman')
    const free = after(whole, t0, finished('needsHuman'), resumed())
    assert.equal(owes(free), 'askPart wave:2')
  })

  it('keeps the approval of the run and no approval of a wave or a step', () => {
    assert.deepEqual(asks(ended2), ['run', 'wave:2'])
    assert.deepEqual(asks(after(ended2, t0, settled(w, true))), ['run'])
    const asked = fleet({ rollback: null, approval: 'always' })
    const [yes, doubt] = [approved(ana, 'step:a'), ended(v, 'unknown')]
    const doubtful = run(asked, preflighted(v), stepAsked('a'), yes, started(v), doubt, finished('needsHuman'))
    assert.deepEqual(asks(after(doubtful, t0, settled(v, true))), ['run'])
  })

  it('drops nothing while the run is still under way', () => {
    const flying = run(
      fleet({ rollback: null }, { ...waves, concurrency: 2 }),
      ...done(v),
      ...halfway.slice(0, 2),
      preflighted(x),
      started(x),
      preflighted(w),
      started(w),
      ended(w, 'unknown'),
    )
    assert.deepEqual(asks(after(flying, t0, settled(w, true))), ['run', 'wave:2'])
  })
})

describe('a rollback that is let through although it is frozen', () => {
  const released: RunEvent = { type: 'resumed', by: bo, reason: 'undo it', released: true }
  const of = fleet({ retry: { max: 1 } }, { stopAfterFailures: 3 })
  const left = run(of, ...failed(v), finished('needsHuman'))

  it('is all that goes on: no other target is begun', () => {
    const free = after(left, t0, released)
    assert.equal(owes(free), 'rollBack a v')
    assert.match(owes(after(free, t0, ...undone(v))), /^finish /)
    assert.equal(owes(after(left, t0, resumed(), ...undone(v))), 'preflight a w')
  })

  it('lets no later one through: it ends with a retry', () => {
    const undoneOnce = after(left, t0, released, ...undone(v), finished('failed'))
    assert.equal(undoneOnce.released?.by.name, 'Bo')
    assert.equal(after(undoneOnce, t0, retried(v)).released, null)
  })

  it('lets no later one through: it ends with the next action', () => {
    const rungs = (host: string) => [step('a', host), step('b', host, { when: 'steps["a"].failed' })]
    const before = after(begun(draft(['v'], rungs)), t0, ...failed(v), finished('needsHuman'), released, ...undone(v))
    assert.notEqual(before.released, null)
    const b = on('b', 'v')
    assert.equal(
      after(before, t0, { type: 'rungReached', ...b, reason: '' }, preflighted(b), started(b)).released,
      null,
    )
  })
})

describe('a failed rollback that somebody takes over', () => {
  const lost = run(
    draft(['v'], (host) => [step('a', host)]),
    ...failed(v),
    undoStarted(v),
    undoEnded(v, 'failed'),
  )
  const ended3 = after(lost, t0, finished('rollbackFailed', 'v: the undo failed'))
  const taken = after(ended3, t0, ...eventsOf({ do: 'takeover', ...ask }, ended3))

  it('waits for this person, with the same reason', () => {
    assert.equal(taken.status, 'needsHuman')
    assert.equal(taken.finished?.reason, 'v: the undo failed')
    assert.equal(taken.takenOver?.by.name, 'Bo')
  })

  it('can be closed with a note', () => {
    const close = { do: 'stop', by: bo, reason: 'mended by hand' } as const
    assert.match(verdict(close, ended3), /^this run has already ended/)
    const closed = after(taken, t0, ...eventsOf(close, taken))
    assert.equal(closed.status, 'cancelled')
    assert.equal(closed.finished?.reason, 'closed by Bo: mended by hand')
  })
})

it('a stop says of a target whose step is being verified that it is still running (P11)', () => {
  const verifying = run(
    draft(['v'], (host) => [step('a', host)]),
    preflighted(v),
    started(v),
    ended(v),
    stopRequested,
  )
  assert.equal(owes(verifying), 'verify a v')
  assert.equal(stoppedWords(verifying), 'stopped by Bo: wrong host. v: still running a')
  assert.match(stoppedWords(after(verifying, t0, verified(v))), /v: (finished before|stopped)/)
})
