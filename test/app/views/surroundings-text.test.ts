// Owns the proof that `explain` says what is around an incident: each part with its source and time, unknowns with why (P5).
import assert from 'node:assert/strict'
import { aroundText } from '../../../src/app/views/surroundings-lines.ts'
import { run } from '../../cards/fixtures.ts'
import { everyLook } from '../../cards/gallery.ts'

const linesOf = (name: string): readonly string[] => {
  const make = everyLook[name]
  assert.ok(make)
  return aroundText(make().run)
}
const begins = (lines: readonly string[], label: string): string =>
  lines.find((each) => each.replace('❓ ', '').startsWith(label)) ?? ''

describe('what explain says of the surroundings', () => {
  it('is one line for each part, with where and when it was read', () => {
    const lines = linesOf('around')
    assert.equal(lines.length, 9)
    for (const each of lines) assert.match(each, /\(.+, read 2026-01-31 03:12 UTC\)$/)
    assert.match(begins(lines, 'Deployed'), /shop-web 2\.3\.0 → 2\.4\.0, 2026-01-31 02:50 UTC, ci-bot/)
    assert.match(begins(lines, 'Before'), /INC0009001 2026-01-28 .*same signature: Solution provided: Recycled/)
    assert.match(begins(lines, 'Depends on'), /srv-web-01 .* and 2 more/)
  })

  it('says what is known to be empty, and apart from it what cannot be told and why (P5)', () => {
    const lines = linesOf('around-unknown')
    assert.match(begins(lines, 'Deployed'), /^Deployed: none/)
    assert.match(begins(lines, 'Before'), /^❓ Before: cannot be told: no answer within 5 s/)
    assert.match(begins(lines, 'Commander'), /^Commander: Ana Ruiz/)
  })

  it('says nothing where nothing was read', () => {
    assert.deepEqual(aroundText(run()), [])
  })

  it('shows hostile texts literally and briefly', () => {
    for (const each of linesOf('hostile-around')) {
      assert.ok(each.length < 2600, `${each.length}`)
      assert.ok(!/<[a-z/]|\]\(|<at>/i.test(each), each)
    }
  })
})
