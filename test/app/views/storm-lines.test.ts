// Owns the specification of what is said of a storm in the thread and in the work notes.
import assert from 'node:assert/strict'
import { stormNote, stormReply } from '../../../src/app/views/storm-lines.ts'
import { evil, person } from '../../cards/fixtures.ts'
import { eventOf } from './events.ts'

const grew = (changes: object) => eventOf('stormGrew', { root: null, symptoms: [], ...changes })
const reply = (changes: object) => stormReply(grew(changes))?.text ?? ''

describe('the words of a storm', () => {
  it('say how many, how many of them are resolved, what is new, and the likeliest root with its reason', () => {
    const root = { ci: 'lb-01', reason: 'web-01 and 2 more depend on it' }
    const text = reply({ members: 20, resolved: 3, root, symptoms: ['DiskFull'] })
    assert.equal(
      text,
      '⛈️ **Storm**: 20 members of one cause, 3 resolved. New: **DiskFull**. Likeliest root: **lb-01**, for web-01 and 2 more depend on it',
    )
  })

  it('say that it is over, of one alert and of many', () => {
    assert.equal(reply({ members: 1, resolved: 1 }), '🟢 The alert is resolved.')
    assert.equal(reply({ members: 12, resolved: 12 }), '🟢 All 12 members of this cause are resolved.')
    assert.deepEqual(stormNote(grew({ members: 1, resolved: 1 })), ['The alert is resolved at its source'])
  })

  it('say who keeps it quiet until when and why, and who ends it', () => {
    const quiet = { by: person('Kim Lee'), until: Date.UTC(2026, 0, 31, 3, 40), reason: 'known' }
    assert.match(stormReply(eventOf('suppressed', quiet))?.text ?? '', /Kim Lee.*until 03:40 UTC.*: known$/)
    assert.match(stormReply(eventOf('suppressed', { ...quiet, until: 0 }))?.text ?? '', /ends the quiet time/)
    assert.match(stormNote(eventOf('suppressed', quiet))?.[0] ?? '', /quiet until 2026-01-31 03:40 UTC/)
  })

  it('leave hostile titles, CIs and symptoms without effect', () => {
    const sample = [{ key: 'a', title: evil(120), ci: evil(120), why: 'same CI' }]
    const event = grew({
      members: 9,
      resolved: 0,
      sample,
      symptoms: [evil(200)],
      root: { ci: evil(200), reason: evil(200) },
    })
    assert.doesNotMatch(stormReply(event)?.text ?? '', /<at>|<b>|\]\(http/)
    const note = (stormNote(event) ?? []).join('\n')
    assert.doesNotMatch(note, /\[code\]|\[runbot/i)
    assert.equal(note.split('\n').length, 4)
  })
})
