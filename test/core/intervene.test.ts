// Owns the specs of what a person may do to a run under way or over: each refusal with its reason and its fix (P11, P12).
import assert from 'node:assert/strict'
import { compilePlanned } from '../../src/adapters/catalog/template.ts'
import type { RunCommand } from '../../src/core/decide.ts'
import { emptyRun } from '../../src/core/evolve.ts'
import { offersOf, unknowns } from '../../src/core/intervene.ts'
import type { Person, Run } from '../../src/core/run.ts'
import { stepOf } from '../../src/core/step-state.ts'
import {
  after,
  ana,
  approved,
  asking,
  begun,
  bo,
  braked,
  cy,
  done,
  draft,
  editRequested,
  ended,
  ends,
  eventsOf,
  failed,
  finished,
  ladder,
  minute,
  nobody,
  on,
  oneApprover,
  owes,
  plan,
  planned,
  preflighted,
  proposed,
  resumed,
  settled,
  skipped,
  started,
  step,
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

const [a, b] = [on('a'), on('b')]
const two = draft(['web-01'], (host) => [step('a', host), step('b', host)])
const fleet = draft(['x', 'y', 'z'], (host) => [step('a', host)], {
  waves: [['x'], ['y', 'z']],
  concurrency: 2,
  waveApproval: 'always',
})
const flying = after(begun(two), t0, preflighted(a), started(a))
const lost = after(flying, t0, ended(a, 'unknown'))
const needsHuman = (run: Run) => after(run, t0, finished('needsHuman'))
const late = t0 + two.reopenWithinMs
const tooLate = 'it ended more than 24 h ago, and what was approved then counts no longer'
const look =
  'look there, then say whether it happened: if it did, runbot goes on with its verification; ' +
  'if not, it counts as never started'

const word = (what: 'stop' | 'takeover' | 'resume' | 'rollback', by: Person = bo): RunCommand => ({
  do: what,
  by,
  reason: 'because',
})
const settle = (happened: boolean, target: string | null = null, id: string | null = null): RunCommand => ({
  do: 'settle',
  by: bo,
  reason: 'I looked',
  happened,
  target,
  step: id,
})
const startOf = (what: 'startAction' | 'startRollback', at = a): RunCommand => ({
  do: what,
  at,
  key: 'k-1',
  gate: { plan, checked: [] },
  deadlineAt: t0 + 30_000,
  parties: nobody,
  compile: compilePlanned,
})

describe('a take-over', () => {
  const take = word('takeover')

  it('is recorded with who and why; what is under way comes to its end, and nothing new is started (P11)', () => {
    assert.deepEqual(eventsOf(take, flying), [{ type: 'takenOver', by: bo, reason: 'because' }])
    const taken = after(flying, t0, takenOver())
    assert.deepEqual(taken.takenOver, { by: bo, reason: 'I look myself', at: t0 })
    assert.equal(owes(taken), 'follow a web-01 action')
    assert.equal(owes(after(taken, t0, ended(a))), 'verify a web-01')
    assert.equal(owes(after(taken, t0, ended(a), verified(a))), 'finish needsHuman')
    assert.equal(owes(after(begun(two), t0, takenOver())), 'finish needsHuman')
  })

  it('sends no rollback by itself either: that is the person’s to say (P11)', () => {
    const broken = after(begun(two), t0, ...failed(a), takenOver())
    assert.equal(
      ends(broken),
      'needsHuman: Bo has taken it over: I look myself. web-01: stopped, a failed and was not rolled back',
    )
  })

  it('of a run that has not begun ends it for that person: nothing was sent', () => {
    assert.deepEqual(eventsOf(take, asking()), [
      { type: 'takenOver', by: bo, reason: 'because' },
      { type: 'finished', status: 'needsHuman', reason: 'Bo has taken it over: because; nothing was sent' },
    ])
    const silent = eventsOf({ ...take, reason: '' } as RunCommand, asking())
    assert.deepEqual(silent[1], finished('needsHuman', 'Bo has taken it over; nothing was sent'))
  })

  it('goes from one person to the next, but not to who has it (P12)', () => {
    const taken = after(begun(two), t0, takenOver())
    assert.equal(verdict(take, taken), 'you have it already | resume it, roll it back, or close it')
    assert.equal(verdict(word('takeover', ana), taken), 'takenOver')
    assert.equal(after(taken, t0, takenOver(ana)).takenOver?.by.id, 'ana')
  })

  it('of a run that needs a person says who that is, and begins nothing', () => {
    assert.equal(verdict(take, needsHuman(lost)), 'takenOver')
    const taken = after(needsHuman(lost), t0, takenOver())
    assert.deepEqual([taken.status, owes(taken)], ['needsHuman', 'rest'])
  })

  it('is refused for a run that has ended, was stopped, or is replaced by another (P12)', () => {
    assert.equal(verdict(take, after(begun(two), t0, finished('succeeded'))), 'this run has already ended: so it ended')
    assert.equal(verdict(take, after(flying, t0, stopRequested)), 'Bo has stopped it | wait for its end')
    assert.equal(
      verdict(take, after(asking(), t0, editRequested)),
      'Bo has asked for it with other values | take over r-2 instead',
    )
  })

  it('lets nothing be sent, asked for or decided that an engine had in hand (P11)', () => {
    const asks: RunCommand = { do: 'askPart', scope: 'step:a', rule: oneApprover(), again: false }
    const ready = after(begun(two), t0, preflighted(a), takenOver())
    assert.equal(verdict(startOf('startAction'), ready), 'Bo has taken it over')
    assert.equal(verdict(asks, ready), 'nothing new is started any more')
  })

  it('lets no rollback be sent that an engine had in hand (P11)', () => {
    assert.equal(
      verdict(startOf('startRollback'), after(begun(two), t0, ...failed(a), takenOver())),
      'Bo has taken it over',
    )
    assert.equal(
      verdict(startOf('startRollback'), after(begun(two), t0, ...failed(a), stopRequested)),
      'it was stopped',
    )
  })

  it('lets no new plan be decided that an engine had in hand (P11)', () => {
    const ready = after(begun(two), t0, preflighted(a), takenOver())
    const { decision } = ready
    assert.ok(decision)
    assert.equal(verdict({ do: 'decide', replan: planned(two), plan, decision }, ready), 'Bo has taken it over')
  })
})

describe('a resume', () => {
  const go = word('resume')
  const taken = after(begun(two), t0, ...done(a), takenOver())

  it('goes on from where the run stands, before its end and after', () => {
    assert.deepEqual(eventsOf(go, taken), [{ type: 'resumed', by: bo, reason: 'because' }])
    const before = after(taken, t0, resumed())
    assert.deepEqual([before.takenOver, before.reopened, before.status], [null, 0, 'executing'])
    assert.equal(owes(before), 'preflight b web-01')
    const later = after(taken, t0, finished('needsHuman'), resumed())
    assert.deepEqual([later.finished, later.reopened, later.status], [null, 1, 'executing'])
    assert.equal(owes(later), 'preflight b web-01')
  })

  it('asks anew for steps and waves, and keeps what was approved for the run (P1)', () => {
    const ran = after(begun(fleet), t0, ...done(on('a', 'x')), waveAsked(2), approved(ana, 'wave:2'))
    assert.equal(owes(ran), 'preflight a y, preflight a z')
    const again = after(ran, t0, takenOver(), finished('needsHuman'), resumed())
    assert.deepEqual(Object.keys(again.asks), ['run'])
    assert.equal(owes(again), 'askPart wave:2')
  })

  it('counts no yes of before once the wave is asked anew (P1)', () => {
    const ran = after(begun(fleet), t0, ...done(on('a', 'x')), waveAsked(2), approved(ana, 'wave:2'))
    const again = after(ran, t0, takenOver(), resumed(), waveAsked(2))
    assert.equal(owes(again), 'rest until +30')
  })

  it('follows first what was in flight, also where its wave has to be asked for anew (P11)', () => {
    const at = on('a', 'y')
    const ran = after(begun(fleet), t0, ...done(on('a', 'x')), waveAsked(2), approved(ana, 'wave:2'))
    const again = after(ran, t0, preflighted(at), started(at), takenOver(), resumed())
    assert.equal(owes(again), 'follow a y action')
    assert.equal(owes(after(again, t0, ended(at), verified(at))), 'askPart wave:2')
  })

  it('takes back the brake, and a rejection: people are asked again (P1)', () => {
    const held = needsHuman(after(begun(two), t0, ...done(a), braked()))
    assert.equal(owes(after(held, t0, resumed())), 'preflight b web-01')
  })

  it('is refused where nothing holds the run, or it never began (P12)', () => {
    assert.equal(verdict(go, begun(two)), 'it is under way | nothing more is needed')
    const never = after(asking(), t0, takenOver(), finished('needsHuman'))
    assert.equal(verdict(go, never), 'it never began | start it again with run restart-iis')
    assert.equal(verdict(go, after(begun(two), t0, finished('failed'))), 'this run has already ended: so it ended')
  })

  it('is refused while an outcome is unknown, and says both choices (P3, P12)', () => {
    assert.equal(verdict(go, needsHuman(lost)), `what became of a on web-01 is unknown | ${look}`)
    const undoLost = after(begun(two), t0, ...failed(a), undoStarted(a), undoEnded(a, 'unknown'))
    assert.equal(verdict(go, needsHuman(undoLost)), `what became of the rollback of a on web-01 is unknown | ${look}`)
  })

  it('is refused after the window of its run, to the millisecond (P12)', () => {
    const held = after(taken, t0, finished('needsHuman'))
    assert.equal(verdict(go, held, late - 1), 'resumed')
    assert.equal(verdict(go, held, late), `${tooLate} | start it anew with run restart-iis`)
    assert.equal(verdict(go, taken, late), 'resumed', 'a run in hand is not over')
  })

  it('releases a rollback from a freeze where the person may freeze, and only so', () => {
    const [event] = eventsOf({ ...go, released: true } as RunCommand, taken)
    assert.ok(event)
    assert.deepEqual(after(taken, t0, event).released, { by: bo, reason: 'because' })
    assert.equal(after(taken, t0, event, takenOver(), resumed()).released, null)
  })
})

describe('settling what is unknown', () => {
  it('as happened goes on with its verification (P3)', () => {
    assert.deepEqual(eventsOf(settle(true), needsHuman(lost)), [settled(a, true)])
    const run = after(needsHuman(lost), t0 + 1, settled(a, true))
    assert.deepEqual(stepOf(run, a).action?.ended, {
      outcome: 'succeeded',
      effect: 'possible',
      reason: 'Bo looked: it happened (I looked)',
      at: t0 + 1,
    })
    assert.deepEqual([run.finished, run.reopened, owes(run)], [null, 1, 'verify a web-01'])
  })

  it('as not happened counts as never started: nothing is rolled back, nothing climbed (P3)', () => {
    const run = after(needsHuman(lost), t0, settled(a, false))
    assert.equal(ends(run), 'failed: web-01: a never started: Bo looked: it did not happen (I looked)')
  })

  it('of a rollback says whether it is undone (P3)', () => {
    const undoLost = needsHuman(after(begun(two), t0, ...failed(a), undoStarted(a), undoEnded(a, 'unknown')))
    assert.deepEqual(eventsOf(settle(true), undoLost), [settled(a, true, 'rollback')])
    assert.equal(owes(after(undoLost, t0, settled(a, true, 'rollback'))), 'skip b web-01')
    assert.equal(owes(after(undoLost, t0, settled(a, false, 'rollback'))), 'finish rollbackFailed')
  })

  it('takes back neither a stop, nor a take-over, nor the brake (P11)', () => {
    for (const hold of [stopRequested, takenOver(), braked()]) {
      const run = after(needsHuman(after(lost, t0, hold)), t0, settled(a, true))
      assert.equal(owes(run), 'verify a web-01', hold.type)
      assert.match(owes(after(run, t0, verified(a))), /^finish (cancelled|needsHuman)$/, hold.type)
    }
  })

  it('may be done while other targets are still under way', () => {
    const wide = draft(['x', 'y'], (host) => [step('a', host)], { waves: [['x', 'y']], concurrency: 2 })
    const [x, y] = [on('a', 'x'), on('a', 'y')]
    const run = after(begun(wide), t0, preflighted(x), started(x), preflighted(y), started(y), ended(x, 'unknown'))
    assert.equal(owes(run), 'follow a y action')
    const looked = after(run, t0, ...eventsOf(settle(true), run))
    assert.deepEqual([looked.reopened, owes(looked)], [0, 'verify a x, follow a y action'])
  })

  it('wants the target named where several are unknown, and settles nothing else (P12)', () => {
    const wide = draft(['x', 'y'], (host) => [step('a', host)], { waves: [['x', 'y']], concurrency: 2 })
    const both = ['x', 'y'].flatMap((host) => [started(on('a', host)), ended(on('a', host), 'unknown')])
    const run = needsHuman(after(begun(wide), t0, ...both))
    assert.equal(verdict(settle(true), run), '2 requests are unknown: a on x, a on y | name the target')
    assert.deepEqual(eventsOf(settle(false, 'y'), run), [settled(on('a', 'y'), false)])
    assert.equal(owes(after(run, t0, settled(on('a', 'y'), false))), 'finish needsHuman')
  })

  it('wants the step named where two of one target are unknown (P12)', () => {
    const of = draft(['web-01'], (host) => [step('a', host), step('b', host, { rollback: null })])
    const events = [...done(a), preflighted(b), started(b), ended(b, 'unknown'), undoRequested]
    const run = needsHuman(after(begun(of), t0, ...events, undoStarted(a), undoEnded(a, 'unknown')))
    assert.equal(
      verdict(settle(true, 'web-01'), run),
      '2 requests are unknown: a on web-01, b on web-01 | name the step',
    )
    assert.deepEqual(eventsOf(settle(true, 'web-01', 'b'), run), [settled(b, true)])
  })

  it('is refused where nothing is unknown, or nothing there (P12)', () => {
    const words = 'nothing of this run is unknown | look at its newest card'
    assert.equal(verdict(settle(true), begun(two)), words)
    assert.equal(verdict(settle(true, 'web-09'), needsHuman(lost)), words)
    assert.equal(verdict(settle(true), after(needsHuman(lost), t0, settled(a, true))), words)
  })

  it('is not of what a person has had undone all the same', () => {
    const undoes = after(needsHuman(lost), t0, undoRequested, undoStarted(a))
    assert.deepEqual(unknowns(undoes), [])
    assert.deepEqual(unknowns(after(undoes, t0, undoEnded(a, 'unknown'))), [{ ...a, which: 'rollback' }])
  })

  it('after the window of its run starts nothing new: what was approved then counts no longer (P1)', () => {
    const run = after(needsHuman(lost), late, ...eventsOf(settle(true), needsHuman(lost), late))
    assert.equal(owes(run, late), 'verify a web-01', 'what was in doubt is followed to its end')
    assert.equal(owes(after(run, late, verified(a)), late), 'finish needsHuman')
  })
})

describe('a rollback that a person asks for', () => {
  const undo = word('rollback')
  const ran = after(begun(two), t0, ...done(a), ...done(b))
  const over = after(ran, t0, finished('succeeded'))

  it('undoes every step that ran, the last one first', () => {
    assert.deepEqual(eventsOf(undo, over), [{ type: 'rollbackRequested', by: bo, reason: 'because' }])
    const run = after(over, t0, undoRequested)
    assert.deepEqual([run.status, run.reopened, run.finished], ['rollingBack', 1, null])
    assert.equal(owes(run), 'rollBack b web-01')
    assert.equal(owes(after(run, t0, undoStarted(b))), 'follow b web-01 rollback')
    const half = after(run, t0, ...undone(b))
    assert.equal(owes(half), 'rollBack a web-01')
    assert.equal(
      ends(after(half, t0, ...undone(a))),
      'rolledBack: Bo had it undone: it got worse. web-01: b, a rolled back',
    )
  })

  it('sends exactly what was staged before the action left (P9)', () => {
    const staged = { ...step('a').rollback, with: { host: 'web-01', size: 3 } } as NonNullable<
      ReturnType<typeof step>['rollback']
    >
    const of = after(begun(two), t0, preflighted(a), { ...started(a), rollback: staged } as ReturnType<typeof started>)
    const run = after(of, t0, ended(a), verified(a), finished('failed'), undoRequested)
    const [event] = eventsOf(startOf('startRollback'), run)
    assert.deepEqual(event?.type === 'rollbackStarted' && event.request, staged)
  })

  it('waits for what is in flight, and undoes that too', () => {
    const run = after(flying, t0, takenOver(), undoRequested)
    assert.equal(owes(run), 'follow a web-01 action')
    assert.equal(owes(after(run, t0, ended(a, 'failed'))), 'rollBack a web-01')
    assert.equal(owes(after(run, t0, ended(a, 'unknown'))), 'rollBack a web-01', 'a person wants it, sure or not')
    assert.equal(
      ends(after(run, t0, ended(a, 'failed', 'none'))),
      'rolledBack: Bo had it undone: it got worse. web-01: nothing ran',
    )
  })

  it('leaves what never ran, and says what cannot be undone', () => {
    const noUndo = draft(['web-01'], (host) => [step('a', host, { rollback: null }), step('b', host)])
    const run = after(begun(noUndo), t0, ...done(a), ...done(b), finished('succeeded'), undoRequested)
    assert.equal(owes(run), 'rollBack b web-01')
    assert.equal(ends(after(run, t0, ...undone(b))), 'failed: web-01: a ran, and cannot be rolled back')
  })

  it('does nothing a second time that is undone already', () => {
    const broken = after(begun(two), t0, ...done(a), ...failed(b), ...undone(b), finished('rolledBack'))
    const run = after(broken, t0, undoRequested)
    assert.equal(owes(run), 'rollBack a web-01')
    assert.equal(verdict(undo, after(run, t0, ...undone(a), finished('rolledBack'))), nothingLeft)
  })

  it('tries a rollback that certainly failed once more, with a key of its own (P3)', () => {
    const stuck = after(
      begun(two),
      t0,
      ...failed(a),
      undoStarted(a),
      undoEnded(a, 'failed'),
      finished('rollbackFailed'),
    )
    const run = after(stuck, t0, ...eventsOf(undo, stuck))
    assert.deepEqual([stepOf(run, a).rollback, stepOf(run, a).rollbackAttempt], [null, 2])
    assert.equal(owes(run), 'rollBack a web-01')
  })

  it('stops where an undo fails or cannot be told, and says which', () => {
    const run = after(over, t0, undoRequested, undoStarted(b))
    assert.equal(
      ends(after(run, t0, undoEnded(b, 'failed'))),
      'rollbackFailed: web-01: the rollback of b: the undo failed',
    )
    assert.equal(
      ends(after(run, t0, undoEnded(b, 'unknown'))),
      'needsHuman: web-01: what became of the rollback of b: the undo unknown',
    )
  })

  const nothingLeft =
    'nothing that ran can be rolled back, or it already is | look at its steps: who has no rollback says so'

  it('is refused where nothing ran, or nothing can be undone (P12)', () => {
    assert.equal(
      verdict(undo, after(asking(), t0, finished('refused'))),
      'nothing of it ran | there is nothing to roll back',
    )
    const noUndo = draft(['web-01'], (host) => [step('a', host, { rollback: null })])
    assert.equal(verdict(undo, after(begun(noUndo), t0, ...done(a), finished('succeeded'))), nothingLeft)
    const never = after(begun(two), t0, preflighted(a), started(a), ended(a, 'failed', 'none'), finished('failed'))
    assert.equal(verdict(undo, never), nothingLeft)
  })

  it('is refused while the run is under way in nobody’s hand, and a second time (P12)', () => {
    assert.equal(verdict(undo, ran), 'it is under way | stop it or take it over first')
    const run = after(over, t0, undoRequested)
    assert.equal(verdict(undo, run), 'it is under way | stop it or take it over first')
    assert.equal(verdict(undo, after(run, t0, takenOver())), 'Bo has already asked for its rollback')
  })

  it('is refused while a rollback is unknown; an unknown action may be undone (P3, P12)', () => {
    const undoLost = after(begun(two), t0, ...failed(a), undoStarted(a), undoEnded(a, 'unknown'))
    assert.equal(verdict(undo, needsHuman(undoLost)), `what became of the rollback of a on web-01 is unknown | ${look}`)
    assert.equal(verdict(undo, needsHuman(lost)), 'rollbackRequested')
  })

  it('names the rollback that is unknown, not an action that is so too (P12)', () => {
    const wide = draft(['x', 'y'], (host) => [step('a', host)], { waves: [['x', 'y']], concurrency: 2 })
    const [x, y] = [on('a', 'x'), on('a', 'y')]
    const events = [started(x), ended(x, 'unknown'), ...failed(y), undoStarted(y), undoEnded(y, 'unknown')]
    const run = needsHuman(after(begun(wide), t0, ...events))
    assert.equal(verdict(undo, run), `what became of the rollback of a on y is unknown | ${look}`)
  })

  it('is refused after the window, but not where the run needs a person (P12)', () => {
    assert.equal(verdict(undo, over, late - 1), 'rollbackRequested')
    assert.equal(verdict(undo, over, late), `${tooLate} | start it anew with run restart-iis`)
    assert.equal(verdict(undo, needsHuman(ran), late), 'rollbackRequested')
  })

  it('goes on during a freeze only where the person may freeze', () => {
    const [event] = eventsOf({ ...undo, released: true } as RunCommand, over)
    assert.ok(event)
    assert.deepEqual(after(over, t0, event).released, { by: bo, reason: 'because' })
    assert.equal(after(over, t0, undoRequested).released, null)
  })

  it('starts no action any more, whatever is open (P11)', () => {
    const run = after(begun(two), t0, ...done(a), preflighted(b), takenOver(), undoRequested)
    assert.equal(verdict(startOf('startAction', b), run), 'nothing new is started any more')
    assert.equal(owes(run), 'rollBack a web-01')
  })

  it('stops where a person stops it or takes it over: what is under way ends, no further undo is sent (P11)', () => {
    const under = after(over, t0, undoRequested, undoStarted(b))
    for (const [hold, end] of [
      [stopRequested, 'cancelled'],
      [takenOver(), 'needsHuman'],
    ] as const) {
      const held = after(under, t0, hold)
      assert.equal(owes(held), 'follow b web-01 rollback', hold.type)
      assert.equal(owes(after(held, t0, undoEnded(b))), `finish ${end}`, hold.type)
      assert.notEqual(verdict(startOf('startRollback'), after(held, t0, undoEnded(b))), 'rollbackStarted', hold.type)
    }
  })

  it('stops where the brake falls under it (P11)', () => {
    const wide = draft(['x', 'y'], (host) => [step('a', host)], { waves: [['x', 'y']], concurrency: 2 })
    const [x, y] = [on('a', 'x'), on('a', 'y')]
    const run = after(
      begun(wide),
      t0,
      ...done(x),
      ...done(y),
      finished('succeeded'),
      undoRequested,
      undoStarted(x),
      braked('frozen'),
    )
    assert.equal(owes(run), 'follow a x rollback')
    assert.equal(
      ends(after(run, t0, undoEnded(x))),
      'needsHuman: frozen. x: finished before (rolledBack); y: stopped after a',
    )
  })

  it('undoes a run that was stopped before (P11)', () => {
    const run = after(begun(two), t0, ...done(a), stopRequested, finished('cancelled'))
    assert.equal(owes(after(run, t0, ...eventsOf(undo, run))), 'rollBack a web-01')
  })

  it('works on no more targets at once than the rollout allows', () => {
    const run = after(
      begun(fleet),
      t0,
      ...['x', 'y', 'z'].flatMap((host) => done(on('a', host))),
      finished('succeeded'),
      undoRequested,
    )
    assert.equal(owes(run).split(', ').length, 2)
  })
})

describe('a stop', () => {
  it('closes a run that needs a person, with what it leaves unknown still to be settled (P11)', () => {
    const closed = after(needsHuman(lost), t0, ...eventsOf(word('stop'), needsHuman(lost)))
    assert.deepEqual([closed.status, closed.finished?.reason], ['cancelled', 'closed by Bo: because'])
    assert.equal(verdict(settle(true), closed), 'settled')
  })

  it('may come after a take-over, and the other way round is refused (P12)', () => {
    assert.equal(verdict(word('stop'), after(flying, t0, takenOver())), 'stopRequested')
    assert.equal(verdict(word('takeover'), after(flying, t0, stopRequested)), 'Bo has stopped it | wait for its end')
  })
})

describe('what a card offers', () => {
  const offers = (run: Run, by = bo, at = t0) => offersOf(run, by, at).join(', ')

  it('is what would be accepted now', () => {
    assert.equal(offers(begun(two)), 'takeover')
    assert.equal(offers(after(begun(two), t0, ...done(a), finished('succeeded'))), 'rollback')
    assert.equal(offers(after(begun(two), t0, ...done(a), finished('succeeded')), bo, late), '')
    const held = needsHuman(after(begun(two), t0, ...done(a), takenOver()))
    assert.equal(offers(held), 'resume, rollback')
    assert.equal(offers(held, cy), 'resume, rollback, takeover')
    assert.equal(offers(needsHuman(lost)), 'rollback, takeover')
    const again = draft(['web-01'], (host) => [step('a', host, { rollback: null, retry: { max: 1 } })])
    assert.equal(offers(after(begun(again), t0, ...failed(a), finished('failed'))), 'retry, takeover')
    assert.equal(offers(after(emptyRun('r-1'), t0, proposed, finished('recorded'))), '')
  })
})

it('what is in flight when a run is taken up again is followed before anything new (P3)', () => {
  const run = after(begun(draft(['web-01'], ladder)), t0, skipped(on('restart')), takenOver(), resumed())
  assert.equal(owes(run), 'preflight recycle web-01')
  const mid = after(flying, t0, finished('needsHuman'), resumed())
  assert.equal(owes(mid, t0 + minute), 'follow a web-01 action')
})
