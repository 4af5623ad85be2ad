// Owns the proof of how a typed line falls into words: quotes, escapes, and what Teams leaves of HTML.
import assert from 'node:assert/strict'
import { plainLine, splitWords } from '../../../src/app/chat/words.ts'

const words = (line: string): string[] => {
  const split = splitWords(line)
  assert.ok(split.ok, split.ok ? '' : split.reason)
  return split.words.map(({ text }) => text)
}

describe('the words of a line', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['a b  c', ['a', 'b', 'c']],
    ['"a b" c', ['a b', 'c']],
    ['“a b” c', ['a b', 'c']],
    ['„a b“ c', ['a b', 'c']],
    ['«a b» c', ['a b', 'c']],
    ['“a b" c', ['a b', 'c']],
    ["'a b' c", ['a b', 'c']],
    ['‘a b’ c', ['a b', 'c']],
    ['name="a b"', ['name=a b']],
    ["name='a b'", ['name=a b']],
    ['"a"b"c"', ['abc']],
    ['"a \\"b\\" c"', ['a "b" c']],
    ['"a \\\\"', ['a \\']],
    ['CORP\\svc C:\\temp', ['CORP\\svc', 'C:\\temp']],
    ['"C:\\Program Files\\x"', ['C:\\Program Files\\x']],
    ["it's o'clock", ["it's", "o'clock"]],
    ["'it's fine'", ["it's fine"]],
    ['"it’s fine"', ['it’s fine']],
    ['""', ['']],
    ['', []],
  ]
  for (const [line, expected] of cases) it(`reads ${line || 'nothing'}`, () => assert.deepEqual(words(line), expected))

  it('says of a quote that is never closed where it was opened (P12)', () => {
    for (const line of ['a "b c', 'a “b c', "a 'b c", 'name="b', '"a\\"']) {
      const split = splitWords(line)
      assert.ok(!split.ok && /never closed/.test(split.reason), line)
    }
  })

  it('knows an equals sign in quotes from one outside', () => {
    const split = splitWords('a=b "c=d" "e"=f')
    assert.deepEqual(split.ok && split.words.map(({ equals }) => equals), [1, null, 1])
  })
})

describe('what Teams leaves of HTML', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['<p>run&nbsp;x</p>', 'run x'],
    ['run\u00a0x\u202fy', 'run x y'],
    ['run<br/>x\r\ny', 'run x y'],
    ['run\u200b x\ufeff', 'run x'],
    ['<div class="a"><span style="b">status</span></div>', 'status'],
    ['because &quot;a &amp; b&quot;', 'because "a & b"'],
    ['a &amp;lt; b', 'a &lt; b'],
    ['a &lt;p&gt; b', 'a <p> b'],
    ['if a < b then c > d', 'if a < b then c > d'],
    ['\u202estatus', 'status'],
  ]
  for (const [typed, line] of cases) it(`reads ${JSON.stringify(typed)}`, () => assert.equal(plainLine(typed), line))
})
