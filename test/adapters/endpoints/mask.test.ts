// Owns the specification of masking: which secrets are found in what form, and what stays as it was.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { cappedText } from '../../../src/adapters/endpoints/capped.ts'
import { maskOf } from '../../../src/adapters/endpoints/mask.ts'
import { plainText } from '../../../src/adapters/wire/text.ts'
import type { FindSpans } from '../../../src/ports/catalog.ts'

const secret = 'p@ss "w/rd" 100%+é'
const mask = maskOf({ values: [secret, 'hunter2', 'short'], patterns: [] })

describe('masking a text', () => {
  const forms: readonly (readonly [what: string, text: string])[] = [
    ['as it is', secret],
    ['escaped in JSON', JSON.stringify(secret).slice(1, -1)],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded in small letters', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['in a form', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 for URLs', Buffer.from(secret).toString('base64url')],
  ]
  for (const [what, form] of forms)
    it(`finds a known secret ${what}, as often as it stands there`, () => {
      assert.equal(mask.text(`a ${form} b ${form}${form}.`), 'a ••• b •••.')
    })

  it('finds it within longer base64, wherever it begins', () => {
    for (const before of ['', 'u', 'us', 'use', 'user:'])
      for (const after of ['', ':', '::', ':::']) {
        const text = mask.text(Buffer.from(`${before}${secret}${after}`).toString('base64'))
        assert.ok(text.includes('•••') && text.length <= 14 + before.length + after.length, text)
      }
  })

  it('leaves what is shorter than six characters: it would blot out ordinary words', () => {
    assert.equal(mask.text('a short run'), 'a short run')
    assert.equal(mask.text('hunter2'), '•••')
  })

  it('masks the longer of two secrets whole where one is the beginning of the other', () => {
    const both = maskOf({ values: ['secret-1', 'secret-1-and-more'], patterns: [] })
    assert.equal(both.text('secret-1-and-more secret-1'), '••• •••')
  })

  it('masks the beginning of a secret that was cut off with the end of an answer', () => {
    const token = 'correct-horse-battery-staple'
    const { text } = maskOf({ values: [token], patterns: [] })
    for (let length = 250; length < 310; length++)
      assert.ok(!/correct/.test(text(plainText(`${'x'.repeat(length)}${token}`))))
    for (let length = 50; length < 110; length++)
      assert.ok(!/correct/.test(text(cappedText(`${'x'.repeat(length)}${token}${'x'.repeat(50)}`, 120))))
    assert.equal(text('it is correct…'), 'it is correct…'.replace('correct', '•••'))
    assert.equal(text('it is correct'), 'it is correct')
  })

  it('masks what is left of a secret of which the beginning was hidden already', () => {
    const { text } = maskOf({ values: ['correct horse, battery'], patterns: [] })
    assert.equal(text(plainText('no access: password=correct horse, battery')), 'no access: password=•••')
  })

  it('masks what a declared pattern finds, and no more', () => {
    const pin: FindSpans = (text) => [...text.matchAll(/\d{4}/g)].map(({ index }) => [index, index + 4] as const)
    assert.equal(maskOf({ values: [], patterns: [pin] }).text('pin 1234, 99 of 100, 5678'), 'pin •••, 99 of 100, •••')
  })

  it('masks what is known for a secret by its look, and joins what overlaps', () => {
    const token = maskOf({ values: ['abcdefgh'], patterns: [] })
    assert.equal(token.text('Authorization: Bearer abcdefgh\nnext'), 'Authorization: •••\nnext')
  })

  it('leaves every text without a secret as it was', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        fc.pre(!text.includes('hunter2'))
        assert.equal(maskOf({ values: ['hunter2-and-more'], patterns: [] }).text(text), text)
      }),
    )
  })

  it('leaves no secret in any text that holds it (property)', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 6, maxLength: 30 }), (before, after, value) => {
        fc.pre(value.trim().length > 5 && !value.includes('•'))
        const { text } = maskOf({ values: [value], patterns: [] })
        assert.ok(!text(`${before}${value}${after}`).includes(value) || `${before}•••${after}`.includes(value))
      }),
    )
  })
})

describe('masking JSON', () => {
  it('masks texts at any depth, names of keys too', () => {
    assert.deepEqual(mask.json({ a: ['x hunter2', { b: 'hunter2' }], 'k-hunter2': 1 }), {
      a: ['x •••', { b: '•••' }],
      'k-•••': 1,
    })
  })

  it('masks whatever text stands under a name such as password, however deep', () => {
    const given = { password: 'a', db: { apiKey: { value: 'b', list: ['c', 'd'] } }, token: '', secret: null }
    const wanted = { password: '•••', db: { apiKey: { value: '•••', list: ['•••', '•••'] } }, token: '', secret: null }
    assert.deepEqual(mask.json(given), wanted)
  })

  it('leaves numbers and booleans, so that a condition on them still holds', () => {
    const value = { token: 5, password: true, status: 200, ratio: 0.5, ok: false, none: null }
    assert.deepEqual(mask.json(value), value)
  })

  it('is as thorough within JSON as it is with one text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 20 }), fc.string(), (value, around) => {
        fc.pre(value.trim().length > 5 && !value.includes('•'))
        const { text, json } = maskOf({ values: [value], patterns: [] })
        const given = `${around}${value}${around}`
        assert.deepEqual(json({ a: [given] }), { a: [text(given)] })
      }),
    )
  })
})
