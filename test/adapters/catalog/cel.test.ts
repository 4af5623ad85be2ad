// Owns the proof that CEL behaves over JSON as the authors of runbooks expect, and has bounds where the outside is hostile.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileCel, compileExpression } from '../../../src/adapters/catalog/cel.ts'
import type { Json, Scope } from '../../../src/core/values.ts'

const scope: Scope = {
  ci: { users: 40, class: 'IIS Web Tier', tags: ['shop', 'pci'], empty: null, constructor: { name: 'x' }, first: 1 },
  result: { status: 200, value: 1, total: 2, none: 0, items: [1, 2, 3] },
  blast: { users: 120 },
  target: 'web-01',
  steps: {},
}

const value = (source: string, over: Scope = scope): Json => {
  const answer = compileExpression(source).evaluate(over)
  assert.ok(answer.ok, `${source}: ${answer.ok ? '' : answer.reason}`)
  return answer.value
}
const reason = (source: string, over: Scope = scope): string => {
  const answer = compileExpression(source).evaluate(over)
  assert.ok(!answer.ok, `${source} has a value`)
  return answer.reason
}

describe('CEL over JSON', () => {
  const values: [string, Json][] = [
    ['result.status == 200', true],
    ['blast.users > 100', true],
    ['blast.users >= 120 && blast.users <= 120.0', true],
    ['ci.users + 1', 41],
    ['1 + ci.users * 2 - 1', 80],
    ['result.value / result.total', 0.5],
    ['ci.users / 3 > 13', true],
    ['ci.users % 7', 5],
    ['-ci.users', -40],
    ['ci.users in [40, 41]', true],
    ['size(ci.tags) == 2', true],
    ['ci.tags.size()', 2],
    ['"pci" in ci.tags', true],
    ['ci.class in ["IIS Web Tier"]', true],
    ['ci.tags.exists(tag, tag.startsWith("p"))', true],
    ['ci.tags.map(tag, tag + "!")', ['shop!', 'pci!']],
    ['result.items[ci.first]', 2],
    ['ci.class.matches("(?i)iis")', true],
    ['ci.class.lowerAscii().contains("web")', true],
    ['ci.class.substring(ci.first, 3)', 'IS'],
    ['"a,b".split(",")', ['a', 'b']],
    ['string(ci.users) + " users"', '40 users'],
    ['has(ci.nope)', false],
    ['has(ci.users)', true],
    ['ci.empty == null', true],
    ['ci.constructor.name', 'x'],
    ['target == "web-01" ? 1 : 2', 1],
    ['{"a": [1, 2.5]}', { a: [1, 2.5] }],
    ['ci.users == "40"', false],
    ['true || ci.nope', true],
  ]
  for (const [source, expected] of values)
    it(`${source} is ${JSON.stringify(expected)}`, () => assert.deepEqual(value(source), expected))

  const unknowns: [string, string][] = [
    ['ci.nope', 'ci.nope is not known'],
    ['"x" in ci.nope', 'ci.nope is not known'],
    ['ci["no pe"]', 'ci["no pe"] is not known'],
    ['steps["a"].failed', 'steps["a"] is not known'],
    ['signals.rate > 1', 'signals is not known'],
    ['result.items[9]', 'result has no item 9'],
    ['ci.empty > 1', 'ci.empty > 1 does not work with nothing and a number'],
    ['ci.users < "a"', 'ci.users < "a" does not work with a number and text'],
    ['ci.class && true', 'ci.class && true needs true or false, not text'],
    ['result.value / result.none', 'result.value / result.none: division by zero'],
    ['duration("1s")', '"duration("1s")" gives something that is neither text, number, list nor object'],
    ['false || ci.nope', 'ci.nope is not known'],
  ]
  for (const [source, expected] of unknowns)
    it(`${source} is unknown, never false: ${expected} (P5)`, () => assert.equal(reason(source), expected))

  it('says of text that does not compile what is wrong with it', () => {
    assert.equal(reason(''), 'the expression is empty')
    assert.equal(reason('ci.users >'), 'this is not a CEL expression: it cannot go on with ">" at character 10')
    assert.equal(reason('incdent.text'), 'there is no "incdent" here: did you mean "incident"?')
    assert.equal(
      reason('toString'),
      'there is no "toString" here (known: incident, ci, parameters, target, blast, signals, steps, run, result)',
    )
    assert.match(reason(`${'('.repeat(3000)}1`), /^this is not a CEL expression/)
    assert.equal(reason('1'.repeat(5000)), 'an expression has at most 4096 characters')
  })

  it('tells which names an expression uses, without those of its own loops', () => {
    const compiled = compileCel('ci.tags.all(t, t != incident.ci["name"]) && steps["a-b"].failed')
    assert.ok(compiled.ok)
    assert.deepEqual([...compiled.uses].map((use) => use.join('.')).toSorted(), [
      'ci.tags',
      'incident.ci.name',
      'steps.a-b.failed',
    ])
  })

  it('compiles the same text once', () =>
    assert.equal(compileExpression('ci.users > 1'), compileExpression('ci.users > 1')))

  it('gives back every JSON value that it was given', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), (json) => {
        assert.equal(
          JSON.stringify(value('result', { result: json as Json })),
          JSON.stringify(json).replaceAll('-0,', '0,'),
        )
      }),
      { numRuns: 200 },
    )
  })
})

describe('CEL over hostile input', () => {
  it('matches in linear time what would hang a backtracking engine', () => {
    for (const pattern of ['(a+)+$', '(a|aa)+$', '(.*.*.*)*z'])
      assert.equal(
        value(`incident.text.matches("${pattern}")`, { incident: { text: `${'a'.repeat(60_000)}!` } }),
        false,
      )
  })

  it('looks at no more than 64 KiB of text, and says so (P5)', () => {
    const incident = { text: 'a'.repeat(65 * 1024) }
    assert.match(reason('incident.text.matches("b")', { incident }), /longer than 64 KiB$/)
    assert.match(reason('incident.text.lowerAscii() == "b"', { incident }), /longer than 64 KiB$/)
  })

  it('goes through no list that is too long, and nests no loops without end', () => {
    const items = Array.from({ length: 2001 }, (_, index) => index)
    assert.match(
      reason('result.all(x, x >= 0)', { result: items }),
      /a list of 2001 items, more than the 2000 allowed$/,
    )
    assert.match(
      reason('result.all(x, result.exists(y, y == x))', { result: items.slice(0, 201) }),
      /more than the 200/,
    )
    assert.match(reason('result.all(a, result.all(b, result.all(c, true)))'), /nested 2 deep, not 3$/)
    assert.equal(value('result.all(x, x >= 0)', { result: items.slice(1) }), true)
  })

  it('refuses values that nest too deeply, and patterns from outside', () => {
    let deep: Json = 1
    for (let index = 0; index < 100; index++) deep = [deep]
    assert.equal(reason('size(result)', { result: deep }), 'result nests too deeply to look at')
    assert.equal(reason('ci.class.matches(target)'), 'matches needs its pattern written out as text')
  })

  it('takes no key of an object for one of JavaScript', () => {
    const result = JSON.parse('{"__proto__": {"admin": true}, "constructor": "x", "toString": 1}') as Json
    assert.equal(value('result.constructor', { result }), 'x')
    assert.equal(reason('result.admin', { result }), 'result.admin is not known')
    const copy = value('result', { result }) as { admin?: unknown }
    assert.equal(copy.admin, undefined)
  })
})
