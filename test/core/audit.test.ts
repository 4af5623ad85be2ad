// Owns the specs of the hash chain: what a check finds, and that nothing in the middle can be changed unseen (P4).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { type ChainEntry, type ChainHead, emptyHead, linkEntries, verifyChain } from '../../src/core/audit.ts'
import type { Json } from '../../src/core/values.ts'

const hashing = { canonicalize: canonicalJson, digest: sha256Hex }

const link = (events: readonly Json[], head = emptyHead) =>
  linkEntries(
    'run_1',
    head,
    events.map((event, i) => ({ at: 1000 + i, event })),
    canonicalJson,
    sha256Hex,
  )
const headOf = (entries: readonly ChainEntry[]): ChainHead => {
  const last = entries.at(-1)
  return last ? { seq: last.seq, hash: last.hash } : emptyHead
}
const found = (entries: readonly ChainEntry[], head?: ChainHead) => {
  const verdict = verifyChain(entries, hashing, head)
  return verdict.ok ? 'ok' : `${verdict.seq}: ${verdict.reason}`
}
const five = link(['a', 'b', 'c', 'd', 'e']) as [ChainEntry, ChainEntry, ChainEntry, ChainEntry, ChainEntry]

describe('audit chain', () => {
  it('links entries from 1, each to the one before, the first to nothing (P4)', () => {
    assert.deepEqual(
      five.map(({ seq }) => seq),
      [1, 2, 3, 4, 5],
    )
    assert.deepEqual(
      five.map(({ prev }) => prev),
      ['', ...five.slice(0, 4).map(({ hash }) => hash)],
    )
    const { chain, seq, at, event, prev } = five[1]
    assert.equal(five[1].hash, sha256Hex(canonicalJson({ chain, seq, at, event, prev })))
  })

  it('gives the hash that anybody can recompute from the five fields (P4)', () => {
    const text = '{"at":1000,"chain":"run_1","event":{"a":1,"b":2},"prev":"","seq":1}'
    assert.equal(link([{ b: 2, a: 1 }])[0]?.hash, sha256Hex(text))
  })

  it('continues a chain where its head is', () => {
    const start = link(['a', 'b'])
    const rest = linkEntries('run_1', headOf(start), [{ at: 9, event: 'c' }], canonicalJson, sha256Hex)
    assert.equal(found([...start, ...rest]), 'ok')
  })

  it('answers head and length of a chain that holds, also of an empty one', () => {
    assert.deepEqual(verifyChain(five, hashing, headOf(five)), { ok: true, head: five[4].hash, length: 5 })
    assert.deepEqual(verifyChain([], hashing, emptyHead), { ok: true, head: '', length: 0 })
  })

  it('finds a changed event, moment, hash and chain (P4)', () => {
    const changed = (change: Partial<ChainEntry>) => found(five.with(2, { ...five[2], ...change }))
    const reason = '3: its content does not match its hash: it was changed'
    assert.equal(changed({ event: 'x' }), reason)
    assert.equal(changed({ at: 0 }), reason)
    assert.equal(changed({ hash: 'x' }), reason)
    assert.equal(changed({ chain: 'run_2' }), '3: it belongs to another chain, run_2')
  })

  it('finds a changed entry whose own hash was recomputed, at the entry after it (P4)', () => {
    const forged = linkEntries('run_1', headOf(five.slice(0, 2)), [{ at: 1002, event: 'x' }], canonicalJson, sha256Hex)
    assert.equal(found([...five.slice(0, 2), ...forged, ...five.slice(3)]), '4: it does not continue entry 3')
  })

  it('finds a gap, a reordering and a repeated entry, and says which (P4)', () => {
    const [a, b, c, d, e] = five
    assert.equal(found([a, b, d, e]), '4: entry 3 is missing before it')
    assert.equal(found([a, e]), '5: entries 2 to 4 are missing before it')
    assert.equal(found([b, c]), '2: entry 1 is missing before it')
    assert.equal(found([a, c, b, d, e]), '3: entry 2 is missing before it')
    assert.equal(found([a, b, b, c]), '2: there are two entries 2')
    assert.equal(found([a, b, a, c]), '1: it is out of order: entry 3 belongs here')
  })

  it('finds a first entry that claims a past (P4)', () => {
    assert.equal(found([{ ...five[0], prev: 'x' }]), '1: it claims to continue an earlier entry, but is the first')
  })

  it('finds by the expected head what was cut off, added, or recomputed as a whole (P4)', () => {
    const truncated = '3: the chain was truncated: it should end with entry 5'
    assert.equal(found(five.slice(0, 3), headOf(five)), truncated)
    assert.equal(found([], headOf(five)), '0: the chain was truncated: it should end with entry 5')
    assert.equal(found(five, headOf(five.slice(0, 3))), '5: the chain should have ended with entry 3')
    const recomputed = link(['a', 'b', 'c', 'd', 'x'])
    assert.equal(found(recomputed, headOf(five)), '5: it is not the entry that the chain should end with')
  })

  it('cannot see a truncation without a head to compare with, as documented (P4)', () => {
    assert.equal(found(five.slice(0, 3)), 'ok')
  })

  it('treats content that has no canonical form as changed', () => {
    const endless = { ...five[1], event: Number.NaN }
    assert.equal(found([five[0], endless]), '2: its content does not match its hash: it was changed')
  })

  describe('for any chain', () => {
    const chains = fc
      .array(fc.jsonValue() as fc.Arbitrary<Json>, { minLength: 3, maxLength: 12 })
      .map((all) => link(all))
    const place = fc.nat()

    it('an untouched one holds, also after a way through JSON', () => {
      fc.assert(
        fc.property(chains, (entries) => {
          const read = JSON.parse(JSON.stringify(entries)) as readonly ChainEntry[]
          assert.equal(found(read, headOf(entries)), 'ok')
        }),
      )
    })

    it('one changed field anywhere is found (P4)', () => {
      const text = fc.string({ unit: 'grapheme' })
      const changes = fc.oneof(
        fc.record({ event: fc.jsonValue() as fc.Arbitrary<Json> }),
        fc.record({ at: fc.integer() }),
        fc.record({ seq: fc.integer() }),
        fc.record({ chain: text }),
        fc.record({ prev: text }),
        fc.record({ hash: text }),
      )
      fc.assert(
        fc.property(chains, place, changes, (entries, where, change) => {
          const at = where % entries.length
          const changed = entries.with(at, { ...(entries[at] as ChainEntry), ...change })
          fc.pre(canonicalJson(changed as unknown as Json) !== canonicalJson(entries as unknown as Json))
          assert.notEqual(found(changed, headOf(entries)), 'ok')
        }),
      )
    })

    it('two entries that changed places are found (P4)', () => {
      fc.assert(
        fc.property(chains, place, place, (entries, one, other) => {
          const [i, j] = [one % entries.length, other % entries.length]
          fc.pre(i !== j)
          const swapped = entries.with(i, entries[j] as ChainEntry).with(j, entries[i] as ChainEntry)
          assert.notEqual(found(swapped), 'ok')
          const renumbered = swapped.map((entry, at) => ({ ...entry, seq: at + 1 }))
          assert.notEqual(found(renumbered), 'ok')
        }),
      )
    })

    it('an entry deleted from its start or middle is found without any anchor (P4)', () => {
      fc.assert(
        fc.property(chains, place, (entries, where) => {
          const at = where % (entries.length - 1)
          const left = entries.toSpliced(at, 1)
          assert.notEqual(found(left), 'ok')
          assert.notEqual(found(left.map((entry, i) => ({ ...entry, seq: i + 1 }))), 'ok')
        }),
      )
    })
  })
})
