// Owns the specs of a caller's word: when it is asked for, what it means for the step, and whose answer counts.
import assert from 'node:assert/strict'
import type { RunCommand } from '../../src/core/decide.ts'
import { awaitingCaller } from '../../src/core/intervene.ts'
import { owed } from '../../src/core/owed.ts'
import type { PlannedStep } from '../../src/core/plan.ts'
import type { RunEvent } from '../../src/core/run.ts'
import { stepOf } from '../../src/core/step-state.ts'
import {
  after,
  begun,
  confirmAsked,
  confirmed,
  done,
  draft,
  ended,
  ends,
  eventsOf,
  finished,
  minute,
  nobody,
  on,
  owes,
  preflighted,
  started,
  step,
  stopRequested,
  t0,
  takenOver,
  undone,
  undoRequested,
  verdict,
  verified,
} from './given.ts'

const a = on('a')
const byCaller = { by: 'caller', withinMs: 60 * minute } as const
const of = (changes: Partial<PlannedStep> = {}) =>
  draft(['web-01'], (host) => [step('a', host, { confirm: byCaller, ...changes })])
const ran = [preflighted(a), started(a), ended(a)]
const run = (events: readonly RunEvent[], changes: Partial<PlannedStep> = {}) =>
  after(begun(of(changes)), t0, ...events)
const says = (ok: boolean): RunCommand => ({ do: 'confirm', by: 'Cy', ok, reason: 'so it is' })

describe('a step whose proof is the caller', () => {
  it('asks after the verification, once, and then waits for the answer until its time is over', () => {
    assert.equal(owes(run(ran)), 'verify a web-01')
    const fresh = run([...ran, verified(a)])
    assert.deepEqual(owed(fresh, t0, nobody).works, [{ do: 'confirm', at: a, withinMs: 60 * minute, askedAt: null }])
    const asked = after(fresh, t0 + 7, confirmAsked(a))
    assert.deepEqual(owed(asked, t0 + 9, nobody).works, [
      { do: 'confirm', at: a, withinMs: 60 * minute, askedAt: t0 + 7 },
    ])
    assert.equal(asked.status, 'verifying')
  })

  it('asks at once where nothing else verifies it', () => {
    assert.equal(owes(run(ran, { verify: null })), 'confirm a web-01')
  })

  it('asks nobody where the verification failed: that is answer enough', () => {
    assert.equal(owes(run([...ran, verified(a, false)])), 'rollBack a web-01')
  })

  it('has succeeded with their yes', () => {
    const good = run([...ran, verified(a), confirmAsked(a), confirmed(a)])
    assert.deepEqual([good.status, ends(good)], ['executing', 'succeeded: verified on web-01'])
  })

  it('has failed with their no: it is rolled back, and their words are the reason (P12)', () => {
    const bad = run([...ran, verified(a), confirmAsked(a), confirmed(a, false)])
    assert.equal(owes(bad), 'rollBack a web-01')
    assert.equal(ends(after(bad, t0, ...undone(a))), 'rolledBack: web-01: a failed: it does not work')
    const kept = run([...ran, verified(a), confirmAsked(a), confirmed(a, false)], { rollback: null })
    assert.equal(ends(kept), 'failed: web-01: a failed: it does not work')
  })

  it('takes a written answer for the question that it followed, and for no other target (P5)', () => {
    const two = after(
      begun(draft(['v', 'w'], (host) => [step('a', host, { confirm: { by: 'caller', withinMs: 60 * minute } })])),
      t0,
      ...['v', 'w'].flatMap((host) => [...done(on('a', host)), confirmAsked(on('a', host))]),
    )
    const said = { do: 'confirm', by: 'Cy', ok: true, reason: 'it works' } as const
    const answered = (command: RunCommand) =>
      eventsOf(command, two).map((event) => ('target' in event ? `${event.type} ${event.target}` : event.type))
    assert.deepEqual(answered({ ...said, at: on('a', 'v'), via: 'servicenow' }), ['confirmed v'])
    assert.deepEqual(answered(said), ['confirmed v', 'confirmed w'])
  })

  it('keeps when it was asked, also where only the answer is in the log', () => {
    const asked = run([...ran, verified(a), confirmAsked(a)])
    assert.equal(stepOf(after(asked, t0 + 5, confirmed(a)), a).confirm?.askedAt, t0)
    assert.equal(stepOf(after(run(ran), t0 + 5, confirmed(a)), a).confirm?.askedAt, t0 + 5)
  })

  it('leads the ladder on with their no, and not with their yes', () => {
    const two = draft(['web-01'], (host) => [
      step('a', host, { confirm: byCaller, rollback: null }),
      step('b', host, { when: 'steps["a"].failed' }),
    ])
    const asked = after(begun(two), t0, ...ran, verified(a), confirmAsked(a))
    assert.equal(owes(after(asked, t0, confirmed(a, false))), 'weighRung b web-01')
  })

  it('waits for nobody once the run is stopped or taken over (P11)', () => {
    const asked = run([...ran, verified(a), confirmAsked(a)])
    assert.equal(owes(after(asked, t0, stopRequested)), 'finish cancelled')
    assert.equal(owes(after(asked, t0, takenOver())), 'finish needsHuman')
  })
})

describe('the answer', () => {
  const asked = run([...ran, verified(a), confirmAsked(a)])

  it('is recorded with whose it is and the way it came', () => {
    assert.deepEqual(eventsOf(says(true), asked), [{ type: 'confirmed', ...a, ok: true, reason: 'so it is', by: 'Cy' }])
    const [event] = eventsOf({ ...says(false), via: 'servicenow' } as RunCommand, asked)
    assert.deepEqual(event?.type === 'confirmed' && [event.ok, event.via], [false, 'servicenow'])
  })

  it('counts once, and only where it was asked for (P12)', () => {
    const words = 'nobody is asked whether it works | look at its newest card'
    assert.equal(verdict(says(true), run(ran)), words)
    assert.equal(verdict(says(true), after(asked, t0, confirmed(a))), words)
    assert.equal(verdict(says(true), after(asked, t0, finished('failed'))), 'this run has already ended: so it ended')
  })

  it('is of every target that waits for it, and of no other', () => {
    const wide = draft(['x', 'y', 'z'], (host) => [step('a', host, { confirm: byCaller, verify: null })], {
      waves: [['x', 'y', 'z']],
      concurrency: 3,
    })
    const began = ['x', 'y', 'z'].flatMap((host) => [started(on('a', host)), ended(on('a', host))])
    const some = after(begun(wide), t0, ...began, confirmAsked(on('a', 'x')), confirmAsked(on('a', 'z')))
    assert.deepEqual(awaitingCaller(some), [on('a', 'x'), on('a', 'z')])
    assert.deepEqual(
      eventsOf(says(true), some).map((event) => event.type === 'confirmed' && event.target),
      ['x', 'z'],
    )
  })

  it('changes nothing of what a person has undone meanwhile', () => {
    const undoes = after(asked, t0, takenOver(), undoRequested, confirmed(a, false))
    assert.deepEqual([undoes.status, owes(undoes)], ['rollingBack', 'rollBack a web-01'])
  })
})
