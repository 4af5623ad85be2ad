// Owns the specs of what an expression sees: the same names everywhere, and nothing that is not known (P5).
import assert from 'node:assert/strict'
import { type IncidentContext, unknown } from '../../src/core/incident.ts'
import { scopeOf, stepScope } from '../../src/core/scope.ts'
import { evaluateBoolean, isObject, own } from '../../src/core/values.ts'
import { after, begun, blast, cel, ci, done, draft, on, t0 } from './given.ts'

const context: IncidentContext = {
  readAt: t0,
  ci: ci('db-01', { environment: 'Production' }),
  incident: {
    sysId: '1',
    number: 'INC1',
    state: 'new',
    shortDescription: 'slow',
    text: 'slow and 5xx',
    reopened: 0,
    facts: ci('x', { category: 'App', number: 'forged' }).facts,
  },
}

describe('the scope of an expression', () => {
  it('always has the eight names, empty where nothing is known', () => {
    const names = ['blast', 'ci', 'incident', 'parameters', 'run', 'signals', 'steps']
    assert.deepEqual(Object.keys(scopeOf({ context: { readAt: t0 } })).toSorted(), names)
    assert.deepEqual(Object.keys(scopeOf({ context, target: { name: 'a' }, result: null })).toSorted(), [
      ...names.slice(0, 4),
      'result',
      ...names.slice(4),
      'target',
    ])
  })

  it('is about the incident’s CI outside a step, and about the target’s inside', () => {
    assert.deepEqual(scopeOf({ context })['ci'], { environment: 'Production', name: 'db-01' })
    const inside = scopeOf({ context, target: { name: 'web-01', ci: ci('web-01', { environment: 'Test' }) } })
    assert.deepEqual([inside['ci'], inside['target']], [{ environment: 'Test', name: 'web-01' }, 'web-01'])
    assert.deepEqual((inside['incident'] as { ci: object }).ci, { environment: 'Production', name: 'db-01' })
  })

  it('knows nothing of a target that is not in the CMDB (P5)', () => {
    const scope = scopeOf({ context, target: { name: 'ghost' } })
    assert.deepEqual(scope['ci'], {})
    assert.equal(evaluateBoolean(cel('ci.environment == "Production"'), scope).ok, false)
  })

  it('has the incident’s own fields, which no mapped column can replace (P9)', () => {
    const { incident } = scopeOf({ context }) as { incident: object }
    assert.deepEqual(incident, {
      category: 'App',
      number: 'INC1',
      short_description: 'slow',
      text: 'slow and 5xx',
      state: 'new',
      ci: { environment: 'Production', name: 'db-01' },
    })
  })

  it('has empty texts for a run without an incident', () => {
    const scope = scopeOf({ context: { readAt: t0 } })
    assert.deepEqual(evaluateBoolean(cel('incident.text == "" && incident.number == ""'), scope), {
      ok: true,
      value: true,
    })
  })

  it('leaves out a fact that is not known, so that using it is an error and never false (P5)', () => {
    const facts = { tags: unknown('hidden', 'cmdb', t0) }
    const scope = scopeOf({ context: { readAt: t0, ci: { ...ci('a'), facts } } })
    assert.deepEqual(scope['ci'], { name: 'a' })
    const answer = evaluateBoolean(cel('!("pci" in ci.tags)'), scope)
    assert.equal(answer.ok, false)
  })

  it('leaves out a reach that is not known', () => {
    assert.deepEqual(scopeOf({ context, blast: blast() })['blast'], { users: 40, cis: 3, vip: false })
    const users = unknown('no column', 'cmdb', t0)
    assert.deepEqual(scopeOf({ context, blast: { ...blast(), users } })['blast'], { cis: 3, vip: false })
    const nothing = { users, cis: users, vip: users }
    assert.deepEqual(scopeOf({ context, blast: nothing })['blast'], {})
  })

  it('of a running step has its run, parameters, target and earlier steps', () => {
    const run = after(begun(draft(['web-01', 'web-02'])), t0, ...done(on('recycle', 'web-02')))
    const scope = stepScope(run, 'web-02', { ok: true })
    assert.deepEqual(
      [scope['run'], scope['parameters'], scope['target'], scope['result'], scope['blast']],
      [{ id: 'r-1' }, { pool: 'DefaultAppPool' }, 'web-02', { ok: true }, { users: 40, cis: 3, vip: false }],
    )
    assert.deepEqual(evaluateBoolean(cel('steps["recycle"].succeeded'), scope), { ok: true, value: true })
    assert.deepEqual(evaluateBoolean(cel('steps["recycle"].succeeded'), stepScope(run, 'web-01')), {
      ok: true,
      value: false,
    })
    assert.equal('result' in stepScope(run, 'web-01'), false)
    assert.equal(stepScope(run, 'ghost')['target'], 'ghost')
  })
})

describe('plain values', () => {
  it('a name is looked up among what an object itself holds', () => {
    assert.equal(own({ a: 1 }, 'a'), 1)
    for (const name of ['constructor', '__proto__', 'toString', 'b']) assert.equal(own({ a: 1 }, name), undefined)
    assert.equal(own(JSON.parse('{"__proto__": 2}') as { [name: string]: number }, '__proto__'), 2)
  })

  it('an object is neither null nor a list', () => {
    assert.deepEqual(
      [{}, null, [], 'a', 1, undefined].map((value) => isObject(value)),
      [true, false, false, false, false, false],
    )
  })

  it('what is neither true nor false is not known (P5)', () => {
    for (const text of ['1', '"true"', 'null', '[true]'])
      assert.deepEqual(evaluateBoolean(cel(text), {}), { ok: false, reason: `"${text}" is not true or false` })
  })
})
