// Owns the specs of a model's advice: what of it counts, and that nothing else gets anywhere (P9).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { advise, fillable, type Said, stillAdvised, unheard } from '../../src/core/advice.ts'
import type { Choice } from '../../src/core/match.ts'
import { parametersOf } from '../../src/core/parameters.ts'
import type { Parameter, Runbook } from '../../src/core/runbook.ts'
import type { JsonObject } from '../../src/core/values.ts'
import { cel } from './given.ts'

const pattern = { source: '^[a-z]+$', matches: (text: string) => /^[a-z]+$/.test(text) }
const runbook = (id: string, parameters: { readonly [name: string]: Parameter } = {}, from = '[ci.name]') =>
  ({ id, parameters, targets: { from: cel(from) } }) as unknown as Runbook
const iis = runbook('restart-iis', {
  pool: { type: 'string', pattern, default: 'shop' },
  minutes: { type: 'integer', min: 1, max: 10, default: 5 },
  mode: { type: 'string', enum: ['soft', 'hard'] },
})
const offered = [iis, runbook('drain-pool')]
const tie: Choice = { runbook: null, tie: ['drain-pool', 'restart-iis'] }

const ranked = (id: string, parameters: JsonObject = {}) => ({ runbook: id, reason: 'it says so', parameters })
const said = (changes: Partial<Said> = {}): Said => ({
  ranking: [ranked('restart-iis')],
  confidence: 0.7,
  none: false,
  extra: [],
  ...changes,
})
const from = (changes: Partial<Said>, byRules: Choice = tie) => advise('m-1', said(changes), offered, byRules)

describe('a model’s advice', () => {
  it('chooses among what fits equally well, and is recorded as the chooser', () => {
    const { choice, parameters, advice } = from({})
    assert.deepEqual([choice, parameters], [{ runbook: 'restart-iis', tie: [] }, {}])
    assert.deepEqual([advice.chose, advice.used, advice.dropped], [true, true, []])
  })

  it('is not used where it says what the rules say', () => {
    const { choice, advice } = from({}, { runbook: 'restart-iis', tie: [] })
    assert.deepEqual([choice.runbook, advice.chose, advice.used], ['restart-iis', false, false])
  })

  it('fills in declared parameters within their bounds, read as their type', () => {
    const { parameters, advice } = from({
      ranking: [ranked('restart-iis', { pool: 'orders', minutes: '7', mode: 'soft' })],
    })
    assert.deepEqual(parameters, { pool: 'orders', minutes: 7, mode: 'soft' })
    assert.deepEqual(advice.values, parameters)
  })

  it('does not call a value its own that the runbook would take anyway', () => {
    const byRules = { runbook: 'restart-iis', tie: [] }
    const { parameters, advice } = from({ ranking: [ranked('restart-iis', { pool: 'shop', minutes: '5' })] }, byRules)
    assert.deepEqual([parameters, advice.used], [{}, false])
  })

  it('loses each value that is out of bounds, not declared or no value, and says so', () => {
    const { parameters, advice } = from({
      ranking: [
        ranked('restart-iis', { pool: 'x; rm -rf /', minutes: '11', mode: 'HARD', host: 'db-01', __proto__x: '1' }),
      ],
    })
    assert.deepEqual(parameters, {})
    assert.deepEqual(advice.dropped, [
      'its value for pool does not fit: a string, matching ^[a-z]+$',
      'its value for minutes does not fit: a whole number, at least 1, at most 10',
      'its value for mode does not fit: a string, one of soft, hard',
      'restart-iis has no parameter host',
      'restart-iis has no parameter __proto__x',
    ])
  })

  it('takes no value that is longer than a name, whatever the pattern lets through', () => {
    assert.deepEqual(from({ ranking: [ranked('restart-iis', { pool: 'a'.repeat(201) })] }).parameters, {})
  })

  it('may not name what was not offered, nor anything twice', () => {
    const { choice, advice } = from({
      ranking: [ranked('wipe-disk'), ranked('drain-pool'), ranked('drain-pool'), ranked('constructor')],
    })
    assert.equal(choice.runbook, 'drain-pool')
    assert.deepEqual(
      advice.ranking.map((each) => each.runbook),
      ['drain-pool'],
    )
    assert.deepEqual(advice.dropped, [
      'it named wipe-disk, which was not offered',
      'it named drain-pool twice',
      'it named constructor, which was not offered',
    ])
  })

  it('leaves the rules their choice where it says none of these: one is proposed and marked, of several a person chooses', () => {
    const one = from(
      { none: true, ranking: [ranked('drain-pool', { pool: 'x' })] },
      { runbook: 'restart-iis', tie: [] },
    )
    assert.deepEqual(
      [one.choice.runbook, one.parameters, one.advice.none, one.advice.used],
      ['restart-iis', {}, true, false],
    )
    assert.deepEqual(from({ none: true }).choice, tie)
  })

  it('leaves the rules their choice where it ranked nothing that fits', () => {
    const { choice, advice } = from({ ranking: [ranked('wipe-disk')] })
    assert.deepEqual([choice, advice.used], [tie, false])
    assert.deepEqual(advice.dropped.at(-1), 'it ranked nothing that was offered')
  })

  it('has a confidence from 0 to 1, or none', () => {
    for (const confidence of [-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(from({ confidence }).advice.confidence, null)
    assert.equal(from({ confidence: 0 }).advice.confidence, 0)
  })

  it('keeps an end to what it records', () => {
    const { dropped } = from({
      ranking: Array.from({ length: 500 }, (_, n) => ranked(`${'x'.repeat(300)}${n}`)),
    }).advice
    assert.equal(dropped.length, 21)
    assert.equal(dropped.at(-1), '… and 481 more')
    assert.ok(dropped.every((each) => each.length < 120))
  })

  it('says in one sentence that it was not heard', () => {
    const { dropped, used, none } = unheard('m-1', 'it did not answer in time')
    assert.deepEqual(
      [dropped, used, none],
      [['the rules carry on without the model: it did not answer in time'], false, false],
    )
  })

  it('gives way value by value to what a person set', () => {
    const { advice } = from(
      { ranking: [ranked('restart-iis', { pool: 'orders', minutes: '7' })] },
      { runbook: 'restart-iis', tie: [] },
    )
    assert.deepEqual(stillAdvised(advice, { pool: 'web', minutes: 7 }).values, { minutes: 7 })
    assert.equal(stillAdvised(advice, { pool: 'web', minutes: 7 }).used, true)
    assert.equal(stillAdvised(advice, { pool: 'web', minutes: 8 }).used, false)
    assert.equal(stillAdvised({ ...advice, chose: true }, {}).used, true)
  })

  it('holds for whatever a model could say: an offered runbook, values that a stranger might give, targets never', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('restart-iis', 'drain-pool', '__proto__', 'pool', 'minutes', 'mode', 'toString'),
    )
    const json = fc.jsonValue() as fc.Arbitrary<JsonObject[string]>
    const parameters = fc.dictionary(text, fc.oneof(json, text))
    const anything = fc.record({
      ranking: fc.array(fc.record({ runbook: text, reason: fc.string(), parameters })),
      confidence: fc.double(),
      none: fc.boolean(),
      extra: fc.array(fc.string()),
    }) as unknown as fc.Arbitrary<Said>
    fc.assert(
      fc.property(anything, fc.constantFrom<Choice>(tie, { runbook: 'restart-iis', tie: [] }), (answer, byRules) => {
        const { choice, parameters: values, advice } = advise('m-1', answer, offered, byRules)
        const chosen = offered.find(({ id }) => id === choice.runbook)
        assert.ok(chosen || choice.tie.length > 0)
        const isRules = choice.runbook === byRules.runbook
        assert.equal(advice.used, !isRules || Object.keys(values).length > 0)
        if (!chosen) return assert.deepEqual(values, {})
        const bound = parametersOf(chosen, { mode: 'soft', ...values })
        assert.ok(bound.ok || chosen.id === 'drain-pool')
        assert.ok(Object.keys(values).every((name) => Object.hasOwn(fillable(chosen), name)))
        return undefined
      }),
      { numRuns: 500 },
    )
  })
})

describe('what a model may fill in', () => {
  const names = (parameters: { readonly [name: string]: Parameter }, targets?: string) =>
    Object.keys(fillable(runbook('x', parameters, targets)))

  it('is what its author bounded on every side', () => {
    const all: { [name: string]: Parameter } = {
      free: { type: 'string' },
      shaped: { type: 'string', pattern },
      listed: { type: 'string', enum: ['a'] },
      atLeast: { type: 'integer', min: 1 },
      between: { type: 'number', min: 0, max: 1 },
      yes: { type: 'boolean' },
    }
    assert.deepEqual(names(all), ['shaped', 'listed', 'between', 'yes'])
  })

  it('is never what targets are made of (P9)', () => {
    const both: { [name: string]: Parameter } = { host: { type: 'string', pattern }, pool: { type: 'string', pattern } }
    assert.deepEqual(names(both, '[parameters.host]'), ['pool'])
    assert.deepEqual(names(both, 'parameters["host"].split(",")'), ['pool'])
    assert.deepEqual(names(both, '[parameters . host]'), ['pool'])
    assert.deepEqual(names(both, '[parameters[ci.key]]'), [])
    assert.deepEqual(names(both, 'parameters.map(k, parameters[k])'), [])
    assert.deepEqual(names(both, '[ci.name]'), ['host', 'pool'])
  })
})
