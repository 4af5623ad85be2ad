// Owns the specs of what people may do to a run: approve, reject, stop, each refusal with its sentence (P10, P12).
import assert from 'node:assert/strict'
import type { RunCommand } from '../../src/core/decide.ts'
import { emptyRun } from '../../src/core/evolve.ts'
import type { Run } from '../../src/core/run.ts'
import {
  after,
  ana,
  approved,
  asking,
  begun,
  bo,
  cy,
  decision,
  draft,
  eventsOf,
  finished,
  minute,
  nobody,
  oneApprover,
  other,
  plan,
  planned,
  proposed,
  stepAsked,
  stopRequested,
  t0,
  verdict,
} from './given.ts'

describe('approve', () => {
  type Answer = Extract<RunCommand, { do: 'approve' | 'reject' }>
  const click = (changes: Partial<Answer> = {}): Answer => ({
    do: 'approve',
    by: ana,
    scope: 'run',
    plan,
    note: '',
    standing: { groups: ['owner'], unknown: [] },
    parties: nobody,
    frozen: null,
    ...changes,
  })
  const says = (changes: Partial<Answer> = {}, run = asking(), at = t0) => verdict(click(changes), run, at)

  it('is recorded with the groups that the person had at the click', () => {
    assert.deepEqual(eventsOf(click({ note: 'go' }), asking()), [
      { type: 'approved', by: ana, scope: 'run', plan, note: 'go', groups: ['owner'] },
    ])
  })

  it('is refused for a run that has ended, with how it ended (P12)', () => {
    const run = after(asking(), t0, finished('expired', 'nobody decided in time'))
    assert.equal(says({}, run), 'this run has already ended: nobody decided in time | nothing more is needed')
  })

  it('is refused for a plan that has since changed (P1)', () => {
    const words =
      'the plan has changed since this card was drawn | look at the newest card: it shows what would run now'
    assert.equal(says({ plan: other }), words)
    assert.equal(says({ plan: '' }), words)
    const replanned = after(asking(), t0, planned())
    assert.match(says({}, replanned), /^nothing is being asked for run/)
  })

  it('is refused for a scope that was not asked, whatever the payload calls it (P9)', () => {
    for (const scope of ['step:restart', 'wave:2', 'constructor', '__proto__', ''])
      assert.equal(says({ scope }), `nothing is being asked for ${scope} | look at the newest card of this run`)
  })

  it('is refused where it was decided already', () => {
    const words = 'this was already decided | nothing more is needed'
    assert.equal(says({ by: bo }, after(asking(), t0, approved(ana))), words)
    const allowed = after(asking(draft(), decision({ effect: 'allow', rule: null })), t0, {
      type: 'executionStarted',
      plan,
    })
    assert.equal(says({}, allowed), 'this run was already decided | nothing more is needed')
  })

  it('is refused from the moment that it expires', () => {
    assert.equal(says({}, asking(), t0 + 30 * minute - 1), 'approved')
    assert.equal(
      says({}, asking(), t0 + 30 * minute),
      'the time to decide is over | start it again with run restart-iis',
    )
  })

  it('is refused to who is in none of the groups (P10)', () => {
    const standing = { groups: [], unknown: [] }
    assert.equal(
      says({ standing }),
      'you are not in web-platform, small-team | ask a member of web-platform, small-team',
    )
  })

  it('is refused where membership cannot be told, and says why (P5, P12)', () => {
    const standing = { groups: [], unknown: [{ group: 'owner', reason: 'ServiceNow does not answer' }] }
    assert.equal(
      says({ standing }),
      'whether you belong to web-platform, small-team cannot be told (owner: ServiceNow does not answer) | ' +
        'try again when the directory answers',
    )
  })

  it('is enough by one group although another cannot be told', () => {
    assert.equal(says({ standing: { groups: ['small-team'], unknown: [{ group: 'owner', reason: 'x' }] } }), 'approved')
  })

  it('is refused to the requester, the opener and the author (P10)', () => {
    const parties = { requester: 'ana', opener: 'bo', authors: ['cy'] }
    const run = asking(draft(), decision({ rule: oneApprover({ not: ['requester', 'opener', 'author'] }) }))
    const end = 'so somebody else must approve it | ask another member of web-platform, small-team'
    assert.equal(says({ parties }, run), `you requested this run, ${end}`)
    assert.equal(says({ parties, by: bo }, run), `you opened the incident, ${end}`)
    assert.equal(says({ parties, by: cy }, run), `you wrote this runbook, ${end}`)
  })

  it('is refused during a freeze, with its reason (P11, P12)', () => {
    assert.equal(says({ frozen: 'frozen by Cy: payday' }), 'frozen by Cy: payday | wait for the unfreeze')
  })

  it('is refused to the same person twice (P10)', () => {
    const rule = oneApprover({ lines: [{ from: ['owner'], quorum: 2 }] })
    const run = after(asking(draft(), decision({ rule })), t0, approved(ana))
    assert.equal(says({}, run), 'you have already approved this | somebody else has to approve it too')
    assert.equal(says({ by: bo }, run), 'approved')
  })

  it('is for a step where the step asks', () => {
    const run = after(begun(), t0, stepAsked('restart'))
    assert.equal(says({ scope: 'step:restart' }, run), 'approved')
    assert.equal(says({}, run), 'this was already decided | nothing more is needed')
  })

  describe('and reject', () => {
    const rejects = (changes: Partial<Answer> = {}, run = asking()) =>
      eventsOf(click({ do: 'reject', ...changes }), run).at(-1)

    it('ends the run with the first one, and says who and why', () => {
      assert.deepEqual(rejects({ note: 'not now' }), finished('refused', 'Ana rejected it: not now'))
      assert.deepEqual(rejects(), finished('refused', 'Ana rejected it'))
    })

    it('hands a run that has begun to a person', () => {
      const run = after(begun(), t0, stepAsked('restart'))
      const wanted = finished('needsHuman', 'Ana rejected step:restart: no')
      assert.deepEqual(rejects({ scope: 'step:restart', note: 'no' }, run), wanted)
    })

    it('is possible during a freeze, and for the requester who may approve', () => {
      const parties = { ...nobody, requester: 'ana' }
      assert.equal(rejects({ frozen: 'frozen', parties })?.type, 'finished')
    })

    it('is refused to who is in none of the groups (P10)', () => {
      assert.match(says({ do: 'reject', standing: { groups: [], unknown: [] } }), /^you are not in/)
    })
  })
})

describe('stop', () => {
  const stop = (run: Run) => verdict({ do: 'stop', by: ana, reason: 'enough' }, run)

  it('is recorded at any time, once (P11)', () => {
    assert.equal(stop(after(emptyRun('r-1'), t0, proposed)), 'stopRequested')
    assert.equal(stop(begun()), 'stopRequested')
    assert.equal(stop(after(begun(), t0, stopRequested)), 'Bo has already stopped it')
  })

  it('is refused for a run that has ended (P12)', () => {
    assert.equal(stop(after(begun(), t0, finished('succeeded', 'verified'))), 'this run has already ended: verified')
  })

  it('closes a run that needs a person, also one that was stopped before', () => {
    const command: RunCommand = { do: 'stop', by: ana, reason: 'done by hand' }
    const run = after(begun(), t0, stopRequested, finished('needsHuman'))
    assert.deepEqual(eventsOf(command, run), [
      { type: 'stopRequested', by: ana, reason: 'done by hand' },
      finished('cancelled', 'closed by Ana: done by hand'),
    ])
    assert.match(stop(after(run, t0, ...eventsOf(command, run))), /^this run has already ended/)
  })
})
