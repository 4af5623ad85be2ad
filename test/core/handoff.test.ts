// Owns the specs of the hand-off: when there is one, what it holds likely and why, what it rules out, what it cannot tell.
import assert from 'node:assert/strict'
import { emptyRun } from '../../src/core/evolve.ts'
import type { Gather } from '../../src/core/gather.ts'
import { escalationOf, handOffOf } from '../../src/core/handoff.ts'
import { type IncidentContext, known, unknown } from '../../src/core/incident.ts'
import type { EndStatus, Run, RunEvent } from '../../src/core/run.ts'
import type { NearDeploy, PastIncident, SignalReading, Surroundings } from '../../src/core/surroundings.ts'
import { timelineOf } from '../../src/core/timeline.ts'
import {
  after,
  asking,
  begun,
  done,
  draft,
  ended,
  failed,
  finished,
  minute,
  on,
  owes,
  preflighted,
  proposed,
  request,
  started,
  stopRequested,
  t0,
  takenOver,
  undone,
  undoRequested,
  verified,
} from './given.ts'

const hour = 60 * minute
const recycle = on('recycle')

/** A run that ended, with this around it. */
const over = (context: Partial<IncidentContext> = {}, run: Run = begun(), status: EndStatus = 'failed'): Run => {
  const end = after(run, t0, finished(status))
  return { ...end, context: { ...end.context, ...context } }
}
const around = (surroundings: Surroundings): Partial<IncidentContext> => ({ surroundings })
const handed = (run: Run) => {
  const handOff = handOffOf(run)
  assert.ok(handOff)
  return handOff
}
const likely = (run: Run) => handed(run).hypotheses.map(({ what }) => what)

const deploy = (minutes: number, changes: Partial<NearDeploy> = {}): NearDeploy => ({
  service: 'shop',
  version: '2.4',
  previous: null,
  at: t0 - minutes * minute,
  by: null,
  ...changes,
})
const deploys = (...all: readonly NearDeploy[]): Surroundings => ({ deploys: known(all, 'deployment events', t0) })
const past = (number: string, changes: Partial<PastIncident> = {}): PastIncident => ({
  sysId: number,
  number,
  title: 'slow',
  openedAt: t0 - 48 * hour,
  resolvedAt: t0 - 47 * hour,
  closeCode: 'Restarted',
  closeNotes: '',
  alike: true,
  ...changes,
})
const signal = (changes: Partial<SignalReading> = {}): SignalReading => ({
  title: 'error ratio',
  unit: '',
  system: 'prometheus',
  value: 0.4,
  shows: true,
  points: [],
  ...changes,
})
const gather: Gather = { reason: 'it fits no class', escalate: 'desk', evidence: [] }
const gathered = (changes: Partial<Gather> = {}): Run =>
  after(emptyRun('r-1'), t0, {
    ...proposed,
    runbook: null,
    gather: { ...gather, ...changes },
  } as RunEvent)

describe('a run that gathers', () => {
  it('looks at what it was told to, side by side, then needs a person (P3: the same after a crash)', () => {
    const look = { target: 'web-01', request: request('ops.look') }
    const run = gathered({ evidence: [look, look] })
    assert.equal(owes(run), 'capture 1, capture 2')
    const captured = (id: string): RunEvent => ({
      type: 'evidenceCaptured',
      id,
      do: 'ops.look',
      target: 'web-01',
      ok: true,
      summary: '',
      sha256: null,
      bytes: 0,
    })
    assert.equal(owes(after(run, t0, captured('2'))), 'capture 1')
    assert.equal(owes(after(run, t0, captured('2'), captured('1'))), 'finish needsHuman')
    assert.equal(owes(gathered()), 'finish needsHuman')
  })

  it('may be stopped like any other', () => {
    assert.equal(owes(after(gathered(), t0, stopRequested)), 'finish cancelled')
  })
})

describe('a hand-off', () => {
  it('is made of every end that leaves the trouble to people, and of no other', () => {
    const statuses: readonly EndStatus[] = [
      'succeeded',
      'stoppedByPolicy',
      'refused',
      'expired',
      'cancelled',
      'failed',
      'rolledBack',
      'rollbackFailed',
      'needsHuman',
      'recorded',
    ]
    assert.deepEqual(
      statuses.filter((status) => handOffOf(over({}, begun(), status))),
      ['stoppedByPolicy', 'expired', 'failed', 'rolledBack', 'rollbackFailed', 'needsHuman'],
    )
    assert.equal(handOffOf(begun()), null)
  })

  it('is not made where the incident is over, or where a person had it undone', () => {
    const closed = {
      sysId: '1',
      number: 'INC1',
      state: 'closed',
      shortDescription: '',
      text: '',
      reopened: 0,
      facts: {},
    } as const
    assert.equal(handOffOf(over({ incident: closed }, asking(), 'stoppedByPolicy')), null)
    const run = after(begun(), t0, ...done(recycle), finished('succeeded'), undoRequested, ...undone(recycle))
    assert.equal(handOffOf(after(run, t0, finished('rolledBack'))), null)
  })

  it('is made for somebody who took the run over', () => {
    const run = after(begun(), t0, takenOver())
    assert.ok(handOffOf(over({}, run, 'needsHuman')))
  })

  it('says so where nothing points to a cause', () => {
    const { hypotheses, unknown: untold } = handed(over({}, asking(), 'expired'))
    assert.deepEqual(hypotheses, [])
    assert.deepEqual(untold, ['what is around it was not read'])
  })

  it('names the evidence of every hypothesis', () => {
    const run = over(
      {
        ...around({ ...deploys(deploy(5)), history: known([past('INC9')], 'incident', t0) }),
        signals: { errors: known(signal(), 'prometheus', t0) },
      },
      after(begun(), t0, ...failed(recycle)),
    )
    const { hypotheses } = handed(run)
    assert.equal(hypotheses.length, 4)
    for (const { what, evidence } of hypotheses)
      assert.ok(evidence.length > 0 && evidence.every((each) => each !== ''), what)
  })
})

describe('hypotheses', () => {
  it('come in one order whatever the order of what was read', () => {
    const all = [deploy(5, { service: 'a' }), deploy(5, { service: 'b' }), deploy(300, { service: 'c' })]
    const order = [
      'a 2.4 was deployed 5 min earlier',
      'b 2.4 was deployed 5 min earlier',
      'c 2.4 was deployed 5 h earlier',
    ]
    assert.deepEqual(likely(over(around(deploys(...all)))), order)
    assert.deepEqual(likely(over(around(deploys(...all.toReversed())))), order)
  })

  it('are no deploy that came after, or more than a day before', () => {
    assert.deepEqual(likely(over(around(deploys(deploy(-1), deploy(25 * 60))))), [])
  })

  it('say where a rollback may be the better fix', () => {
    const [first] = handed(over(around(deploys(deploy(5, { previous: '2.3' }))))).hypotheses
    assert.equal(first?.why, 'before it ran 2.3: a rollback may be the better fix')
  })

  it('rank an unknown outcome above a deploy, and a deploy above what ran in vain', () => {
    const vain = after(begun(), t0, preflighted(recycle), started(recycle), ended(recycle), verified(recycle, false))
    assert.deepEqual(likely(over(around(deploys(deploy(5))), vain)), [
      'shop 2.4 was deployed 5 min earlier',
      'the cause is not what recycle mends',
    ])
    const lost = after(begun(), t0, preflighted(recycle), started(recycle), ended(recycle, 'unknown'))
    assert.deepEqual(likely(over(around(deploys(deploy(5))), lost, 'needsHuman')), [
      'recycle on web-01 may still be at work, or half done',
      'shop 2.4 was deployed 5 min earlier',
    ])
  })

  it('are changes that are under way or ended lately, not those to come', () => {
    const change = (number: string, start: number, end: number | null, isOver = false) => ({
      number,
      title: 'Patch',
      state: 'Implement',
      ci: 'db-01',
      start: t0 + start * hour,
      end: end === null ? null : t0 + end * hour,
      over: isOver,
    })
    const changes = known(
      [change('CHG1', 1, 2), change('CHG2', -1, 1), change('CHG3', -5, -3, true), change('CHG4', -90, -80)],
      'change_request',
      t0,
    )
    assert.deepEqual(likely(over(around({ changes }))), [
      'CHG2 (Patch) on db-01 is under way',
      'CHG3 (Patch) on db-01 ended 3 h earlier',
    ])
  })

  it('begin at the root of a storm, and at what it depends on and has trouble too', () => {
    const run = over(
      around({
        neighbours: known(
          ['lb-01', 'db-01', 'fs-01'].map((name) => ({
            sysId: name,
            name,
            direction: 'up' as const,
            depth: 2,
            relation: 'Depends on',
          })),
          'cmdb_rel_ci',
          t0,
        ),
      }),
    )
    const storm = {
      members: 12,
      resolved: 0,
      sample: [{ key: 'a1', title: 'db is slow', ci: 'db-01', why: 'web-01 depends on db-01' }],
      root: { ci: 'lb-01', reason: 'the most upstream CI with trouble' },
      symptoms: [],
    }
    assert.deepEqual(likely({ ...run, knowledge: { ...run.knowledge, storm } }), [
      'the trouble begins at lb-01',
      'db-01, which it depends on, has trouble too',
    ])
    const own = { ...storm, root: { ci: 'web-01', reason: 'it came first' } }
    assert.deepEqual(likely({ ...run, knowledge: { ...run.knowledge, storm: own } }), [
      'db-01, which it depends on, has trouble too',
    ])
  })

  it('are what closed it before, counted; what is open, or this incident itself, closes nothing', () => {
    const history = known(
      [
        past('INC1', { closeNotes: 'Restarted   the pool' }),
        past('INC2', { openedAt: t0 - 90 * hour }),
        past('INC3', { closeCode: null, closeNotes: 'it went away' }),
        past('INC4', { resolvedAt: null }),
        past('INC5', { closeCode: null }),
      ],
      'incident',
      t0,
    )
    assert.deepEqual(likely(over(around({ history }))), [
      'closed like this 2×: Restarted (Restarted the pool)',
      'closed like this 1×: it went away',
    ])
  })

  it('are what people confirmed to have helped, unless it failed as often; a memory that cannot be read is unknown', () => {
    const lesson = (how: string, worked: number, bad: number) => ({ how, worked, failed: bad, incidents: ['INC1'] })
    const remembered = known([lesson('restart-iis', 3, 1), lesson('a reboot', 1, 1)], 'memory', t0)
    const run = after(gathered({ remembered }), t0, finished('needsHuman'))
    assert.deepEqual(handed(run).hypotheses, [
      {
        from: 'around',
        what: 'what helped 3× before may help again: restart-iis',
        why: 'people confirmed it; 1× it did not help',
        evidence: ['lessons of INC1, from the memory'],
      },
    ])
    const lost = after(gathered({ remembered: unknown('no answer', 'memory', t0) }), t0, finished('needsHuman'))
    assert.deepEqual(handed(lost).unknown, ['what is around it was not read', 'memory: no answer'])
  })

  it('doubt the report where the issue shows in no signal, and never where one cannot be told (P5)', () => {
    const quiet = known(signal({ shows: false, value: 0 }), 'prometheus', t0)
    const absent = known(signal({ shows: null, value: null }), 'tempo', t0)
    const { hypotheses, ruledOut } = handed(over({ signals: { errors: quiet } }))
    assert.deepEqual(
      hypotheses.map(({ what }) => what),
      ['it has passed by itself, or the report is wrong'],
    )
    assert.deepEqual(hypotheses[0]?.evidence, ['signal errors: 0, from prometheus'])
    assert.deepEqual(ruledOut, [{ what: 'signal errors', because: 'the issue does not show in it (prometheus)' }])
    const half = over({ signals: { errors: quiet, traces: absent } })
    assert.deepEqual(likely(half), [])
    assert.ok(handed(half).unknown.includes('signal traces: whether the issue shows in it cannot be told'))
    assert.deepEqual(likely(over({ signals: { errors: quiet, traces: unknown('no answer', 'tempo', t0) } })), [])
    assert.deepEqual(likely(over({ signals: { traces: absent } })), [])
  })
})

describe('what a hand-off rules out, and what it cannot tell', () => {
  it('rules out what is known to be none, never what is not known (P5)', () => {
    const { ruledOut, unknown: untold } = handed(
      over(
        around({
          neighbours: known([], 'cmdb_rel_ci', t0),
          deploys: known([], 'deployment events', t0),
          changes: unknown('access denied', 'change_request', t0),
          history: known([], 'incident', t0),
        }),
      ),
    )
    assert.deepEqual(
      ruledOut.map(({ what }) => what),
      ['a recent deploy', 'an old acquaintance'],
    )
    assert.deepEqual(untold, ['changes: access denied'])
  })

  it('rules out no deploy where the neighbours are unknown: it may have been on one of them (P5)', () => {
    const neighbours = unknown('no answer', 'cmdb_rel_ci', t0)
    const { ruledOut } = handed(over(around({ neighbours, deploys: known([], 'deployment events', t0) })))
    assert.deepEqual(ruledOut, [])
  })

  it('says that nothing was read around an incident without a CI (P5)', () => {
    const { context, ...run } = over(around({ history: known([], 'incident', t0) }))
    const { ci: _, ...without } = context
    assert.deepEqual(handed({ ...run, context: without }).unknown, ['what is around it was not read'])
  })

  it('rules out runbooks that do not fit, with the reason, and steps that succeeded', () => {
    const run = over({}, after(begun(), t0, ...done(recycle)), 'needsHuman')
    const candidates = [
      { runbook: 'drain', fits: false, specificity: 0, reasons: ['class errors holds', 'class errors allows recycle'] },
      { runbook: 'restart-iis', fits: true, specificity: 1, reasons: [] },
    ]
    assert.deepEqual(handed({ ...run, candidates }).ruledOut, [
      { what: 'step recycle on web-01', because: 'it succeeded: good' },
      { what: 'runbook drain', because: 'class errors allows recycle' },
    ])
  })

  it('does not call a failed look a finding', () => {
    const look: RunEvent = {
      type: 'evidenceCaptured',
      id: '1',
      do: 'ops.diagnostics',
      target: 'web-01',
      ok: false,
      summary: 'not captured: timed out',
      sha256: null,
      bytes: 0,
    }
    const { unknown: untold } = handed(over(around({}), after(asking(), t0, look), 'expired'))
    assert.deepEqual(untold, ['evidence 1 (ops.diagnostics web-01): not captured: timed out'])
  })
})

describe('whom a hand-off names', () => {
  it('is the owner of the service, else of the runbook, else the group of the incident', () => {
    const owner = known({ name: 'Shop', group: 'Web Platform' }, 'cmdb', t0)
    assert.equal(handed(over(around({ owner }))).owner, 'Web Platform')
    assert.equal(handed(over()).owner, 'web-platform')
    const incident = {
      sysId: '1',
      number: 'INC1',
      state: 'new',
      shortDescription: '',
      text: '',
      group: 'Desk',
      reopened: 0,
      facts: {},
    } as const
    assert.equal(handed({ ...over({ incident }), runbook: null }).owner, 'Desk')
  })

  it('calls whom the runbook says, else the class, else what was handed over without one', () => {
    const of = (escalate: string | null): Run =>
      begun(draft(['web-01'], undefined, { onFailure: { escalate, assign: null, rollback: 'step' } }))
    const classed = { taxonomy: { why: '', escalate: 'web' } }
    assert.equal(escalationOf(over(classed, of('sre'))), 'sre')
    assert.equal(escalationOf(over(classed, of('owner'))), 'web-platform')
    assert.equal(escalationOf(over(classed, of(null))), 'web')
    assert.equal(escalationOf(over({}, of(null))), null)
    assert.equal(escalationOf(gathered()), 'desk')
  })

  it('is nobody on call where that could not be read', () => {
    const { onCall, unknown: untold } = handed(over(around({ onCall: unknown('no schedule', 'on_call', t0) })))
    assert.equal(onCall, null)
    assert.deepEqual(untold, ['who is on call: no schedule'])
  })
})

describe('the timeline of a hand-off', () => {
  it('tells what a person would, in order, and leaves out what only runbot needs', () => {
    const events: readonly RunEvent[] = [
      proposed,
      { type: 'waited', reason: 'x' },
      started(recycle),
      ended(recycle, 'failed'),
      finished('failed'),
    ]
    assert.deepEqual(timelineOf(events.map((event, index) => ({ seq: index + 1, at: t0 + index, event }))), [
      { seq: 1, at: t0, what: 'restart-iis was proposed' },
      { seq: 3, at: t0 + 2, what: 'ops.act left for recycle on web-01' },
      { seq: 4, at: t0 + 3, what: 'recycle on web-01: failed: it failed' },
      { seq: 5, at: t0 + 4, what: 'ended as failed: so it ended' },
    ])
  })
})
