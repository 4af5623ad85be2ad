// Owns the specification of where a pattern matches: as any regular expression would say, and linear on any text.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileRegex } from '../../../src/adapters/catalog/pattern.ts'
import { spansOf } from '../../../src/adapters/catalog/spans.ts'

function spans(source: string, text: string): readonly string[] {
  const compiled = compileRegex(source)
  assert.ok(compiled.ok)
  return spansOf(compiled.regex)(text).map(([from, to]) => text.slice(from, to))
}

describe('where a pattern matches', () => {
  const cases: readonly (readonly [source: string, text: string, found: readonly string[]])[] = [
    ['password=\\S+', 'a password=x y password=z', ['password=x', 'password=z']],
    ['password=(\\S+)', 'a password=x y password=z', ['x', 'z']],
    ['(\\w+):(\\w+)@', 'http://me:you@host', ['me', 'you']],
    ['(?:user|pass)=(\\w+)', 'user=a pass=b', ['a', 'b']],
    ['(a)|b', 'ab', ['a']],
    ['(?i)pin: (\\d{4})', 'PIN: 1234, Pin: 12', ['1234']],
    ['(?m)^key (.*)$', 'key a b\nno key c\nkey d', ['a b', 'd']],
    ['(?s)BEGIN(.*?)END', 'BEGIN a\nb END BEGIN c END', [' a\nb ', ' c ']],
    ['\\bfoo\\b', 'foo foobar barfoo foo', ['foo', 'foo']],
    ['^a|b$', 'aab', ['a', 'b']],
    ['x*', 'axxb', ['xx']],
    ['(ä+)', 'aääb😀ä', ['ää', 'ä']],
    ['😀(.)', 'a😀😀b', ['😀']],
    ['nothing', 'here', []],
  ]
  for (const [source, text, found] of cases)
    it(`is ${JSON.stringify(found)} for ${source} in ${JSON.stringify(text)}`, () =>
      assert.deepEqual(spans(source, text), found))

  it('is where JavaScript finds it too, for every pattern that both understand', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\b', 'ab', '^', '$', '(?:a|ab)', '(?:b|ba|)')
    const repeat = fc.constantFrom('', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}')
    const part = fc.tuple(atom, repeat).map(([of, times]) => (/^(?:\^|\$|\\b)$/.test(of) ? of : `(?:${of})${times}`))
    const pattern = fc.array(fc.array(part, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
    const text = fc.array(fc.constantFrom('a', 'b', ' ', '\n'), { maxLength: 20 })
    fc.assert(
      fc.property(pattern, text, (alternatives, letters) => {
        const source = alternatives.map((parts) => parts.join('')).join('|')
        const wanted = [...letters.join('').matchAll(new RegExp(source, 'g'))].map(([found]) => found)
        assert.deepEqual(
          spans(source, letters.join('')),
          wanted.filter((found) => found !== ''),
        )
      }),
      { numRuns: 3000 },
    )
  })

  it('is the rest of a text that would have to be read over and over', () => {
    const text = 'a'.repeat(262_144)
    const compiled = compileRegex('a.*b|a')
    assert.ok(compiled.ok)
    const found = spansOf(compiled.regex)(text)
    assert.equal(found.at(-1)?.[1], text.length)
    assert.ok(found.length < 100)
  })

  it('is found in one pass where a backtracking engine would never end', () => {
    assert.deepEqual(spans('(a+)+$', `${'a'.repeat(100_000)}!`), [])
    assert.deepEqual(spans('(x+x+)+y', 'x'.repeat(100_000)), [])
  })
})
