// Owns the property that no order of commands, clicks, outcomes and crashes gets a request out that was not allowed.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { PREFLIGHT_FRESH_MS } from '../../src/core/owed.ts'
import type { ApprovalScope, RunEvent } from '../../src/core/run.ts'
import {
  enders,
  engineKinds,
  type Kind,
  type Logged,
  type Move,
  people,
  type Shape,
  type SimulatedRun,
  simulatedRun,
} from './simulated-run.ts'

const number = fc.nat(7)
/** Mostly what moves a run on, now and then what disturbs it: a story that ends at once says little. */
const kind = fc.oneof(
  { weight: 30, arbitrary: fc.constant<Kind>('work') },
  { weight: 10, arbitrary: fc.constant<Kind>('approve') },
  { weight: 8, arbitrary: fc.constantFrom<Kind>(...engineKinds) },
  { weight: 4, arbitrary: fc.constantFrom<Kind>('approveOther', 'begin', 'askStep', 'decide') },
  { weight: 2, arbitrary: fc.constantFrom<Kind>(...enders) },
)
const moves: fc.Arbitrary<readonly Move[]> = fc.array(fc.tuple(kind, number, number, number), {
  maxLength: 90,
  size: 'max',
})
const shapes: fc.Arbitrary<Shape> = fc.record({
  targets: fc.integer({ min: 1, max: 3 }),
  stopAfterFailures: fc.integer({ min: 1, max: 3 }),
  undoAll: fc.boolean(),
  rung: fc.constantFrom('asks', 'plain', 'none'),
  last: fc.boolean(),
  rollback: fc.boolean(),
  preflight: fc.boolean(),
  twoPeople: fc.boolean(),
  authorKnown: fc.boolean(),
})
const stories = fc.tuple(shapes, moves)
type Story = readonly [Shape, readonly Move[]]

const play = ([shape, list]: Story): SimulatedRun => {
  const run = simulatedRun(shape)
  for (const move of list) run.move(move)
  return run
}
const holds = (check: (run: SimulatedRun) => void) =>
  fc.assert(
    fc.property(stories, (story) => check(play(story))),
    { numRuns: 400 },
  )

/** The events of these types, each with everything that was logged before it. */
function each<T extends RunEvent['type']>(log: readonly Logged[], ...types: readonly T[]) {
  return log.flatMap(({ event, at }, index) => {
    const wanted: readonly RunEvent['type'][] = types
    return wanted.includes(event.type)
      ? [{ event: event as Extract<RunEvent, { type: T }>, at, before: log.slice(0, index) }]
      : []
  })
}
const where = (event: { readonly step: string; readonly target: string }) => `${event.step} on ${event.target}`
const last = <T extends RunEvent['type']>(log: readonly Logged[], type: T) => each(log, type).at(-1)

/** Read from the log alone, without the core: is this scope permitted for the plan that was decided last? */
function isPermitted(run: SimulatedRun, before: readonly Logged[], scope: ApprovalScope, plan: string): boolean {
  const decided = last(before, 'decided')
  if (!decided || decided.event.plan !== plan) return false
  if (scope === 'run' && decided.event.rule === null) return decided.event.decision.effect === 'allow'
  const since = before.slice(decided.before.length)
  const asked = scope === 'run' ? decided : each(since, 'stepAsked').find(({ event }) => event.scope === scope)
  if (!asked) return false
  const given = each(since.slice(scope === 'run' ? 0 : asked.before.length), 'approved')
    .filter(({ event }) => event.scope === scope && event.plan === plan)
    .map(({ event }) => event.by.id)
  const able = [...new Set(given)].filter(
    (id) => id !== run.parties.requester && !(run.parties.authors ?? []).includes(id),
  )
  const groups = able.map((id): readonly string[] => people[id as keyof typeof people])
  const enough = able.length >= (run.parties.authors === null ? 2 : 1)
  if (run.rule.lines.length === 1) return enough && groups.some((mine) => mine.length > 0)
  return groups.some((owner, i) => owner.includes('owner') && groups.some((cab, j) => i !== j && cab.includes('cab')))
}

describe('whatever happens in whatever order', () => {
  it('no action starts before its permission for exactly this plan is complete (P1)', () => {
    holds((run) => {
      for (const { event, before } of each(run.log, 'actionStarted')) {
        const plan = event.gate.plan
        const begun = last(before, 'executionStarted')
        assert.equal(begun?.event.plan, plan)
        assert.ok(isPermitted(run, before, 'run', plan), `${where(event)}: the run was not permitted`)
        const step = run.plans.get(plan)?.steps[event.target]?.find(({ id }) => id === event.step)
        if (step?.approval)
          assert.ok(isPermitted(run, before, `step:${event.step}`, plan), `${where(event)} was not asked`)
      }
    })
  })

  it('no run begins before its permission is complete (P1)', () => {
    holds((run) => {
      for (const { event, before } of each(run.log, 'executionStarted'))
        assert.ok(isPermitted(run, before, 'run', event.plan))
    })
  })

  it('no action starts without a preflight that passed within the last minute (P2)', () => {
    holds((run) => {
      for (const { event, at, before } of each(run.log, 'actionStarted')) {
        const step = run.plans.get(event.gate.plan)?.steps[event.target]?.find(({ id }) => id === event.step)
        if (!step?.preflight) continue
        const since = before.slice(last(before, 'planned')?.before.length)
        const looked = each(since, 'preflighted').findLast((one) => where(one.event) === where(event))
        assert.ok(looked?.event.ok && at - looked.at <= PREFLIGHT_FRESH_MS)
      }
    })
  })

  it('each step is started and rolled back at most once per target, each under its own key (P3)', () => {
    holds((run) => {
      for (const type of ['actionStarted', 'rollbackStarted'] as const) {
        const starts = each(run.log, type).map(({ event }) => where(event))
        assert.equal(new Set(starts).size, starts.length)
      }
      const keys = each(run.log, 'actionStarted', 'rollbackStarted').map(({ event }) => event.key)
      assert.equal(new Set(keys).size, keys.length)
    })
  })

  it('a rollback follows the action that it undoes (P3)', () => {
    holds((run) => {
      for (const { event, before } of each(run.log, 'rollbackStarted'))
        assert.ok(each(before, 'actionStarted').some((started) => where(started.event) === where(event)))
    })
  })

  it('what is sent is exactly what the approved plan says (P9)', () => {
    holds((run) => {
      for (const { event } of each(run.log, 'actionStarted', 'rollbackStarted')) {
        const step = run.plans.get(event.gate.plan)?.steps[event.target]?.find(({ id }) => id === event.step)
        assert.deepEqual(event.request, event.type === 'actionStarted' ? step?.action : step?.rollback)
      }
    })
  })

  it('once something was sent the plan stays what it is (P1)', () => {
    holds((run) => {
      const [first] = each(run.log, 'actionStarted')
      if (!first) return
      const rest = run.log.slice(first.before.length)
      assert.deepEqual([each(rest, 'planned'), each(rest, 'decided')], [[], []])
    })
  })

  it('nobody approves who is kept out or in no group, and nobody twice (P10)', () => {
    holds((run) => {
      for (const { event, before } of each(run.log, 'approved')) {
        const { by, scope, plan, groups } = event
        assert.ok(groups.length > 0 && by.id !== 'requester')
        if (run.parties.authors !== null) assert.notEqual(by.id, 'author')
        const asked = last(before, 'decided')
        assert.equal(plan, asked?.event.plan, 'it is a yes to what is asked now')
        const earlier = each(before.slice(asked?.before.length), 'approved')
        assert.equal(
          earlier.some((one) => one.event.by.id === by.id && one.event.scope === scope && one.event.plan === plan),
          false,
        )
      }
    })
  })

  it('after a stop nothing new begins, is asked or acts (P11)', () => {
    holds((run) => {
      const [stop] = each(run.log, 'stopRequested')
      if (!stop) return
      const rest = run.log.slice(stop.before.length)
      assert.deepEqual(each(rest, 'actionStarted', 'executionStarted', 'decided', 'stepAsked'), [])
    })
  })

  it('a run that has ended stays as it ended; a person may close one that needs a person (P4)', () => {
    holds((run) => {
      const [end] = each(run.log, 'finished')
      if (!end) return
      const rest = run.log.slice(end.before.length + 1).map(({ event }) => event)
      const types = rest.map((event) => event.type)
      if (rest.length === 0) return
      assert.equal(end.event.status, 'needsHuman')
      assert.deepEqual(types, ['stopRequested', 'finished'])
      assert.equal(rest[1]?.type === 'finished' && rest[1].status, 'cancelled')
      assert.equal(run.state().status, 'cancelled')
    })
  })

  it('folding the log from scratch, and from JSON, gives the same run (P4)', () => {
    holds((run) => {
      assert.deepEqual(run.refold(), run.state())
      assert.deepEqual(run.refold(JSON.parse(JSON.stringify(run.log)) as readonly Logged[]), run.state())
    })
  })

  it('what is owed comes to an end: any run, left to itself, finishes in a bounded number of steps', () => {
    fc.assert(
      fc.property(
        stories,
        fc.array(number, { maxLength: 120, size: 'max' }),
        fc.boolean(),
        (story, answers, approves) => {
          const run = play(story)
          // Each step on each target: weigh, preflight twice, ask, act, follow, verify twice, roll back, follow.
          const bound = 20 + 3 * 3 * 12
          for (let turn = 0; turn < bound; turn += 1) {
            if (run.state().finished) break
            if (run.doNext(answers[turn] ?? 0) === 'worked') continue
            if (approves) for (const who of [0, 1, 2]) run.move(['approve', who, turn, 0])
            const wakeAt = run.wakeAt()
            assert.notEqual(wakeAt, null, 'it rests for ever')
            run.passTo(wakeAt ?? 0)
          }
          assert.ok(run.state().finished, `still ${run.state().status}`)
          assert.equal(run.doNext(0), 'rests')
          assert.equal(run.wakeAt(), null)
        },
      ),
      { numRuns: 400 },
    )
  })
})

it('these stories reach everything that the properties speak of', () => {
  const seen = new Set<string>()
  for (const story of fc.sample(stories, { numRuns: 600, seed: 11 })) {
    const { log } = play(story)
    const sent = each(log, 'actionStarted')
    for (const { event } of log) seen.add(event.type === 'finished' ? event.status : event.type)
    for (const { event } of sent) seen.add(`${event.step} sent`)
    if (each(log, 'planned').length > 1) seen.add('replanned')
    if (sent.length > 2) seen.add('several sent')
  }
  const wanted = [
    ['approved', 'rejected', 'stopRequested', 'stepAsked', 'rungReached', 'rollbackStarted', 'verified', 'replanned'],
    ['first sent', 'rung sent', 'last sent', 'several sent'],
    ['succeeded', 'failed', 'rolledBack', 'rollbackFailed', 'needsHuman', 'cancelled', 'expired', 'refused'],
    ['stoppedByPolicy', 'recorded'],
  ].flat()
  assert.deepEqual(
    wanted.filter((one) => !seen.has(one)),
    [],
  )
})
