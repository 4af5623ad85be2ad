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
  editRequested,
  eventsOf,
  finished,
  glassBroken,
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
    assert.equal(
      says({ frozen: 'frozen by Cy: payday' }),
      'frozen by Cy: payday | wait for the unfreeze, or look at the newest card',
    )
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

  describe('by somebody who stands in', () => {
    const rule = oneApprover({
      lines: [{ from: ['owner'], quorum: 1, substitute: { from: ['on-call'], afterMs: 10 * minute } }],
    })
    const run = asking(draft(), decision({ rule }))
    const standing = { groups: ['on-call'], unknown: [] }
    const early =
      'you stand in for web-platform only if they do not answer | ask a member of web-platform, or come back in'

    it('is refused until their time, to the millisecond, and says how long that is (P10, P12)', () => {
      assert.equal(says({ standing }, run), `${early} 10 min`)
      assert.equal(says({ standing }, run, t0 + 10 * minute - 1), `${early} 1 min`)
      assert.equal(says({ standing, do: 'reject' }, run), `${early} 10 min`)
    })

    it('is recorded from then on, with only the groups that count then', () => {
      assert.equal(says({ standing }, run, t0 + 10 * minute), 'approved')
      const both = { groups: ['owner', 'on-call'], unknown: [] }
      const groups = (at: number) => {
        const [event] = eventsOf(click({ standing: both }), run, at)
        return event?.type === 'approved' && event.groups
      }
      assert.deepEqual(groups(t0), ['owner'])
      assert.deepEqual(groups(t0 + 10 * minute), ['owner', 'on-call'])
    })

    it('fills no seat of another line before that line’s own time (P10)', () => {
      const lines = [
        { from: ['owner'], quorum: 1, substitute: { from: ['cab'], afterMs: 10 * minute } },
        { from: ['cab'], quorum: 1 },
      ]
      const two = asking(draft(), decision({ rule: oneApprover({ lines }) }))
      const cab = { groups: ['cab'], unknown: [] }
      const clicked = (at: number) => {
        const first = after(two, at, ...eventsOf(click({ standing: cab }), two, at))
        const both = after(first, at, ...eventsOf(click({ standing: cab, by: bo }), first, at))
        return verdict({ do: 'begin', parties: nobody }, both, at)
      }
      assert.equal(clicked(t0), 'it is not approved')
      assert.equal(clicked(t0 + 10 * minute), 'executionStarted')
    })

    it('names only who counts by now to a person of neither (P12)', () => {
      const none = { groups: [], unknown: [] }
      assert.equal(says({ standing: none }, run), 'you are not in web-platform | ask a member of web-platform')
      const words = 'you are not in web-platform, on-call | ask a member of web-platform, on-call'
      assert.equal(says({ standing: none }, run, t0 + 10 * minute), words)
    })
  })

  it('is refused once somebody asked for other values (P12)', () => {
    const run = after(asking(), t0, editRequested)
    assert.equal(says({}, run), 'Bo has asked for it with other values | look at run r-2')
  })

  describe('and reject', () => {
    const rejects = (changes: Partial<Answer> = {}, run = asking()) =>
      eventsOf(click({ do: 'reject', ...changes }), run).at(-1)

    it('is recorded before the end that it makes, with the way it came', () => {
      const rejected = { type: 'rejected', by: ana, scope: 'run', plan, note: 'no' } as const
      const command = click({ do: 'reject', note: 'no' })
      assert.deepEqual(eventsOf(command, asking()), [rejected, finished('refused', 'Ana rejected it: no')])
      const [event] = eventsOf({ ...command, via: 'servicenow' }, asking())
      assert.deepEqual(event, { ...rejected, via: 'servicenow' })
    })

    it('ends the run with the first one, and says who and why', () => {
      assert.deepEqual(rejects({ note: 'not now' }), finished('refused', 'Ana rejected it: not now'))
      assert.deepEqual(rejects(), finished('refused', 'Ana rejected it'))
    })

    it('hands a run that has begun to a person', () => {
      const run = after(begun(), t0, stepAsked('restart'))
      const wanted = finished('needsHuman', 'Ana rejected step:restart: no')
      assert.deepEqual(rejects({ scope: 'step:restart', note: 'no' }, run), wanted)
      assert.deepEqual(rejects({ scope: 'step:restart' }, run), finished('needsHuman', 'Ana rejected step:restart'))
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

describe('edit', () => {
  type Edit = Extract<RunCommand, { do: 'edit' }>
  const { type: _, run: next, conversation, ...values } = editRequested
  const edit = (changes: Partial<Edit> = {}): Edit => ({
    do: 'edit',
    ...values,
    plan,
    standing: { groups: ['owner'], unknown: [] },
    next: { run: next, conversation },
    ...changes,
  })
  const says = (changes: Partial<Edit> = {}, run = asking(), at = t0) => verdict(edit(changes), run, at)
  const noStanding = { groups: [], unknown: [] }

  it('asks for the same with other values, as a run of its own', () => {
    assert.deepEqual(eventsOf(edit(), asking()), [editRequested])
  })

  it('is for who may approve, and for who asked for the run (P10)', () => {
    assert.match(says({ standing: noStanding }), /^you are not in web-platform, small-team \| ask a member/)
    const chat = (requester: typeof ana): Run => ({
      ...asking(),
      origin: { kind: 'chat', requester, because: '', conversation: {}, text: '' },
    })
    assert.equal(says({ standing: noStanding }, chat(bo)), 'editRequested')
    assert.match(says({ standing: noStanding }, chat(ana)), /^you are not in/)
  })

  it('is for who stands in from their time on, as an approval is (P10)', () => {
    const lines = [{ from: ['owner'], quorum: 1, substitute: { from: ['on-call'], afterMs: 10 * minute } }]
    const run = asking(draft(), decision({ rule: oneApprover({ lines }) }))
    const standing = { groups: ['on-call'], unknown: [] }
    assert.match(says({ standing }, run), /^you stand in for web-platform only if they do not answer/)
    assert.equal(says({ standing }, run, t0 + 10 * minute), 'editRequested')
  })

  it('is refused where membership cannot be told (P5)', () => {
    const standing = { groups: [], unknown: [{ group: 'owner', reason: 'no answer' }] }
    assert.match(says({ standing }), /cannot be told \(owner: no answer\)/)
  })

  it('is refused for a plan that has since changed (P1)', () => {
    assert.equal(says({ plan: other }), 'the plan has changed since this card was drawn | look at the newest card')
  })

  it('happens once, while it is asked for, and never after the beginning', () => {
    const words = 'it is no longer waiting for approval | its values cannot change any more'
    assert.equal(says({}, begun()), words)
    assert.equal(says({}, asking(draft(), decision({ effect: 'allow', rule: null }))), words)
    assert.equal(
      says({}, after(asking(), t0, editRequested)),
      'Bo has already asked for other values | look at run r-2',
    )
    const ended = after(asking(), t0, finished('expired', 'nobody decided'))
    assert.equal(says({}, ended), 'this run has already ended: nobody decided | start it again')
  })

  it('leaves nothing that could begin, however complete its approvals are (P1)', () => {
    const agreed = after(asking(), t0, approved(ana))
    assert.equal(verdict({ do: 'begin', parties: nobody }, agreed), 'executionStarted')
    const edited = after(agreed, t0, editRequested)
    assert.equal(verdict({ do: 'begin', parties: nobody }, edited), 'it cannot begin')
  })
})

describe('breaking the glass', () => {
  const breaks = (run: Run) => verdict({ do: 'breakGlass', by: ana, reason: 'the shop is down' }, run)

  it('is recorded with who and why, before the decision and while people are asked', () => {
    assert.deepEqual(eventsOf({ do: 'breakGlass', by: ana, reason: 'the shop is down' }, asking()), [
      { type: 'glassBroken', by: ana, reason: 'the shop is down' },
    ])
    assert.equal(breaks(after(emptyRun('r-1'), t0, proposed, planned())), 'glassBroken')
  })

  it('happens once, and not where it is too late or another run follows (P12)', () => {
    const twice = 'Bo has already broken the glass | two people of its role approve it'
    assert.equal(breaks(after(asking(), t0, glassBroken)), twice)
    assert.equal(breaks(begun()), 'it has begun already | nothing more is needed')
    assert.equal(breaks(after(asking(), t0, finished('refused', 'no'))), 'this run has already ended: no')
    const edited = 'Bo has asked for it with other values | look at run r-2'
    assert.equal(breaks(after(asking(), t0, editRequested)), edited)
  })

  it('voids what was approved: the run is decided and asked anew (P1)', () => {
    const agreed = after(asking(), t0, approved(ana))
    const broken = after(agreed, t0, glassBroken)
    assert.equal(verdict({ do: 'begin', parties: nobody }, broken), 'it cannot begin')
    const glass = decision({
      rule: oneApprover({ name: 'break-glass', lines: [{ from: ['lead'], quorum: 2 }], not: [] }),
    })
    const hash = other
    const again = eventsOf({ do: 'decide', replan: null, plan: hash, decision: glass }, broken)
    const asked = after(broken, t0, ...again)
    assert.equal(verdict({ do: 'begin', parties: nobody }, asked), 'it is not approved')
    const one = after(asked, t0, approved(ana, 'run', hash, ['lead']))
    assert.equal(verdict({ do: 'begin', parties: nobody }, one), 'it is not approved')
    const sameAgain = after(one, t0, approved(ana, 'run', hash, ['lead']))
    assert.equal(verdict({ do: 'begin', parties: nobody }, sameAgain), 'it is not approved')
    const two = after(one, t0, approved(cy, 'run', hash, ['lead']))
    assert.equal(verdict({ do: 'begin', parties: nobody }, two), 'executionStarted')
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
