// Owns the checks of the work notes in ServiceNow.
import assert from 'node:assert/strict'
import { noteMarker, workNote } from '../../../src/app/views/notes.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import { approval, plan, run } from '../../cards/fixtures.ts'
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
      'executionStarted',
      'actionEnded',
      'verified',
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
