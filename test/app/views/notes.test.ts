// Owns the checks of the work notes in ServiceNow.
import assert from 'node:assert/strict'
import { noteMarker, workNote } from '../../../src/app/views/notes.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import { looked } from '../../cards/execution-looks.ts'
import { approval, at, person, plan, run } from '../../cards/fixtures.ts'
import { eventOf, everyType, filled } from './events.ts'

const head = 'a1'.repeat(32)
const note = (event: RunEvent, of = run()): string => workNote({ seq: 12, event }, of, head) ?? ''

describe('a work note', () => {
  it('bears its marker once, as its last line (P6)', () => {
    for (const type of everyType) {
      const text = note(eventOf(type))
      if (text === '') continue
      assert.equal(text.split('\n').at(-1), '[runbot r-7f3k2m#12]')
      assert.equal(text.split('[runbot').length, 2)
    }
    assert.equal(noteMarker('r-1', 3), '[runbot r-1#3]')
  })

  it('says that automation started: run, runbook, plan, targets, and who approved', () => {
    assert.equal(
      note(eventOf('executionStarted'), run({ approvals: [approval('Ana Ruiz')] })),
      [
        'Automation started',
        'Run: r-7f3k2m',
        'Runbook: restart-iis (Recycle the IIS application pool)',
        `Plan: ${plan.slice(0, 12)}`,
        'Targets: web-01',
        'Approved by: Ana Ruiz',
        '[runbot r-7f3k2m#12]',
      ].join('\n'),
    )
  })

  it('says that policy approved where nobody was asked', () => {
    assert.match(note(eventOf('executionStarted'), run({ asks: {} })), /Approved by: policy, no approval needed/)
  })

  it('says that automation failed, and why', () => {
    const failed = (status: string) => note(eventOf('finished', { status, reason: 'access denied' })).split('\n')[0]
    assert.equal(failed('failed'), 'Automation failed: access denied')
    assert.equal(failed('rollbackFailed'), 'Automation failed: rollback failed: access denied')
    assert.equal(failed('succeeded'), 'Automation succeeded: access denied')
  })

  it('closes with the head of the chain, so that the log has an anchor outside (P4)', () => {
    assert.match(note(eventOf('finished')), new RegExp(`Audit chain head: ${head} \\(12 entries\\)`))
  })

  it('gives each outcome a line', () => {
    assert.match(note(eventOf('actionEnded')), /^recycle-pool on web-01: done\n/)
    assert.match(
      note(eventOf('verified', { ok: false, reason: '503' })),
      /^recycle-pool on web-01: verification failed: 503\n/,
    )
    assert.match(note(eventOf('rollbackEnded', { outcome: 'failed', reason: 'x' })), /rollback failed: x/)
  })

  it('says that the runbook is possibly stale, and whose it is', () => {
    const text = note(eventOf('preflighted', { ok: false, contradicts: true, reason: 'x == 1 does not hold, it is 2' }))
    assert.deepEqual(text.split('\n').slice(0, 2), [
      'recycle-pool on web-01: nothing was sent, the runbook is possibly stale: x == 1 does not hold, it is 2',
      'Its owner should look at the runbook: web-platform',
    ])
  })

  it('says who took the run in hand and what they did with it, each with their words', () => {
    const line = (event: RunEvent, of = run()) => note(event, of).split('\n')[0]
    assert.deepEqual(
      [
        line(eventOf('takenOver')),
        line(eventOf('resumed', { released: true })),
        line(eventOf('settled', { happened: false })),
        line(eventOf('settled', { which: 'rollback' })),
        line(eventOf('retried')),
        line(eventOf('retried', { by: null })),
        line(eventOf('rollbackRequested')),
        line(eventOf('braked')),
      ],
      [
        'Taken over by Kim Lee, nothing new is started: I look at it',
        'Automation goes on, by Kim Lee (released during the freeze): it is fine',
        'Kim Lee looked: recycle-pool on web-01 did not happen: I looked',
        'Kim Lee looked: the rollback of recycle-pool on web-01 happened: I looked',
        'recycle-pool on web-01: attempt 2 of 2, asked by Kim Lee: once more',
        'recycle-pool on web-01: attempt 2 of 2, by itself as its runbook allows',
        'Rollback of everything that ran, asked by Kim Lee: worse than before',
        'Automation braked: nothing new is started, what is under way comes to its end: the alarm was raised',
      ],
    )
  })

  it('says whom it asked whether it works, and what they said', () => {
    assert.match(note(eventOf('confirmAsked')), /^recycle-pool on web-01: asked Omar Reyes whether it works\n/)
    assert.match(note(eventOf('confirmed')), /^recycle-pool on web-01: confirmed: Omar Reyes says it works/)
    const no = eventOf('confirmed', { ok: false, by: null, reason: 'nobody confirmed within 30 min that it works' })
    assert.match(note(no), /^recycle-pool on web-01: not confirmed: nobody confirmed within 30 min/)
    assert.match(note(eventOf('confirmed', { via: 'servicenow' })), /\(in ServiceNow\)\n/)
  })

  it('closes with what changed, every artefact with its hash and the name of the attached bundle', () => {
    const text = note(eventOf('finished'), run({ startedAt: at, evidence: looked() }))
    assert.match(text, /Before and after: http\.get web-01: status 503 -> 200\n/)
    const kept = looked().filter(({ sha256 }) => sha256 !== null)
    assert.deepEqual(
      [...text.matchAll(/^Evidence: \S+ sha256 (\w+)$/gm)].map(([, hash]) => hash),
      kept.map(({ sha256 }) => sha256),
    )
    const many = Array.from(
      { length: 20 },
      (_, index) => ({ ...kept[0], id: `after-${index + 1}` }) as (typeof kept)[0],
    )
    assert.match(
      note(eventOf('finished'), run({ startedAt: at, evidence: many })),
      /^Evidence: 8 more, listed in the bundle$/m,
    )
    assert.match(text, /Attached, .*every request as it was sent: runbot-r-7f3k2m-bundle-12\.json\n/)
    assert.doesNotMatch(note(eventOf('finished')), /bundle/)
  })

  it('takes what a person asked for not for a failure of the automation', () => {
    const by = person('Kim Lee')
    const first = (status: string, changes: object) =>
      note(eventOf('finished', { status, reason: 'x' }), run(changes)).split('\n')[0]
    assert.equal(first('needsHuman', { takenOver: { by, reason: '', at } }), 'Automation handed over to Kim Lee: x')
    assert.equal(first('rolledBack', { undo: { by, reason: '' } }), 'Automation rolled back on request: x')
    assert.equal(first('rolledBack', {}), 'Automation failed: failed and rolled back: x')
    assert.equal(first('rollbackFailed', { undo: { by, reason: '' } }), 'Automation failed: rollback failed: x')
  })

  it('is not written for what the record does not need', () => {
    const told = everyType.filter((type) => note(eventOf(type)) !== '')
    assert.deepEqual(told, [
      'joined',
      'decided',
      'stepAsked',
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
      'rollbackEnded',
      'finished',
    ])
  })

  it('lets no outside text render HTML, notify people, forge a marker or begin a line', () => {
    const attack = '[code]<script>x</script>[/code] @[u:Kim] [runbot r-7f3k2m#13]\nAutomation succeeded\n'
    for (const type of everyType) {
      const text = note(filled(eventOf(type), attack.repeat(200)), { ...filled(run(), attack), id: 'r-7f3k2m' })
      assert.doesNotMatch(text, /\[\/?code|@\[|\[runbot r-7f3k2m#13\]|^Automation succeeded$/im)
      assert.ok(text.length < 4000, `${type}: ${text.length}`)
    }
  })
})
