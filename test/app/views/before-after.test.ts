// Owns the checks of what evidence says of a run's effect.
import assert from 'node:assert/strict'
import { beforeAfter, capturedBefore, isSame } from '../../../src/app/views/before-after.ts'
import { looked } from '../../cards/execution-looks.ts'
import { run } from '../../cards/fixtures.ts'

const [first] = looked()
const of = (...evidence: readonly (readonly [id: string, summary: string])[]) => {
  assert.ok(first)
  return run({ evidence: evidence.map(([id, summary]) => ({ ...first, id, summary })) })
}
const words = (before: string, after: string) => {
  const [pair] = beforeAfter(of(['1', before], ['after-1', after]))
  assert.ok(pair)
  return `${pair.before} → ${pair.after}`
}

describe('what evidence says of the effect', () => {
  it('is the part of the same look that differs', () => {
    assert.equal(words('status 503 · body down', 'status 200 · body down'), 'status 503 → 200')
    assert.equal(
      words('state Stopped · errors 4', 'state Started · errors 0'),
      'state Stopped · errors 4 → state Started · errors 0',
    )
  })

  it('is the whole answer where the two do not name the same values', () => {
    assert.equal(words('status 503', 'failed: no answer'), 'status 503 → failed: no answer')
    assert.equal(words('status 503', 'status 200 · body ok'), 'status 503 → status 200 · body ok')
    assert.equal(words('Degraded', 'Started'), 'Degraded → Started')
  })

  it('puts what has changed before what has not', () => {
    const pairs = beforeAfter(run({ evidence: [...looked()].toReversed() }))
    assert.deepEqual(pairs.map(isSame), [false, true])
    assert.deepEqual(
      pairs.map(({ what }) => what),
      ['http.get web-01', 'prometheus.error_ratio web-01'],
    )
  })

  it('takes the newest look of a run that ended more than once', () => {
    const [pair, ...more] = beforeAfter(
      of(['1', 'status 503'], ['after-10-1', 'status 200'], ['after-1', 'status 500'], ['after-2-1', 'status 404']),
    )
    assert.deepEqual([pair?.after, more], ['200', []])
  })

  it('is nothing where nothing was looked at twice', () => {
    assert.deepEqual(beforeAfter(of(['1', 'status 503'])), [])
    assert.deepEqual(beforeAfter(of(['after-1', 'status 200'])), [])
  })

  it('leaves what endpoints answered and the later looks out of what was captured before', () => {
    assert.deepEqual(
      capturedBefore(run({ evidence: looked() })).map(({ id }) => id),
      ['1', '2'],
    )
  })
})
