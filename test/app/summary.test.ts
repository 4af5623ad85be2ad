// Specifies the line that stands for an answer on a card.
import assert from 'node:assert/strict'
import { summaryOf } from '../../src/app/summary.ts'

describe('the summary of an answer', () => {
  it('names plain values, the outer ones first, and leaves headers out', () => {
    const result = { health: { site: 'web-01' }, status: 503, headers: { server: 'x' } }
    assert.equal(summaryOf(result, 200), 'status 503 · site web-01')
  })

  it('is text as it is, and says so when there is nothing', () => {
    assert.equal(summaryOf('w3wp at 100 %', 200), 'w3wp at 100 %')
    assert.equal(summaryOf({}, 200), 'an empty answer')
    assert.equal(summaryOf(null, 200), 'an empty answer')
  })

  it('ends, whatever comes', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index]))
    assert.equal(summaryOf(many, 200), 'k0 0 · k1 1 · k2 2 · k3 3 · k4 4 · k5 5 · …')
    assert.equal(summaryOf('x'.repeat(1000), 200).length, 200)
  })
})
