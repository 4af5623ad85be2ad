// Owns the checks of what is said in a run's thread.
import assert from 'node:assert/strict'
import { threadReply } from '../../../src/app/views/thread.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import { guided, looked, withSteps } from '../../cards/execution-looks.ts'
import { approval, at, attacks, person, run } from '../../cards/fixtures.ts'
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
      'takenOver',
      'resumed',
      'settled',
      'retried',
      'rollbackRequested',
      'braked',
      'executionStarted',
      'actionEnded',
      'verified',
      'confirmAsked',
      'confirmed',
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

  it('says that the runbook is possibly stale, what was found, and whose it is', () => {
    assert.equal(
      say(eventOf('preflighted', { ok: false, contradicts: true, reason: 'x == 1 does not hold, it is 2' })),
      '🕸️ **recycle-pool** on web-01: nothing was sent, the runbook is **possibly stale**: x == 1 does not hold, it is 2\n\nIts owner should look at the runbook: web-platform',
    )
  })

  it('shows the exact request that leaves where people go through it step by step, and nowhere else', () => {
    const started = eventOf('actionStarted', {
      target: 'db-01',
      step: 'scale',
      request: { ...eventOf('actionStarted').request, do: 'ops.scale', with: { host: 'db-01', replicas: 4 } },
    })
    assert.equal(say(started), null)
    assert.equal(
      say(started, run({ draft: guided() })),
      '📤 **scale** on db-01: this leaves now: `ops.scale host=db-01 replicas=4`',
    )
  })

  it('says who has taken it in hand, and who lets it go on', () => {
    assert.equal(say(eventOf('takenOver')), '🤝 **Kim Lee** has taken it over; nothing new is started: I look at it')
    assert.equal(say(eventOf('resumed', { reason: '' })), '▶️ **Kim Lee** lets it go on; everything is checked again')
    assert.match(say(eventOf('resumed', { released: true })) ?? '', /\(released during the freeze\): it is fine/)
  })

  it('says what a person saw of a request that nobody could tell of (P3)', () => {
    assert.equal(say(eventOf('settled')), '🔎 **Kim Lee** looked: **recycle-pool** on web-01 happened: I looked')
    assert.equal(
      say(eventOf('settled', { which: 'rollback', happened: false, reason: '' })),
      '🔎 **Kim Lee** looked: the rollback of **recycle-pool** on web-01 did not happen',
    )
  })

  it('says which attempt follows, and who asked for it where somebody did', () => {
    const base = run().draft
    assert.ok(base)
    const draft = withSteps(base, (each) => ({ ...each, retry: { max: 2 } }))
    assert.equal(
      say(eventOf('retried'), run({ draft })),
      '🔁 **recycle-pool** on web-01: attempt 2 of 3, asked by **Kim Lee**: once more',
    )
    assert.equal(
      say(eventOf('retried', { by: null, attempt: 3, reason: 'attempt 3 of 3' }), run({ draft })),
      '🔁 **recycle-pool** on web-01: attempt 3 of 3',
    )
  })

  it('says that a rollback was asked for, also during a freeze, and that the brake fell', () => {
    assert.equal(
      say(eventOf('rollbackRequested', { released: true })),
      '↩️ **Kim Lee** wants what ran undone, the last step first (released during the freeze): worse than before',
    )
    assert.equal(
      say(eventOf('braked')),
      '🛑 **Brake**: nothing new is started, what is under way comes to its end: the alarm was raised',
    )
  })

  it('says whom it asked whether it works, where they may answer, and what they said', () => {
    assert.equal(
      say(eventOf('confirmAsked')),
      '🙋 **recycle-pool** on web-01: asked **Omar Reyes** whether it works, here or as a comment in INC0010001',
    )
    assert.match(say(eventOf('confirmAsked', { of: '' })) ?? '', /asked \*\*the caller\*\*/)
    assert.equal(say(eventOf('confirmed')), '✅ **recycle-pool** on web-01: Omar Reyes says it works: thank you')
    assert.equal(
      say(eventOf('confirmed', { ok: false, reason: 'the caller says it does not work: no', via: 'servicenow' })),
      '❌ **recycle-pool** on web-01: the caller says it does not work: no (in ServiceNow)',
    )
    assert.match(
      say(eventOf('confirmed', { ok: false, by: null, reason: 'nobody confirmed within 30 min that it works' })) ?? '',
      /^❌ .*nobody confirmed within 30 min that it works$/,
    )
  })

  it('ends with what the same look found before and after', () => {
    assert.equal(
      say(eventOf('finished'), run({ startedAt: at, evidence: looked() })),
      '✅ **Succeeded**: every step was verified\n\nBefore → after: http.get web-01: status 503 → **200**',
    )
  })

  it('calls nobody for a run that somebody has in hand, or had undone', () => {
    const by = person('Kim Lee')
    const reply = (status: string, changes: object) =>
      threadReply(run(changes), eventOf('finished', { status, reason: 'x' }), { approvers: '', people: onCall })
    const taken = reply('needsHuman', { takenOver: { by, reason: '', at } })
    assert.deepEqual([taken?.text, taken?.mentions], ['🆘 **Taken over**: x', undefined])
    const undone = reply('rolledBack', { undo: { by, reason: '' } })
    assert.deepEqual([undone?.text, undone?.mentions], ['↩️ **Rolled back on request**: x', undefined])
    assert.deepEqual(reply('rollbackFailed', {})?.mentions, onCall)
  })

  it('calls somebody where a rollback on request failed', () => {
    const undo = { by: person('Kim Lee'), reason: '' }
    const failed = eventOf('finished', { status: 'rollbackFailed', reason: 'x' })
    const reply = threadReply(run({ undo }), failed, { approvers: '', people: onCall })
    assert.deepEqual(reply?.mentions, onCall)
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
