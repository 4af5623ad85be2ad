// Owns the specs of parameters: what is inside a declaration's bounds, and the sentence for what is not (P9, P12).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compilePattern } from '../../src/adapters/catalog/pattern.ts'
import { bind, parametersOf, wanted } from '../../src/core/parameters.ts'
import type { Parameter } from '../../src/core/runbook.ts'
import type { Json, JsonObject } from '../../src/core/values.ts'

const pattern = (source: string) => {
  const compiled = compilePattern(source)
  assert.ok(compiled.ok)
  return compiled.pattern
}
const pool: Parameter = { type: 'string', pattern: pattern('[A-Za-z0-9_.-]{1,8}'), default: 'Default' }
const count: Parameter = { type: 'integer', min: 1, max: 5 }
const runbook = (parameters: { readonly [name: string]: Parameter }) => ({ id: 'restart-iis', parameters })
const text: Parameter = { type: 'string' }
const named = Object.fromEntries([['constructor', text]])
const problems = (parameters: { readonly [name: string]: Parameter }, given: JsonObject) => {
  const bound = parametersOf(runbook(parameters), given)
  return bound.ok ? [] : bound.problems
}

describe('parameters', () => {
  it('binds what was given, and defaults for the rest', () => {
    assert.deepEqual(parametersOf(runbook({ pool, count }), { count: '3' }), {
      ok: true,
      value: { pool: 'Default', count: 3 },
    })
  })

  it('refuses everything that does not fit at once, each with what would (P12)', () => {
    assert.deepEqual(problems({ pool, count }, { pool: 'a b', host: 'x' }), [
      'restart-iis has no parameter "host": it has pool, count',
      'parameter pool does not fit: a string, matching [A-Za-z0-9_.-]{1,8}',
      'parameter count is missing: a whole number, at least 1, at most 5',
    ])
    assert.deepEqual(problems({}, { host: 'x' }), ['restart-iis has no parameter "host": it has none'])
  })

  it('takes no name that the runbook does not declare, not even one that every object has (P9)', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])
      assert.equal(problems({ pool }, { [name]: 'x' }).length, 1, name)
    const hostile = JSON.parse('{"__proto__": {"pool": "evil"}}') as JsonObject
    assert.equal(problems({ pool }, hostile).length, 1)
  })

  it('finds a parameter missing whose name every object has (P9)', () => {
    assert.equal(problems(named, {}).length, 1)
    const bound = parametersOf(runbook(named), { constructor: 'x' })
    assert.deepEqual(bound.ok && Object.entries(bound.value), [['constructor', 'x']])
  })

  it('holds a default to its own declaration', () => {
    assert.equal(problems({ count: { ...count, default: 6 } }, {}).length, 1)
  })
})

describe('one value', () => {
  const cases: readonly [Parameter, Json, Json | undefined][] = [
    [pool, 'Shop.Pool', undefined],
    [pool, 'Shop', 'Shop'],
    [pool, 'Shop\n', undefined],
    [pool, '${x}', undefined],
    [pool, '', undefined],
    [pool, 7, undefined],
    [pool, null, undefined],
    [pool, ['Shop'], undefined],
    [count, 1, 1],
    [count, 5, 5],
    [count, 0, undefined],
    [count, 6, undefined],
    [count, 2.5, undefined],
    [count, '2', 2],
    [count, '2.5', undefined],
    [count, ' 2', undefined],
    [count, '0x2', undefined],
    [count, '2e0', undefined],
    [count, true, undefined],
    [{ type: 'integer' }, Number.MAX_SAFE_INTEGER + 1, undefined],
    [{ type: 'integer' }, '9'.repeat(16), undefined],
    [{ type: 'number' }, '-0.5', -0.5],
    [{ type: 'number', max: 1 }, Number.NaN, undefined],
    [{ type: 'number' }, Number.POSITIVE_INFINITY, undefined],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, false, false],
    [{ type: 'boolean' }, 'yes', undefined],
    [{ type: 'boolean' }, 1, undefined],
    [{ type: 'string', enum: ['a', 'b'] }, 'b', 'b'],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', undefined],
    [{ type: 'integer', enum: [1, 2] }, '2', 2],
    [{ type: 'integer', enum: [1, 2] }, '3', undefined],
  ]
  for (const [parameter, value, bound] of cases)
    it(`${bound === undefined ? 'refuses' : 'takes'} ${JSON.stringify(value)} for ${wanted(parameter)}`, () =>
      assert.deepEqual(bind(parameter, value), bound))

  it('never lets out of bounds what came in, whatever it is (P9)', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bound = bind(pool, value as Json)
        assert.ok(bound === undefined || (typeof bound === 'string' && /^[A-Za-z0-9_.-]{1,8}$/.test(bound)))
        const number = bind(count, value as Json)
        assert.ok(number === undefined || [1, 2, 3, 4, 5].includes(number as number))
      }),
    )
  })

  it('says what would fit in one phrase (P12)', () => {
    assert.equal(wanted({ type: 'string', enum: ['a', 'b'] }), 'a string, one of a, b')
    assert.equal(wanted({ type: 'boolean' }), 'a boolean')
  })
})
