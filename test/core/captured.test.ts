// Owns the specs of captured values: what a preflight recorded enters a request as data, and nothing else ever does (P9).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compilePlanned, compileTemplate } from '../../src/adapters/catalog/template.ts'
import { filled } from '../../src/core/captured.ts'
import type { RunCommand } from '../../src/core/decide.ts'
import { type PlannedRequest, type PlannedStep, stepAsk } from '../../src/core/plan.ts'
import type { At, Run, RunEvent } from '../../src/core/run.ts'
import { stepScope } from '../../src/core/scope.ts'
import { stepOf } from '../../src/core/step-state.ts'
import type { Json, JsonObject } from '../../src/core/values.ts'
import {
  after,
  ana,
  approved,
  begun,
  check,
  draft,
  ended,
  eventsOf,
  minute,
  nobody,
  on,
  owes,
  plan,
  preflighted,
  request,
  started,
  step,
  stepAsked,
  t0,
  verdict,
  verified,
} from './given.ts'

const a = on('a')
const size = '${steps["a"].captured.size}'
const captured = (values: JsonObject, at: At = a): RunEvent => ({ ...preflighted(at), captured: values }) as RunEvent
/** A request as a plan holds it: what the template defers stays as it is written. */
const asPlanned = (values: Json): PlannedRequest => {
  const { deferred } = compileTemplate(values).template
  return { ...request('ops.scale', values, 1), ...(deferred.length > 0 ? { deferred } : {}) }
}
const of = (values: Json, changes: Partial<PlannedStep> = {}) =>
  draft(['web-01', 'web-02'], (host) => [step('a', host, { action: asPlanned(values), ...changes }), step('b', host)])
const fill = (run: Run, values: Json, target = 'web-01') => filled(run, target, asPlanned(values), compilePlanned)
const sent = (run: Run, values: Json, target = 'web-01') => {
  const answer = fill(run, values, target)
  return answer.ok ? answer.value.with : answer.reason
}

describe('a captured value', () => {
  const run = after(begun(of({ size })), t0, captured({ size: 3, name: 'blue' }))

  it('fills what was deferred, in its own type, and leaves the rest of the request alone', () => {
    assert.deepEqual(sent(run, { size, to: ['x', { more: `${size} of 9` }], host: 'web-01' }), {
      size: 3,
      to: ['x', { more: '3 of 9' }],
      host: 'web-01',
    })
    assert.equal(sent(run, size), 3)
  })

  it('leaves no trace of what was deferred in the request that is sent', () => {
    const answer = fill(run, { size })
    assert.ok(answer.ok)
    assert.deepEqual(answer.value, { ...request('ops.scale', { size: 3 }, 1) })
    const whole = request('ops.scale', { size: 7 }, 1)
    assert.deepEqual(filled(run, 'web-01', whole, compilePlanned), { ok: true, value: whole })
  })

  it('is the one of this target, and of no other', () => {
    assert.match(String(sent(run, { size }, 'web-02')), /^ops\.scale: /)
    const both = after(run, t0, captured({ size: 8 }, on('a', 'web-02')))
    assert.deepEqual([sent(both, { size }), sent(both, { size }, 'web-02')], [{ size: 3 }, { size: 8 }])
  })

  it('that is missing lets nothing leave, and says what (P5, P12)', () => {
    const empty = after(begun(of({ size })), t0, preflighted(a))
    assert.match(String(sent(empty, { size })), /^ops\.scale: .*captured/)
    const start: RunCommand = {
      do: 'startAction',
      at: a,
      key: 'k-1',
      gate: { plan, checked: [] },
      deadlineAt: t0 + 30_000,
      parties: nobody,
      compile: compilePlanned,
    }
    assert.match(verdict(start, empty), /^ops\.scale: /)
    const noUndo = after(begun(of({}, { rollback: asPlanned({ size }) })), t0, preflighted(a))
    assert.match(verdict(start, noUndo), /^ops\.scale: /, 'what could not be undone does not start')
    const [event] = eventsOf(start, run)
    assert.deepEqual(event?.type === 'actionStarted' && event.request.with, { size: 3 })
  })

  it('is staged into the rollback before the action leaves, and stays what it was then (P9)', () => {
    const undoes = after(begun(of({ size }, { rollback: asPlanned({ back: size }) })), t0, captured({ size: 3 }))
    const start = { at: a, gate: { plan, checked: [] }, deadlineAt: t0, parties: nobody, compile: compilePlanned }
    const [event] = eventsOf({ do: 'startAction', key: 'k-1', ...start }, undoes)
    assert.ok(event?.type === 'actionStarted')
    assert.deepEqual(event.rollback?.with, { back: 3 })
    const later = after(undoes, t0, event, ended(a, 'failed'), captured({ size: 99 }))
    const [undo] = eventsOf({ do: 'startRollback', key: 'k-2', ...start }, later)
    assert.deepEqual(undo?.type === 'rollbackStarted' && undo.request.with, { back: 3 })
  })

  it('may be used by later steps of the same target', () => {
    const later = after(run, t0, started(a), ended(a))
    assert.deepEqual(stepScope(later, 'web-01')['steps'], {
      a: { failed: false, succeeded: false, unknown: false, skipped: false, captured: { size: 3, name: 'blue' } },
      b: { failed: false, succeeded: false, unknown: false, skipped: false },
    })
    assert.deepEqual(sent(later, { size }), { size: 3 })
  })
})

describe('a value that was captured anew', () => {
  const asks = of({ size }, { approval: 'always' })
  const agreed = after(begun(asks), t0, captured({ size: 3 }), stepAsked('a'), approved(ana, 'step:a'))

  it('voids the approval of its step where it differs: people agreed to another request (P1)', () => {
    assert.equal(owes(agreed), 'act a web-01')
    const moved = after(agreed, t0, captured({ size: 4 }))
    assert.deepEqual(Object.keys(moved.asks), ['run'])
    assert.equal(owes(moved), 'askPart step:a')
    assert.equal(owes(after(moved, t0, stepAsked('a'))), 'rest until +30', 'the yes to the old value counts no longer')
  })

  it('voids nothing where it is the same, or another step’s', () => {
    assert.equal(owes(after(agreed, t0 + minute, captured({ size: 3 })), t0 + minute), 'act a web-01')
    const other = after(agreed, t0, captured({ size: 1 }, on('b')), captured({ size: 2 }, on('b')))
    assert.equal(owes(other), 'act a web-01')
  })

  it('voids the approval of this target alone in a guided run', () => {
    const guided = { ...asks, guided: true as const }
    const asked = (host: string): RunEvent => ({ ...stepAsked('a'), scope: `step:a@${host}` }) as RunEvent
    const both = after(
      begun(guided),
      t0,
      captured({ size: 3 }),
      asked('web-01'),
      asked('web-02'),
      captured({ size: 4 }),
    )
    assert.deepEqual(Object.keys(both.asks), ['run', 'step:a@web-02'])
  })

  it('voids it too where nothing can be captured any more', () => {
    const gone = after(agreed, t0, preflighted(a, false, 'size is 99, but has to be at most 9'))
    assert.deepEqual(Object.keys(gone.asks), ['run'])
    assert.deepEqual(stepOf(gone, a).preflight?.captured, {})
  })
})

describe('text from outside', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom('${parameters.pool}', size, '${size(steps)}', '${', '}', '${1 + 1}', '"', '\\', '__proto__', '$${'),
    fc.tuple(fc.string(), fc.string()).map(([left, right]) => `${left}\${parameters.pool}${right}`),
  )
  const kept = /\$\{steps\["a"\]\.captured\.size\}/

  it('enters a request as it is, whatever it looks like, and is never read as an expression (P9)', () => {
    fc.assert(
      fc.property(hostile, hostile, (value, fact) => {
        const run = after(begun(of({})), t0, captured({ size: value }))
        // What a fact put into the plan is no template: only the places that the runbook left are filled.
        const planned: PlannedRequest = {
          ...request('ops.scale', { exact: size, inside: `[${size}]`, fact, list: [fact, size] }, 1),
          deferred: [['exact'], ['inside'], ['list', 1]],
        }
        const answer = filled(run, 'web-01', planned, compilePlanned)
        assert.ok(answer.ok, answer.ok ? '' : answer.reason)
        assert.deepEqual(answer.value.with, { exact: value, inside: `[${value}]`, fact, list: [fact, value] })
      }),
    )
  })

  it('makes no place to be filled when a plan is made of it (P9)', () => {
    fc.assert(
      fc.property(hostile, (fact) => {
        const { template } = compileTemplate({ note: '${parameters.note}', size })
        const rendered = template.render({ parameters: { note: fact }, steps: {} })
        assert.deepEqual(rendered, { ok: true, value: { note: fact, size } })
        assert.deepEqual(template.deferred, [['size']])
      }),
    )
  })

  it('adds no key, no place and no other value: only the declared leaves differ (P9)', () => {
    const values = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<Json>('plain', size, `a ${size} b`, 7, true, null),
        fc.array(tie('json'), { maxLength: 3 }) as fc.Arbitrary<Json>,
        fc.dictionary(fc.constantFrom('k', 'constructor', '__proto__', ''), tie('json'), {
          maxKeys: 3,
        }) as fc.Arbitrary<Json>,
      ),
    })).json
    const leaves = (value: Json, path: string): readonly (readonly [string, Json])[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, each]) => leaves(each, `${path}/${key}`))
        : [[path, value]]
    fc.assert(
      fc.property(values, hostile, (source, value) => {
        const answer = fill(after(begun(of({})), t0, captured({ size: value })), source)
        assert.ok(answer.ok, answer.ok ? '' : answer.reason)
        const [before, now] = [leaves(source, ''), leaves(answer.value.with, '')]
        assert.deepEqual(
          now.map(([path]) => path),
          before.map(([path]) => path),
        )
        before.forEach(([path, leaf], index) => {
          const wanted = typeof leaf === 'string' && kept.test(leaf) ? leaf.split(size).join(value) : leaf
          assert.deepEqual(now[index], [path, wanted])
        })
      }),
    )
  })
})

describe('an approval of what was captured', () => {
  const preflight = { ...check('ops.look'), capture: { size: { from: 'result.size', type: 'number' } } } as const
  const asks = (changes: Partial<PlannedStep> = {}, hosts: readonly string[] = ['v', 'w']) =>
    draft(hosts, (host) => [step('a', host, { preflight, rollback: null, approval: 'always', ...changes })])
  const [v, w] = [on('a', 'v'), on('a', 'w')]
  const start = (run: Run, at: At) => {
    const gate = { plan, checked: [] }
    const command = {
      do: 'startAction',
      at,
      key: 'k',
      gate,
      deadlineAt: t0,
      parties: nobody,
      compile: compilePlanned,
    } as const
    return verdict(command, run)
  }

  it('is asked for per target', () => {
    assert.deepEqual(
      ['v', 'w'].map((host) => stepAsk(asks(), 'a', host)),
      ['step:a@v', 'step:a@w'],
    )
    assert.equal(owes(after(begun(asks()), t0, captured({ size: 3 }, v))), 'askPart step:a@v')
  })

  it('is asked for once where nothing is captured, or where there is one target', () => {
    assert.equal(stepAsk(asks({ preflight: check('ops.look') }), 'a', 'v'), 'step:a')
    assert.equal(stepAsk(asks({}, ['v']), 'a', 'v'), 'step:a')
  })

  it('never lets another target’s value through (P1)', () => {
    const first = after(begun(asks()), t0, captured({ size: 3 }, v), stepAsked('a@v'), approved(ana, 'step:a@v'))
    assert.equal(start(first, v), 'actionStarted')
    const second = after(first, t0, started(v), ended(v), verified(v), captured({ size: 9 }, w))
    assert.equal(owes(second), 'askPart step:a@w')
    assert.equal(start(second, w), 'step:a@w is not approved (P1)')
    const both = after(second, t0, stepAsked('a@w'), approved(ana, 'step:a@w'))
    assert.equal(start(both, w), 'actionStarted')
  })

  it('of another target, or of the step as a whole, is no approval of this one (P1)', () => {
    for (const scope of ['a@w', 'a']) {
      const asked = [captured({ size: 9 }, v), stepAsked(scope), approved(ana, `step:${scope}`)]
      assert.equal(start(after(begun(asks()), t0, ...asked), v), 'step:a@v is not approved (P1)')
    }
  })

  it('is void where its own value has moved, and only then', () => {
    const agreed = [stepAsked('a@v'), approved(ana, 'step:a@v')]
    const first = after(begun(asks()), t0, captured({ size: 3 }, v), ...agreed)
    assert.equal(owes(after(first, t0, captured({ size: 4 }, v))), 'askPart step:a@v')
    assert.equal(owes(after(first, t0, captured({ size: 4 }, w), captured({ size: 5 }, w))), 'act a v')
  })
})
