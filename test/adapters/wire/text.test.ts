import assert from 'node:assert/strict'
import { plainText } from '../../../src/adapters/wire/text.ts'

describe('text from outside', () => {
  it('becomes one plain line', () => {
    assert.equal(plainText(' a\r\n\u0000b\u202e\u200bc\u2028 d\u001b[31m '), 'a b c d [31m')
  })

  it('is cut at whole characters', () => {
    assert.equal(plainText('😀'.repeat(10), 5), '😀😀😀😀…')
    assert.equal(plainText('12345', 5), '12345')
  })

  it('loses its credentials', () => {
    const said = plainText(
      'Authorization: Bearer abcdef.123456 password="hunter22" api_key=123456789, Basic dXNlcjpwYXNz',
    )
    assert.ok(!/abcdef|hunter22|123456789|dXNl/.test(said), said)
    const looks = plainText('no access for AKIAIOSFODNN7EXAMPLE at postgres://me:hunter22@db.corp.example')
    assert.equal(looks, 'no access for *** at postgres://me:***@db.corp.example')
  })
})
