// Owns the specs of a rollout: how many targets at once, in which order, between which approvals, and what brakes it.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { owed, workKey } from '../../src/core/owed.ts'
import { type Draft, scopesOf, stepAsk } from '../../src/core/plan.ts'
import type { Run, RunEvent } from '../../src/core/run.ts'
import {
  after,
  ana,
  approved,
  begun,
  braked,
  done,
  draft,
  ended,
  failed,
  minute,
  nobody,
  on,
  oneApprover,
  owes,
  plan,
  preflighted,
  started,
  step,
  stepAsked,
  stopRequested,
  t0,
  undoStarted,
  verdict,
  verified,
  waveAsked,
} from './given.ts'

const at = (target: string, id = 'a') => on(id, target)
const hosts = ['v', 'w', 'x', 'y', 'z']
const fleet = (changes: Partial<Draft> = {}, names = hosts) =>
  draft(names, (host) => [step('a', host, { rollback: null })], { waves: [names], ...changes })
const run = (of: Draft, ...events: readonly RunEvent[]) => after(begun(of), t0, ...events)
const flying = (target: string) => [preflighted(at(target)), started(at(target))]

describe('targets of a wave', () => {
  it('are taken one after the other, unless the runbook says how many at once', () => {
    assert.equal(owes(run(fleet())), 'preflight a v')
    assert.equal(owes(run(fleet({ concurrency: 2 }))), 'preflight a v, preflight a w')
    assert.equal(owes(run(fleet({ concurrency: 9 }, ['v', 'w', 'x']))).split(', ').length, 3)
  })

  it('make room for the next as soon as one is done', () => {
    const two = fleet({ concurrency: 2 })
    assert.equal(owes(run(two, ...flying('v'), ...done(at('w')))), 'follow a v action, preflight a x')
    assert.equal(owes(run(two, ...flying('v'), ...flying('w'))), 'follow a v action, follow a w action')
  })

  it('that were begun go on before any is begun', () => {
    const two = fleet({ concurrency: 2 })
    assert.equal(owes(run(two, ...flying('y'), preflighted(at('z')))), 'follow a y action, act a z')
  })

  it('are each in its own place: one verifies while another is sent', () => {
    const three = fleet({ concurrency: 3 })
    const mixed = run(three, ...flying('v'), ...flying('w'), ended(at('w')), preflighted(at('x')))
    assert.equal(owes(mixed), 'follow a v action, verify a w, act a x')
  })

  it('keep their place while they wait for a next attempt, and the run comes back then', () => {
    const again = draft(
      ['v', 'w'],
      (host) => [step('a', host, { rollback: null, retry: { max: 1, afterMs: minute } })],
      {
        waves: [['v', 'w']],
      },
    )
    assert.equal(owes(run(again, ...failed(at('v')))), 'rest until +1')
    const side = { ...again, concurrency: 2 }
    assert.deepEqual(owed(run(side, ...failed(at('v')), ...flying('w')), t0, nobody).wakeAt, t0 + minute)
    assert.equal(owes(run(side, ...failed(at('v')), ...flying('w'))), 'follow a w action')
  })

  it('work in groups where the runbook says so: the next begins when the one before is done', () => {
    const grouped = fleet({ concurrency: 3, batch: 2 })
    assert.equal(owes(run(grouped)), 'preflight a v, preflight a w')
    assert.equal(owes(run(grouped, ...done(at('v')))), 'preflight a w')
    assert.equal(owes(run(grouped, ...done(at('v')), ...done(at('w')))), 'preflight a x, preflight a y')
    assert.equal(owes(run(grouped, ...['v', 'w', 'x', 'y'].flatMap((host) => done(at(host))))), 'preflight a z')
  })

  it('in a group are no more at once than is allowed, whatever its size', () => {
    assert.equal(owes(run(fleet({ concurrency: 1, batch: 4 }))), 'preflight a v')
  })

  it('begin a new group with each wave', () => {
    const waves = [
      ['v', 'w', 'x'],
      ['y', 'z'],
    ]
    const grouped = fleet({ concurrency: 5, batch: 2, waves })
    const first = ['v', 'w'].flatMap((host) => done(at(host)))
    assert.equal(owes(run(grouped, ...first)), 'preflight a x')
    assert.equal(owes(run(grouped, ...first, ...done(at('x')))), 'preflight a y, preflight a z')
  })

  it('are never more at once than allowed, all are reached, each piece of work is named once', () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    )
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(7), { minLength: 40, maxLength: 40 }), ([concurrency, batch], choices) => {
        let state: Run = begun(fleet({ concurrency, ...(batch === undefined ? {} : { batch }) }))
        for (const choice of choices) {
          const { works } = owed(state, t0, nobody)
          assert.equal(new Set(works.map(workKey)).size, works.length)
          assert.ok(works.length <= concurrency)
          const work = works[choice % works.length]
          if (!work || work.do === 'finish') break
          if (work.do === 'preflight') state = after(state, t0, preflighted(work.at))
          else if (work.do === 'act') state = after(state, t0, started(work.at))
          else if (work.do === 'follow') state = after(state, t0, ended(work.at))
          else if (work.do === 'verify') state = after(state, t0, verified(work.at))
        }
        assert.equal(owes(state), 'finish succeeded')
      }),
    )
  })
})

describe('an ask of one target', () => {
  const asks = (changes: Partial<Draft> = {}) =>
    draft(['v', 'w', 'x'], (host) => [step('a', host, { approval: 'always', rollback: null })], {
      waves: [['v', 'w', 'x']],
      concurrency: 2,
      ...changes,
    })

  it('is one ask for all of them, where the run is not guided (P1)', () => {
    const both = run(asks(), preflighted(at('v')), preflighted(at('w')))
    assert.equal(owes(both), 'askPart step:a')
    const agreed = after(both, t0, stepAsked('a'), approved(ana, 'step:a'))
    assert.equal(owes(agreed), 'act a v, act a w')
  })

  it('is each one’s own in a guided run: a yes to one is none to the next (P1)', () => {
    const guided = asks({ guided: true, concurrency: 1 })
    assert.deepEqual(
      ['v', 'w'].map((host) => stepAsk(guided, 'a', host)),
      ['step:a@v', 'step:a@w'],
    )
    const first = run(guided, preflighted(at('v')))
    assert.equal(owes(first), 'askPart step:a@v')
    const asked = (host: string): RunEvent => ({ ...stepAsked('a'), scope: `step:a@${host}` }) as RunEvent
    const agreed = after(first, t0, asked('v'), approved(ana, 'step:a@v'))
    assert.equal(owes(agreed), 'act a v')
    const second = after(agreed, t0, started(at('v')), ended(at('v')), verified(at('v')), preflighted(at('w')))
    assert.equal(owes(second), 'askPart step:a@w')
    assert.equal(owes(after(second, t0, asked('w'))), 'rest until +30')
  })

  it('of a guided run of one target needs no name of it', () => {
    const alone = draft(['v'], (host) => [step('a', host, { approval: 'always' })], { guided: true })
    assert.deepEqual(scopesOf(alone, alone.steps['v']?.[0] ?? step('a'), 'v'), ['run', 'step:a'])
  })

  it('stands open while other targets go on, and the run says that it waits for people', () => {
    const waits = run(asks(), ...flying('v'), preflighted(at('w')), stepAsked('a'))
    assert.equal(waits.status, 'awaitingStepApproval')
    const later = after(waits, t0, ended(at('v')), verified(at('v')))
    assert.equal(later.status, 'awaitingStepApproval')
    assert.equal(after(later, t0, approved(ana, 'step:a'), preflighted(at('w'))).status, 'executing')
  })

  it('is over once what it was asked for has begun, also where its author is not known (P10)', () => {
    const rule = oneApprover({ not: ['author'] })
    const waits = run(asks(), preflighted(at('v')), stepAsked('a', rule), approved(ana, 'step:a'), started(at('v')))
    assert.equal(waits.asks['step:a']?.used, true)
    assert.equal(waits.asks['run']?.used, undefined)
    assert.equal(waits.status, 'executing')
  })

  it('comes to its expiry while others are under way', () => {
    const waits = run(asks(), ...flying('v'), preflighted(at('w')), stepAsked('a'))
    assert.equal(owes(waits, t0 + 30 * minute), 'follow a v action, expire step:a')
  })
})

describe('a guided run whose waves ask', () => {
  const of = draft(['v', 'w'], (host) => [step('a', host, { approval: 'always', rollback: null })], {
    guided: true,
    waveApproval: 'always',
  })

  it('asks for the wave, then for each step of it, and needs every yes (P1)', () => {
    const asked = (scope: string): RunEvent => ({ ...stepAsked('a'), scope }) as RunEvent
    const first = run(of, preflighted(at('v')), asked('step:a@v'), approved(ana, 'step:a@v'))
    const second = after(first, t0, started(at('v')), ended(at('v')), verified(at('v')))
    assert.equal(owes(second), 'askPart wave:2')
    const wave = after(second, t0, waveAsked(2), approved(ana, 'wave:2'), preflighted(at('w')))
    assert.equal(owes(wave), 'askPart step:a@w')
    const both = after(wave, t0, asked('step:a@w'), approved(ana, 'step:a@w'))
    const [work] = owed(both, t0, nobody).works
    assert.deepEqual(work?.do === 'act' && work.scopes, ['run', 'wave:2', 'step:a@w'])
  })
})

describe('the brake', () => {
  const three = fleet({ concurrency: 3, stopAfterFailures: 2 }, ['v', 'w', 'x'])

  it('falls by itself where too many failed: what is under way ends, nothing else begins (P11)', () => {
    const both = run(three, ...failed(at('v')), ...failed(at('w')), ...flying('x'))
    assert.equal(owes(both), 'follow a x action')
    assert.equal(owes(after(both, t0, ended(at('x')))), 'verify a x')
    const fresh = run(three, ...failed(at('v')), ...failed(at('w')), preflighted(at('x')))
    assert.equal(owes(fresh), 'finish failed')
  })

  it('falls at once where an outcome is unknown; others are followed first (P3)', () => {
    const lost = run(three, ...flying('v'), ended(at('v'), 'unknown'), ...flying('w'))
    assert.equal(owes(lost), 'follow a w action')
    assert.equal(owes(after(lost, t0, ended(at('w')), verified(at('w')))), 'finish needsHuman')
  })

  it('counts failures of every wave so far, and none of a target that a rung mended', () => {
    const waves = [
      ['v', 'w'],
      ['x', 'y', 'z'],
    ]
    const two = fleet({ concurrency: 1, stopAfterFailures: 2, waves })
    assert.equal(owes(run(two, ...failed(at('v')), ...done(at('w')))), 'preflight a x')
    assert.equal(owes(run(two, ...failed(at('v')), ...done(at('w')), ...failed(at('x')))), 'finish failed')
  })

  it('that somebody or something pulled starts nothing, and rolls back only what it broke (P11)', () => {
    const undoes = draft(['v', 'w', 'x'], (host) => [step('a', host)], { waves: [['v', 'w', 'x']], concurrency: 3 })
    const held = run(undoes, ...flying('v'), preflighted(at('w')), braked())
    assert.equal(owes(held), 'follow a v action')
    assert.equal(owes(after(held, t0, ended(at('v'), 'failed'))), 'rollBack a v')
    assert.equal(owes(after(held, t0, ended(at('v'), 'failed'), undoStarted(at('v')))), 'follow a v rollback')
    assert.equal(owes(after(held, t0, ended(at('v')), verified(at('v')))), 'finish needsHuman')
  })

  it('asks nobody any more, reminds nobody and lets no ask expire', () => {
    const asks = fleet({ concurrency: 2, waveApproval: 'always', waves: [['v'], ['w', 'x']] }, ['v', 'w', 'x'])
    const asked = run(asks, ...done(at('v')), waveAsked(2, oneApprover({ remindMs: minute })))
    assert.equal(owes(after(asked, t0, braked()), t0 + 40 * minute), 'finish needsHuman')
    const half = run(
      asks,
      ...done(at('v')),
      waveAsked(2),
      approved(ana, 'wave:2'),
      ...flying('w'),
      waveAsked(2),
      braked(),
    )
    assert.equal(owes(half, t0 + 40 * minute), 'follow a w action')
    assert.notEqual(half.status, 'awaitingStepApproval')
  })

  it('lets nothing be sent or asked that an engine had in hand (P11)', () => {
    const ready = run(three, preflighted(at('v')), braked())
    const rule = oneApprover()
    assert.equal(
      verdict({ do: 'askPart', scope: 'step:a', rule, again: false }, ready),
      'nothing new is started any more',
    )
    assert.equal(
      verdict(
        {
          do: 'startAction',
          at: at('v'),
          key: 'k',
          gate: { plan, checked: [] },
          deadlineAt: t0,
          parties: nobody,
          compile: () => assert.fail('nothing is filled'),
        },
        ready,
      ),
      'nothing new is started any more',
    )
  })

  it('leaves no work beside the end: the run ends once, when nothing is under way', () => {
    for (const hold of [braked(), stopRequested])
      for (const events of [flying('v'), failed(at('v')), done(at('v'))]) {
        const { works } = owed(run(three, ...events, hold), t0, nobody)
        assert.ok(works.length === 1 || works.every((work) => work.do !== 'finish'))
      }
  })
})
