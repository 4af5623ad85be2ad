// Owns the checks of what is said in a run's thread.
import assert from 'node:assert/strict'
import { threadReply } from '../../../src/app/views/thread.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import { approval, attacks, person, run } from '../../cards/fixtures.ts'
import { eventOf, everyType, filled } from './events.ts'

const onCall = [{ id: 'u1', name: 'Sam On-Call' }]
const say = (event: RunEvent, of = run()): string | null =>
  threadReply(of, event, { approvers: 'Web Platform' })?.text ?? null

describe('a thread reply', () => {
  it('is given for each change that a person wants to know of, and for nothing else', () => {
    const told = everyType.filter((type) => say(eventOf(type)) !== null)
    assert.deepEqual(told, [
      'joined',
      'decided',
      'stepAsked',
      'reminded',
      'escalated',
      'glassBroken',
      'editRequested',
      'standardChangeOpened',
      'approved',
      'rejected',
      'stopRequested',
      'executionStarted',
      'actionEnded',
      'verified',
      'rungReached',
      'rollbackStarted',
      'rollbackEnded',
      'finished',
    ])
  })

  it('asks the approvers by name, with the time until when', () => {
    assert.equal(say(eventOf('decided')), '🔔 **Approval needed** from Web Platform until 03:42 UTC.')
    assert.match(say(eventOf('stepAsked')) ?? '', /for step iisreset/)
  })

  it('says who approved, with the note, and how many are still needed', () => {
    const asks = run().asks
    const rule = { ...asks.run!.rule, lines: [{ from: ['owner'], quorum: 2 }] }
    const two = run({ asks: { run: { ...asks.run!, rule } }, approvals: [approval('Ana Ruiz'), approval('Kim')] })
    assert.equal(say(eventOf('approved', approval('Ana Ruiz')), two), '✅ **Ana Ruiz** approved (1 of 2): go')
    assert.equal(say(eventOf('approved', approval('Kim', '')), two), '✅ **Kim** approved (2 of 2)')
  })

  it('gives each outcome and each verification one line, with the reason where it went wrong', () => {
    assert.equal(say(eventOf('actionEnded')), '✅ **recycle-pool** on web-01: done')
    assert.equal(
      say(eventOf('actionEnded', { outcome: 'unknown', reason: 'no answer' })),
      '❓ **recycle-pool** on web-01: the outcome is unknown: no answer',
    )
    assert.equal(
      say(eventOf('verified', { ok: false, reason: 'status 503' })),
      '❌ **recycle-pool** on web-01: verification failed: status 503',
    )
    assert.equal(
      say(eventOf('preflighted', { ok: false, reason: 'Stopped' })),
      '❌ **recycle-pool** on web-01: preflight says no, nothing was sent: Stopped',
    )
    for (const text of everyType.map((type) => say(eventOf(type)))) assert.ok((text ?? '').split('\n').length <= 3)
  })

  it('says that earlier approvals do not count when the plan changed (P1)', () => {
    assert.match(say(eventOf('planned', { replaces: 'abc' })) ?? '', /Earlier approvals do not count/)
  })

  it('mentions whoever is on call when the run failed or needs a person, not when it succeeded', () => {
    const reply = (status: string) =>
      threadReply(run(), eventOf('finished', { status, reason: 'x' }), { approvers: '', people: onCall })
    for (const status of ['failed', 'rolledBack', 'rollbackFailed', 'needsHuman'])
      assert.deepEqual(reply(status)?.mentions, onCall)
    for (const status of ['succeeded', 'refused', 'expired', 'cancelled', 'recorded'])
      assert.equal(reply(status)?.mentions, undefined)
  })

  it('keeps outside text literal and short, whatever the event carries', () => {
    for (const attack of attacks)
      for (const type of everyType) {
        const text = say(filled(eventOf(type, { by: person(attack) }), attack.repeat(300)), filled(run(), attack)) ?? ''
        assert.doesNotMatch(text, /\/\/|<at>|<b>|\]\(|(?!\n)[\p{Bidi_Control}\p{Cc}]/u)
        assert.ok(text.length < 2500, `${type}: ${text.length}`)
      }
  })
})
