// Owns the proof that templates keep types, and that nothing from outside becomes an expression.
import assert from 'node:assert/strict'
import { compilePattern } from '../../../src/adapters/catalog/pattern.ts'
import { compileTemplate } from '../../../src/adapters/catalog/template.ts'
import type { Json, Scope } from '../../../src/core/values.ts'

const scope: Scope = {
  target: 'web-01',
  ci: { users: 40, tags: ['a', 'b'], hostile: '${run.id} $${x} ${', empty: null },
  run: { id: 'secret' },
}

const render = (source: Json, over: Scope = scope) => {
  const { template, problems } = compileTemplate(source)
  assert.deepEqual(problems, [])
  return template.render(over)
}
const value = (source: Json): Json => {
  const answer = render(source)
  assert.ok(answer.ok, answer.ok ? '' : answer.reason)
  return answer.value
}

describe('a template', () => {
  const values: [Json, Json][] = [
    ['${target}', 'web-01'],
    ['${ci.users}', 40],
    ['${ci.tags}', ['a', 'b']],
    ['${ci.empty}', null],
    ['host=${target} n=${ci.users} ${ci.users > 1}', 'host=web-01 n=40 true'],
    ['$${target}', '${target}'],
    ['$${target} ${target}', '${target} web-01'],
    ['costs $5, {x}', 'costs $5, {x}'],
    ['${ {"a": "}"}["a"] }', '}'],
    ["${'}' + '{'}", '}{'],
    ['${"\\"}"}', '"}'],
    ['${r"\\"}', '\\'],
    ['${"""a"}""" + target}', 'a"}web-01'],
    [
      { list: ['${ci.users}', 1, null], text: 'x' },
      { list: [40, 1, null], text: 'x' },
    ],
  ]
  for (const [source, expected] of values)
    it(`${JSON.stringify(source)} gives ${JSON.stringify(expected)}`, () => assert.deepEqual(value(source), expected))

  it('never reads again what came in through a fact (P9)', () => {
    assert.equal(value('${ci.hostile}'), '${run.id} $${x} ${')
    assert.equal(value('<${ci.hostile}>'), '<${run.id} $${x} ${>')
    assert.deepEqual(value({ a: ['${ci.hostile}'] }), { a: ['${run.id} $${x} ${'] })
  })

  it('refuses a list, an object or nothing inside a longer text', () => {
    assert.deepEqual(render('x${ci.tags}'), {
      ok: false,
      reason: '${ci.tags} is a list, which cannot stand inside text',
    })
    assert.deepEqual(render('x${ci}'), { ok: false, reason: '${ci} is an object, which cannot stand inside text' })
    assert.deepEqual(render('x${ci.empty}'), {
      ok: false,
      reason: '${ci.empty} is nothing, which cannot stand inside text',
    })
  })

  it('is unknown as a whole where one fact is (P5)', () => {
    assert.deepEqual(render({ a: 1, b: ['${ci.nope}'] }), { ok: false, reason: 'ci.nope is not known' })
  })

  it('names the place of what does not compile', () => {
    const { problems } = compileTemplate({ a: ['ok', '${ci.users +}'], b: '${target' })
    assert.deepEqual(
      problems.map(({ path, reason }) => [path.join('.'), reason.slice(0, 30)]),
      [
        ['a.1', 'in ${ci.users +}: this is not '],
        ['b', '"${" at character 1 is never c'],
      ],
    )
  })
})

describe('a parameter pattern', () => {
  const matches = (source: string, text: string): boolean => {
    const compiled = compilePattern(source)
    assert.ok(compiled.ok)
    return compiled.pattern.matches(text)
  }

  it('covers the whole value, also where an anchor was forgotten (P9)', () => {
    assert.equal(matches('^[a-z]+$', 'shop'), true)
    assert.equal(matches('^[a-z]+$', 'shop\n'), false)
    assert.equal(matches('[a-z]+', 'shop; rm'), false)
    assert.equal(matches('^a|b$', 'a; rm'), false)
    assert.equal(matches('a|ab', 'ab'), true)
  })

  it('stays linear on hostile text, and refuses text that is too long', () => {
    assert.equal(matches('^(a+)+$', `${'a'.repeat(60_000)}!`), false)
    assert.equal(matches('a*', 'a'.repeat(65 * 1024)), false)
  })
})
