// Owns the specs of the plan: exact requests, waves, every problem at once, and what the hash covers (P1, P9).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileTemplate } from '../../src/adapters/catalog/template.ts'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { known } from '../../src/core/incident.ts'
import {
  type Draft,
  draftPlan,
  type PlanRequest,
  planHash,
  planTier,
  scopesOf,
  waveScope,
  wavesOf,
} from '../../src/core/plan.ts'
import type { Call, Check, Operation, Runbook, Wave } from '../../src/core/runbook.ts'
import { isObject, type Json, type JsonObject } from '../../src/core/values.ts'
import { blast, cel, ci, draft, minute, oneApprover, step as planned, t0 } from './given.ts'

const call = (name: string, values: Json = {}): Call => ({
  do: name,
  with: compileTemplate(values).template,
  timeoutMs: minute,
})
const check = (name: string, values: Json = {}, expect = 'result.ok'): Check => ({
  ...call(name, values),
  expect: cel(expect),
  everyMs: 5000,
  holdMs: 1000,
  withinMs: minute,
})
const operation = (name: string, tier: Operation['tier'] = 0): readonly [string, Operation] => [
  name,
  { name, system: 'ops', kind: 'ops-api', url: 'https://ops.example.com', tier, detail: { runbook: name } },
]
const operations = new Map([operation('ops.look'), operation('ops.recycle', 1), operation('ops.start', 1)])

const runbook = (changes: Partial<Runbook> = {}): Runbook => ({
  id: 'restart-iis',
  title: 'Recycle',
  owner: 'web-platform',
  guided: false,
  content: 'c'.repeat(64),
  file: 'restart-iis.yaml',
  parameters: { pool: { type: 'string', default: 'Default' } },
  targets: { from: cel('[ci.name]'), max: 3, waves: [{ count: 1 }], stopAfterFailures: 1, concurrency: 1 },
  limits: { reopenWithinMs: 60 * minute },
  evidence: [call('ops.look', { host: '${target}' })],
  signals: {},
  shadow: {},
  steps: [
    {
      id: 'recycle',
      tier: 1,
      preflight: { ...check('ops.look', { host: '${target}' }), capture: {} },
      action: call('ops.recycle', { host: '${target}', pool: '${parameters.pool}', site: 'https://${ci.site}/' }),
      verify: check('ops.look', { run: '${run.id}' }),
      rollback: call('ops.start', { users: '${blast.users}' }),
    },
  ],
  onSuccess: { resolve: true, closeCode: 'Done', resolveJoined: false },
  onFailure: { escalate: 'on-call', rollback: 'step' },
  ...changes,
})
const asked = (changes: Partial<PlanRequest> = {}): PlanRequest => ({
  runbook: runbook(),
  context: { readAt: t0 },
  parameters: {},
  targets: [{ name: 'web-01', ci: ci('web-01', { site: 'shop.example' }) }],
  blast: blast(),
  run: 'r-1',
  ...changes,
})
const drafted = (changes: Partial<PlanRequest> = {}): Draft => {
  const answer = draftPlan(asked(changes), { operations })
  assert.ok(answer.ok)
  return answer.value
}
const problems = (changes: Partial<PlanRequest>) => {
  const answer = draftPlan(asked(changes), { operations })
  return answer.ok ? [] : answer.problems
}
const sentTo = (steps: Draft['steps'], host: string): JsonObject => {
  const values = steps[host]?.[0]?.action?.with
  assert.ok(isObject(values))
  return values
}
const named = (...names: readonly string[]) => names.map((name) => ({ name, ci: ci(name, { site: 'shop.example' }) }))
const hash = (of: Draft, rule = oneApprover()) => planHash(of, rule, canonicalJson, sha256Hex)

describe('a draft plan', () => {
  it('holds the exact requests, with nothing left to fill in (P9)', () => {
    const [step] = drafted({ parameters: { pool: 'Shop' } }).steps['web-01'] ?? []
    assert.deepEqual(step?.action, {
      do: 'ops.recycle',
      system: 'ops',
      kind: 'ops-api',
      url: 'https://ops.example.com',
      tier: 1,
      detail: { runbook: 'ops.recycle' },
      with: { host: 'web-01', pool: 'Shop', site: 'https://shop.example/' },
      timeoutMs: minute,
    })
    assert.deepEqual(step?.verify?.with, { run: 'r-1' })
    assert.deepEqual(step?.rollback?.with, { users: 40 })
    assert.deepEqual([step?.preflight?.expect, step?.preflight?.holdMs], ['result.ok', 1000])
  })

  it('renders every step and piece of evidence for each target with its own facts', () => {
    const { steps, evidence } = drafted({ targets: named('web-01', 'web-02') })
    assert.deepEqual(Object.keys(steps), ['web-01', 'web-02'])
    assert.deepEqual(sentTo(steps, 'web-02')['host'], 'web-02')
    assert.deepEqual(
      evidence.map((each) => each.target),
      ['web-01', 'web-02'],
    )
  })

  it('never reads a value as an expression again (P9)', () => {
    const of = drafted({ parameters: { pool: '${ci.name}' } })
    assert.equal(sentTo(of.steps, 'web-01')['pool'], '${ci.name}')
  })

  it('takes title, optional parts and texts from the runbook, and null for what is not there', () => {
    const bare = drafted({ runbook: runbook({ steps: [{ id: 'look', tier: 0, verify: check('ops.look') }] }) })
    assert.deepEqual(bare.steps['web-01']?.[0], {
      ...bare.steps['web-01']?.[0],
      title: 'look',
      when: null,
      approval: null,
      preflight: null,
      action: null,
      rollback: null,
    })
    assert.deepEqual(bare.onSuccess, { resolve: true, closeCode: 'Done', resolveJoined: false })
    assert.deepEqual(bare.onFailure, { escalate: 'on-call', assign: null, rollback: 'step' })
    const rung = { id: 'b', title: 'B', tier: 2 as const, when: cel('true'), approval: 'always' }
    const [step] = drafted({ runbook: runbook({ steps: [rung] }) }).steps['web-01'] ?? []
    assert.deepEqual([step?.title, step?.when, step?.approval], ['B', 'true', 'always'])
  })

  it('refuses a value that cannot be told, and says where (P5, P12)', () => {
    const [problem, ...more] = problems({ targets: [{ name: 'web-01', ci: ci('web-01') }] })
    assert.match(problem ?? '', /^recycle action ops\.recycle: .*site/)
    assert.deepEqual(more, [])
    assert.match(
      problems({ blast: { ...blast(), users: { ...blast().users, known: false, reason: 'x' } as never } })[0] ?? '',
      /rollback/,
    )
  })

  it('refuses an operation that is not declared (P9)', () => {
    const steps = [{ id: 'a', tier: 1 as const, action: call('ops.format'), verify: check('ops.nothing') }]
    assert.deepEqual(problems({ runbook: runbook({ steps }) }), [
      'a action: there is no operation ops.format in connectors.yaml',
      'a verify: there is no operation ops.nothing in connectors.yaml',
    ])
  })

  it('refuses no target, too many, and one that is named twice', () => {
    assert.deepEqual(problems({ targets: [] }), ['there is no target: name one, or give the incident a CI'])
    assert.deepEqual(problems({ targets: named('a', 'b', 'c') }), [])
    assert.deepEqual(problems({ targets: named('a', 'b', 'c', 'c') }), [
      '4 targets, and restart-iis allows at most 3',
      'a target is named twice',
    ])
  })

  it('refuses parameters outside their bounds before anything is rendered (P9)', () => {
    assert.deepEqual(problems({ parameters: { host: 'x' } }), ['restart-iis has no parameter "host": it has pool'])
  })

  it('keeps the requests of a CI with any name in the plan and in its hash (P1)', () => {
    for (const name of ['__proto__', 'constructor']) {
      const of = drafted({ targets: named(name) })
      assert.deepEqual(Object.keys(of.steps), [name])
      const changed = drafted({ targets: named(name), runbook: runbook({ steps: [] }) })
      assert.notEqual(hash(of), hash(changed))
    }
  })
})

describe('the tier of a plan', () => {
  it('is the highest of the steps that do not ask for themselves', () => {
    assert.equal(planTier([]), 0)
    assert.equal(
      planTier([
        { id: 'a', tier: 1 },
        { id: 'b', tier: 0 },
      ]),
      1,
    )
    assert.equal(
      planTier([
        { id: 'a', tier: 1 },
        { id: 'b', tier: 3, approval: 'always' },
      ]),
      1,
    )
    assert.equal(planTier([{ id: 'a', tier: 2, approval: 'always' }]), 0)
  })
})

describe('waves', () => {
  const hosts = (count: number) => Array.from({ length: count }, (_, index) => `h${index + 1}`)
  const sizes = (count: number, ...waves: readonly (number | string)[]) =>
    wavesOf(
      {
        targets: {
          from: cel('[]'),
          max: 99,
          stopAfterFailures: 1,
          concurrency: 1,
          waves: waves.map((wave): Wave => (typeof wave === 'number' ? { count: wave } : { percent: Number(wave) })),
        },
      },
      hosts(count),
    ).map((wave) => wave.length)

  it('are cumulative and rounded up', () => {
    assert.deepEqual(sizes(5, 1, '50', '100'), [1, 2, 2])
    assert.deepEqual(sizes(10, '25', '50'), [3, 2, 5])
    assert.deepEqual(sizes(3, '34'), [2, 1])
    assert.deepEqual(sizes(20, '55'), [11, 9])
  })

  it('skip a wave that adds nobody, and never go backwards', () => {
    assert.deepEqual(sizes(1, 1, '50', '100'), [1])
    assert.deepEqual(sizes(4, 3, '50', 2), [3, 1])
    assert.deepEqual(sizes(2, 5), [2])
  })

  it('are one where none is declared', () => assert.deepEqual(sizes(4), [4]))

  it('hold every target exactly once and in order, whatever is declared', () => {
    const wave = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 150 }).map(String))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(wave, { maxLength: 5 }), (count, waves) => {
        const result = sizes(count, ...waves)
        assert.ok(result.every((size) => size > 0))
        assert.equal(
          result.reduce((sum, size) => sum + size, 0),
          count,
        )
      }),
    )
  })
})

describe('the scopes of a step', () => {
  const two = draft(['a', 'b'], (host) => [planned('recycle', host), planned('restart', host, { approval: 'always' })])
  const [plain, asking] = two.steps['a'] ?? []
  assert.ok(plain && asking)
  const asks = { ...two, waveApproval: 'always' }

  it('are the run, and the step where it asks for itself (P1)', () => {
    assert.deepEqual(scopesOf(two, plain, 'b'), ['run'])
    assert.deepEqual(scopesOf(two, asking, 'b'), ['run', 'step:restart'])
  })

  it('are its wave too where waves ask, but for the first (P1)', () => {
    assert.deepEqual(scopesOf(asks, plain, 'a'), ['run'])
    assert.deepEqual(scopesOf(asks, plain, 'b'), ['run', 'wave:2'])
    assert.deepEqual(scopesOf(asks, asking, 'b'), ['run', 'wave:2', 'step:restart'])
  })

  it('count waves from one, as people read them', () => assert.deepEqual([0, 1].map(waveScope), ['wave:1', 'wave:2']))
})

describe('what a plan keeps for the rules about it', () => {
  it('is the incident class that its runbook is for, and whether its waves ask', () => {
    assert.deepEqual([drafted().runbook.class, drafted().waveApproval], [null, null])
    const targets = { ...runbook().targets, approval: 'two-approvers' }
    const of = drafted({ runbook: runbook({ match: { class: 'disk-full' }, targets }) })
    assert.deepEqual([of.runbook.class, of.waveApproval], ['disk-full', 'two-approvers'])
  })
})

describe('the plan hash', () => {
  const base = draft()
  const steps = (change: (step: NonNullable<Draft['steps'][string]>[number]) => object) => ({
    'web-01': (base.steps['web-01'] ?? []).map((each) => ({ ...each, ...change(each) })),
  })
  const moved: readonly [string, Draft][] = [
    ['the runbook content', { ...base, runbook: { ...base.runbook, content: 'd'.repeat(64) } }],
    ['the owner', { ...base, runbook: { ...base.runbook, owner: 'others' } }],
    ['a parameter', { ...base, parameters: { pool: 'Shop' } }],
    ['a target', draft(['web-02'])],
    ['a further target', draft(['web-01', 'web-02'])],
    ['another CI under the same name', { ...base, targets: [{ name: 'web-01', ci: { ...ci('web-01'), sysId: 'x' } }] }],
    ['a target that is not in the CMDB', { ...base, targets: [{ name: 'web-01' }] }],
    ['the waves', { ...draft(['a', 'b']), waves: [['a', 'b']] }],
    ['the brake', { ...base, stopAfterFailures: 2 }],
    ['whether waves ask', { ...base, waveApproval: 'always' }],
    ['the incident class', { ...base, runbook: { ...base.runbook, class: 'disk-full' } }],
    [
      'what is sent',
      { ...base, steps: steps(({ action }) => ({ action: action && { ...action, with: { host: 'db-01' } } })) },
    ],
    [
      'where it is sent',
      { ...base, steps: steps(({ action }) => ({ action: action && { ...action, url: 'https://x' } })) },
    ],
    ['a time limit', { ...base, steps: steps(({ action }) => ({ action: action && { ...action, timeoutMs: 1 } })) }],
    ['the rollback', { ...base, steps: steps(() => ({ rollback: null })) }],
    [
      'what a preflight expects',
      { ...base, steps: steps(({ preflight }) => ({ preflight: preflight && { ...preflight, expect: 'true' } })) },
    ],
    ['the condition of a rung', { ...base, steps: steps(() => ({ when: 'true' })) }],
    ['whether a step asks', { ...base, steps: steps(() => ({ approval: null })) }],
    ['the order of the steps', { ...base, steps: { 'web-01': (base.steps['web-01'] ?? []).toReversed() } }],
    ['what follows a success', { ...base, onSuccess: { ...base.onSuccess, resolve: false } }],
    ['what follows a failure', { ...base, onFailure: { ...base.onFailure, rollback: 'all' } }],
  ]
  for (const [what, changed] of moved)
    it(`changes with ${what} (P1)`, () => {
      const before = what === 'the waves' ? draft(['a', 'b']) : base
      assert.notEqual(hash(changed), hash(before))
    })

  it('changes with the rule that applies (P1)', () => {
    const none = planHash(base, null, canonicalJson, sha256Hex)
    const hashes = [none, hash(base), hash(base, oneApprover({ not: [] })), hash(base, oneApprover({ expiresMs: 1 }))]
    assert.equal(new Set(hashes).size, 4)
  })

  it('does not change with facts of a CI: they are looked at again (P2)', () => {
    const facts = { environment: known('Production', 'cmdb', t0), users: known(7, 'cmdb', t0 + 1) }
    assert.equal(hash({ ...base, targets: [{ name: 'web-01', ci: { ...ci('web-01'), facts } }] }), hash(base))
  })

  it('does not change with the evidence, nor with the order of keys', () => {
    const evidence = [{ target: 'web-01', request: (base.steps['web-01'] ?? [])[0]?.preflight as never }]
    assert.equal(hash({ ...base, evidence }), hash(base))
    const turned = Object.fromEntries(Object.entries(base).toReversed()) as unknown as Draft
    assert.equal(hash(turned), hash(base))
  })

  it('survives the log: what JSON gives back has the same hash (P1)', () => {
    assert.equal(hash(JSON.parse(JSON.stringify(base)) as Draft), hash(base))
  })
})
