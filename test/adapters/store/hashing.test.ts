// Owns the specs of canonical JSON and the digest that all hashes are made of.
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../../src/adapters/store/hashing.ts'
import type { Json } from '../../../src/core/values.ts'

describe('hashing', () => {
  it('orders keys by UTF-16 units as RFC 8785 does, also those that look like numbers', () => {
    assert.equal(canonicalJson({ b: 1, '10': 2, '9': 3, ä: 4, A: 5 }), '{"10":2,"9":3,"A":5,"b":1,"ä":4}')
  })

  it('keeps __proto__ as a key like any other (P9)', () => {
    assert.equal(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":1}}') as Json), '{"__proto__":{"a":1},"b":1}')
  })

  it('reads half a character as what it becomes on the wire, in keys and values', () => {
    assert.equal(canonicalJson({ a: ['x\ud83d'], '\udc00': 1 }), '{"a":["x\ufffd"],"\ufffd":1}')
  })

  it('refuses what has no one form: NaN, two keys that become equal, undefined', () => {
    assert.throws(() => canonicalJson({ a: Number.NaN }))
    assert.throws(() => canonicalJson({ '\ud800': 1, '\ud801': 2 }), /differ only in broken text/)
    assert.throws(() => canonicalJson(undefined as unknown as Json), /not a JSON value/)
  })

  it('digests UTF-8 to lower-case hex', () => {
    assert.equal(sha256Hex(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    assert.equal(sha256Hex('ü'), '607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f')
  })
})
