// Owns the specs of how calls become requests: captures and checks as data, what is deferred, how a guided run asks (P9).
import assert from 'node:assert/strict'
import { compileTemplate } from '../../src/adapters/catalog/template.ts'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { askedStep, draftPlan, planHash } from '../../src/core/plan.ts'
import { renderer } from '../../src/core/render-plan.ts'
import type { Call, Check, Operation, Runbook, Step } from '../../src/core/runbook.ts'
import type { Json } from '../../src/core/values.ts'
import { blast, cel, ci, draft, minute, oneApprover, step as planned, t0 } from './given.ts'

const call = (name: string, values: Json = {}): Call => ({
  do: name,
  with: compileTemplate(values).template,
  timeoutMs: minute,
})
const check = (name: string, values: Json = {}): Check => ({
  ...call(name, values),
  expect: cel('result.ok'),
  everyMs: 5000,
  holdMs: 1000,
  withinMs: minute,
})
const operations = new Map<string, Operation>(
  ['ops.look', 'ops.scale', 'ops.undo', 'signals.ratio'].map((name) => [
    name,
    { name, system: 'ops', kind: 'ops-api', url: 'https://ops.example.com', tier: 1, detail: {} },
  ]),
)
const facts = { target: 'web-01', parameters: { pool: 'Shop' }, steps: {} }
const size = '${steps["a"].captured.size}'
const bare: Step = { id: 'a', tier: 1, action: call('ops.scale', { host: '${target}' }) }

function rendered(from: Step) {
  const problems: string[] = []
  const step = renderer(operations, problems).step(from, facts)
  return { step, problems }
}
const runbook = (changes: Partial<Runbook> = {}, targets: Partial<Runbook['targets']> = {}): Runbook => ({
  id: 'scale-out',
  title: 'Scale out',
  owner: 'web-platform',
  guided: false,
  content: 'c'.repeat(64),
  file: 'scale-out.yaml',
  parameters: {},
  targets: { from: cel('[]'), max: 50, waves: [], stopAfterFailures: 1, concurrency: 4, ...targets },
  limits: { reopenWithinMs: 60 * minute },
  evidence: [],
  signals: {},
  shadow: {},
  steps: [bare, { id: 'look', tier: 0, verify: check('ops.look') }],
  onSuccess: { resolve: true, resolveJoined: false },
  onFailure: { rollback: 'step' },
  ...changes,
})
const drafted = (of: Runbook, count = 1) => {
  const targets = Array.from({ length: count }, (_, index) => ({
    name: `web-${index + 1}`,
    ci: ci(`web-${index + 1}`),
  }))
  const answer = draftPlan(
    { runbook: of, context: { readAt: t0 }, parameters: {}, targets, blast: blast(), run: 'r-1' },
    { operations },
  )
  assert.ok(answer.ok, answer.ok ? '' : answer.problems.join('; '))
  return answer.value
}

describe('a planned step', () => {
  it('holds what a preflight captures as data: where it comes from, and its bounds', () => {
    const pattern = { source: '^[a-z]+$', matches: () => true }
    const { step } = rendered({
      ...bare,
      preflight: {
        ...check('ops.look'),
        capture: {
          size: { from: cel('result.size'), type: 'integer', min: 1, max: 9 },
          pool: { from: cel('result.pool'), type: 'string', pattern },
          side: { from: cel('result.side'), type: 'string', enum: ['blue', 'green'] },
        },
      },
    })
    assert.deepEqual(step.preflight?.capture, {
      size: { from: 'result.size', type: 'integer', min: 1, max: 9 },
      pool: { from: 'result.pool', type: 'string', pattern: '^[a-z]+$' },
      side: { from: 'result.side', type: 'string', enum: ['blue', 'green'] },
    })
    assert.deepEqual(JSON.parse(JSON.stringify(step)), step, 'a plan is JSON')
  })

  it('says nothing of captures where there are none', () => {
    const { step } = rendered({ ...bare, preflight: { ...check('ops.look'), capture: {} } })
    assert.equal(step.preflight !== null && 'capture' in step.preflight, false)
  })

  it('leaves what is captured later as it is written, and names its places (P9)', () => {
    const { step, problems } = rendered({
      ...bare,
      action: call('ops.scale', { host: '${target}', size, note: [`to ${size}`, '${parameters.pool}'] }),
      rollback: call('ops.undo', { host: '${target}' }),
    })
    assert.deepEqual(problems, [])
    assert.deepEqual(step.action?.with, { host: 'web-01', size, note: [`to ${size}`, 'Shop'] })
    assert.deepEqual(step.action?.deferred, [['size'], ['note', 0]])
    assert.equal(step.rollback !== null && 'deferred' in step.rollback, false)
  })

  it('holds its own retries, the caller’s word, and the check of its rollback', () => {
    const { step } = rendered({
      ...bare,
      retry: { max: 2, afterMs: minute },
      confirm: { by: 'caller', withinMs: minute },
      rollback: { ...call('ops.undo'), check: check('ops.look', { of: '${target}' }) },
    })
    assert.deepEqual(
      [step.retry, step.confirm],
      [
        { max: 2, afterMs: minute },
        { by: 'caller', withinMs: minute },
      ],
    )
    assert.deepEqual([step.rollbackCheck?.with, step.rollbackCheck?.expect], [{ of: 'web-01' }, 'result.ok'])
    assert.equal('check' in (step.rollback ?? {}), false)
    const { step: plain } = rendered(bare)
    for (const key of ['retry', 'confirm', 'rollbackCheck']) assert.equal(key in plain, false, key)
  })

  it('says where a check of a rollback cannot be made, and leaves it out (P5, P12)', () => {
    const { step, problems } = rendered({
      ...bare,
      rollback: { ...call('ops.undo'), check: check('ops.nothing') },
    })
    assert.deepEqual(problems, ['a rollback: there is no operation ops.nothing in connectors.yaml'])
    assert.equal('rollbackCheck' in step, false)
  })
})

describe('the plan of a rollout', () => {
  it('says how many at once, in which groups, how long it may be taken up again', () => {
    const { concurrency, batch, reopenWithinMs } = drafted(runbook({}, { batch: 3 }))
    assert.deepEqual([concurrency, batch, reopenWithinMs], [4, 3, 60 * minute])
    assert.equal('batch' in drafted(runbook()), false)
  })

  it('rounds a share of failures down, for it is a limit, but one failure always counts', () => {
    const limit = (percent: number, count: number) =>
      drafted(runbook({}, { stopAfterFailures: { percent } }), count).stopAfterFailures
    assert.deepEqual([limit(50, 10), limit(50, 9), limit(10, 29)], [5, 4, 2])
    assert.deepEqual([limit(10, 9), limit(1, 1), limit(0, 4)], [1, 1, 1])
    assert.equal(drafted(runbook({}, { stopAfterFailures: 3 }), 9).stopAfterFailures, 3)
  })

  it('renders the alarm once, outside of any target', () => {
    const alarm = check('signals.ratio', { run: '${run.id}' })
    assert.deepEqual(drafted(runbook({}, { alarm }), 3).alarm?.with, { run: 'r-1' })
    assert.equal('alarm' in drafted(runbook()), false)
    const of = { runbook: runbook({}, { alarm: check('signals.ratio', { of: '${target}' }) }), context: { readAt: t0 } }
    const answer = draftPlan(
      { ...of, parameters: {}, targets: [{ name: 'web-1' }], blast: blast(), run: 'r-1' },
      { operations },
    )
    assert.match(answer.ok ? '' : answer.problems.join('; '), /^alarm signals\.ratio: /)
  })

  it('of a guided runbook asks before every step that changes something, one target at a time (P1)', () => {
    const of = drafted(runbook({ guided: true }), 2)
    assert.deepEqual([of.guided, of.concurrency], [true, 1])
    assert.deepEqual(
      of.steps['web-1']?.map(({ approval }) => approval),
      ['always', null],
    )
    assert.equal(of.tier, 0, 'what asks for itself is not asked for before')
    const strict = runbook({ guided: true, steps: [{ ...bare, approval: 'two-people' }] })
    assert.equal(drafted(strict).steps['web-1']?.[0]?.approval, 'two-people')
    assert.equal('guided' in drafted(runbook()), false)
  })
})

describe('the hash of a plan', () => {
  const hash = (of = draft()) => planHash(of, oneApprover(), canonicalJson, sha256Hex)

  it('changes with how many at once, the groups, the alarm, the guide and the window (P1)', () => {
    const alarm = { ...planned('x').verify, do: 'signals.ratio' } as NonNullable<ReturnType<typeof draft>['alarm']>
    const changed = [{ concurrency: 2 }, { batch: 2 }, { alarm }, { guided: true as const }, { reopenWithinMs: 1 }]
    const hashes = [draft(), ...changed.map((each) => draft(['web-01'], undefined, each))].map(hash)
    assert.equal(new Set(hashes).size, hashes.length)
  })

  it('changes with what is captured, deferred, confirmed, checked and retried (P1)', () => {
    const whole = planned('a')
    assert.ok(whole.preflight && whole.action && whole.verify)
    const capture = (max: number) => ({ size: { from: 'result.size', type: 'integer' as const, max } })
    const changes = [
      {},
      { preflight: { ...whole.preflight, capture: capture(3) } },
      { preflight: { ...whole.preflight, capture: capture(4) } },
      { action: { ...whole.action, deferred: [['size']] } },
      { confirm: { by: 'caller' as const, withinMs: minute } },
      { rollbackCheck: whole.verify },
      { retry: { max: 1 } },
      { retry: { max: 1, afterMs: minute } },
    ]
    const hashes = changes.map((each) => hash(draft(['web-01'], (host) => [planned('a', host, each)])))
    assert.equal(new Set(hashes).size, hashes.length)
  })
})

it('a scope names its step with its target or without (P9)', () => {
  const of = draft(['a@b', 'web-01'], (host) => [planned('recycle', host)], { guided: true })
  assert.equal(askedStep(of, 'step:recycle')?.id, 'recycle')
  assert.equal(askedStep(of, 'step:recycle@a@b')?.id, 'recycle')
  for (const scope of ['run', 'wave:2', 'step:constructor', 'step:', 'recycle'])
    assert.equal(askedStep(of, scope), null)
})
