// Owns the checks of how a hand-off reads: short on top of the card, whole in the note, nothing of it raw.
import assert from 'node:assert/strict'
import { inVoice } from '../../../src/app/locale/voice.ts'
import { handOffExplained, handOffFact, handOffFold, handOffNotes } from '../../../src/app/views/handoff-lines.ts'
import { known, unknown } from '../../../src/core/incident.ts'
import type { Run } from '../../../src/core/run.ts'
import { texts } from '../../cards/check.ts'
import { at, run } from '../../cards/fixtures.ts'
import { around, handOffLooks } from '../../cards/handoff-looks.ts'

const caps = { text: (max: number) => max, list: (max: number) => max }
const look = (name: string): Run => {
  const shown = handOffLooks[name]?.()
  assert.ok(shown)
  return shown.run
}
const top = (of: Run): string => texts(JSON.parse(JSON.stringify(handOffFact(of, caps)))).join('')

describe('the hand-off on a card', () => {
  it('opens with two causes at most, and whom to ask', () => {
    const text = top(look('handed-over'))
    assert.equal(text.split('Likely: ').length - 1, 2)
    assert.match(text, /shop-web 2\.4\.0 was deployed 12 min earlier: before it ran 2\.3\.9/)
    assert.match(text, /Owner Web Platform · on call Kim Lee, Omar Reyes · calls sre-on-call$/)
  })

  it('says so where nothing points to a cause, and names nobody where nobody is known', () => {
    const of = look('handed-over-unread')
    const { incident, ...context } = of.context
    assert.ok(incident)
    assert.match(top({ ...of, context }), /No hypothesis: nothing that was read points to a cause\.nobody is named$/)
  })

  it('does not repeat on top what the steps show, and is not there while a run goes on', () => {
    const failed = look('failed-with-causes')
    assert.doesNotMatch(top(failed), /recycle-pool/)
    assert.match(JSON.stringify(handOffFold(failed, caps).lines), /the cause is not what recycle-pool mends/)
    const { surroundings: _, ...context } = failed.context
    assert.deepEqual(handOffFact({ ...failed, context }, caps), [])
    assert.deepEqual([handOffFact(run(), caps), handOffFold(run(), caps).lines], [[], []])
  })
})

describe('the hand-off in words', () => {
  it('is English in the note, whoever reads the card, with the evidence of each hypothesis', () => {
    const notes = inVoice('de', () => handOffNotes(look('handed-over')))
    assert.deepEqual(notes, handOffNotes(look('handed-over')))
    assert.match(notes[0] ?? '', /^Hypothesis 1: shop-web 2\.4\.0 .*\. Evidence: deploys, from deployment events$/)
    assert.ok(
      notes.some((line) => line.startsWith('Not known: changes: access denied')),
      notes.join('\n'),
    )
    assert.equal(notes.at(-1), 'To ask: owner Web Platform; on call Kim Lee, Omar Reyes; calls sre-on-call')
  })

  it('holds no line break, tag or mention of what others wrote', () => {
    const evil = '[code]<b>x</b>[/code]\n<at>all</at> **bold**'
    const of = look('handed-over')
    const surroundings = {
      ...around(),
      deploys: known([{ service: evil, version: evil, previous: evil, at: at - 60_000, by: evil }], evil, at),
      changes: unknown(evil, 'change_request', at),
    }
    const hostile: Run = { ...of, context: { ...of.context, surroundings } }
    for (const line of handOffNotes(hostile)) assert.doesNotMatch(line, /\n|\[code\]/)
    for (const line of handOffExplained(hostile).lines) assert.doesNotMatch(line, /\n|<at>|\*\*bold/)
  })

  it('is part of what explain says', () => {
    const { lines } = handOffExplained(look('handed-over'))
    assert.match(lines[0] ?? '', /^1\. \*\*shop-web 2/)
    assert.ok(
      lines.some((line) => line.startsWith('❓ Not known: changes: access denied')),
      lines.join('\n'),
    )
    assert.deepEqual(handOffExplained(run()).lines, [])
  })
})
