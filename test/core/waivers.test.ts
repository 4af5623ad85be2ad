// Owns the specs of what sets a guardrail aside: signatures of exactly one text until its day, and a broken glass (P5).
import assert from 'node:assert/strict'
import type { BreakGlass, Governance, StandingException } from '../../src/core/governance.ts'
import type { GuardrailInput, PolicyFacts } from '../../src/core/guardrails/input.ts'
import { type Fact, known, unknown } from '../../src/core/incident.ts'
import type { GuardrailResult } from '../../src/core/policy.ts'
import type { Instant } from '../../src/core/values.ts'
import { isInForce, type Signature, signersOf, waive } from '../../src/core/waivers.ts'
import { bo, draft, guardrail, minute, t0 } from './given.ts'

const content = 'e'.repeat(64)
const exception = (changes: Partial<StandingException> = {}): StandingException => ({
  name: 'nightly-recycle',
  content,
  guardrails: ['change window'],
  runbook: 'restart-iis',
  reason: 'CHG1 covers it until the new release',
  until: t0 + minute,
  ...changes,
})
const signed = (id: string, changes: Partial<Signature> = {}): Signature => ({
  exception: 'nightly-recycle',
  content,
  by: { id, name: id },
  at: t0,
  ...changes,
})
const both = [signed('Ana'), signed('Bo')]

describe('a standing exception', () => {
  const inForce = (signatures: readonly Signature[], at: Instant = t0, of = exception()) =>
    isInForce(of, signatures, at)

  it('is in force with the signatures of two people', () => {
    assert.deepEqual([inForce([]), inForce([signed('Ana')]), inForce(both)], [false, false, true])
    assert.equal(inForce([...both, signed('Cy')]), true)
  })

  it('is not signed twice by one person, in any spelling of the id (P10)', () => {
    assert.equal(inForce([signed('Ana'), signed('Ana', { at: t0 + 1 })]), false)
    assert.equal(inForce([signed('ana'), signed('ANA')]), false)
    assert.deepEqual(
      signersOf(exception(), [signed('ana'), signed('ANA'), signed('Bo')]).map(({ by }) => by.id),
      ['ana', 'Bo'],
    )
  })

  it('is not signed as it read before, nor under another name (P1)', () => {
    assert.equal(inForce([signed('Ana'), signed('Bo', { content: 'f'.repeat(64) })]), false)
    assert.equal(inForce([signed('Ana'), signed('Bo', { exception: 'another' })]), false)
    assert.equal(inForce(both, t0, exception({ content: 'f'.repeat(64) })), false)
  })

  it('ends at its day, to the millisecond', () => {
    assert.deepEqual([inForce(both, t0 + minute - 1), inForce(both, t0 + minute)], [true, false])
  })
})

describe('setting aside', () => {
  const breakGlass: BreakGlass = { may: ['lead'], quorum: 2, expiresMs: minute, setsAside: ['VIP', 'change window'] }
  const governance = (exceptions: readonly StandingException[], glass: BreakGlass | null = breakGlass) =>
    ({
      exceptions: { may: ['cab'], standing: Object.fromEntries(exceptions.map((each) => [each.name, each])) },
      breakGlass: glass,
    }) as unknown as Governance
  const input = (
    changes: {
      readonly exceptions?: readonly StandingException[]
      readonly glass?: BreakGlass | null
      readonly facts?: Partial<PolicyFacts>
      readonly environments?: { readonly [target: string]: string }
      readonly services?: { readonly [target: string]: Fact }
      readonly at?: Instant
    } = {},
  ): GuardrailInput => {
    const environments = changes.environments ?? { 'web-01': 'prod' }
    const targets = Object.keys(environments).map((name) => {
      const service = changes.services?.[name]
      return { name, ci: { sysId: name, name, facts: service ? { service } : {} } }
    })
    return {
      draft: { ...draft(), targets },
      governance: governance(changes.exceptions ?? [exception()], changes.glass),
      facts: { signatures: { known: true, value: both }, glass: null, ...changes.facts },
      environments: new Map(
        Object.entries(environments).map(([name, of]) => [
          name,
          { environment: { name: of, production: true }, reason: '' },
        ]),
      ),
      at: changes.at ?? t0,
    } as unknown as GuardrailInput
  }
  const closed = guardrail('change window', 'stop', 'no change is open')
  const answers = (results: readonly GuardrailResult[], of: GuardrailInput) =>
    waive(results, of).map((each) => each.answer)
  const window = (changes: Parameters<typeof input>[0]) => answers([closed], input(changes))[0]

  it('lets the guardrails of an exception pass, and says who signed and what it would be without (P12)', () => {
    const [told] = waive([closed], input())
    assert.deepEqual([told?.answer, told?.name], ['pass', 'change window'])
    assert.equal(
      told?.reason,
      'standing exception nightly-recycle (CHG1 covers it until the new release), signed by Ana and Bo; ' +
        'without it: no change is open',
    )
  })

  it('touches nothing else, and nothing that passes', () => {
    const results = [guardrail('freeze', 'stop'), guardrail('change window'), guardrail('VIP', 'ask')]
    assert.deepEqual(waive(results, input()), results)
  })

  it('also lets pass what asks or cannot be told: that is what was signed', () => {
    for (const answer of ['ask', 'unknown', 'stop'] as const)
      assert.deepEqual(answers([guardrail('change window', answer)], input()), ['pass'])
  })

  it('is for one runbook', () => assert.equal(window({ exceptions: [exception({ runbook: 'clear-disk' })] }), 'stop'))

  it('covers every target, or the plan is not covered (P5)', () => {
    const exceptions = [exception({ environment: 'prod' })]
    assert.equal(window({ exceptions }), 'pass')
    assert.equal(window({ exceptions, environments: { 'web-01': 'prod', 'web-02': 'prod' } }), 'pass')
    assert.equal(window({ exceptions, environments: { 'web-01': 'prod', 'web-02': 'test' } }), 'stop')
  })

  it('for a service covers whose service is known, in any spelling (P5)', () => {
    const exceptions = [exception({ service: 'Shop' })]
    const of = (...services: readonly (Fact | undefined)[]) => {
      const names = services.map((_, index) => `web-0${index + 1}`)
      return window({
        exceptions,
        environments: Object.fromEntries(names.map((name) => [name, 'prod'])),
        services: Object.fromEntries(services.flatMap((fact, index) => (fact ? [[names[index] ?? '', fact]] : []))),
      })
    }
    const shop = known('shop', 'cmdb', t0)
    assert.equal(of(shop), 'pass')
    assert.equal(of(shop, known('Payroll', 'cmdb', t0)), 'stop')
    for (const fact of [unknown('hidden', 'cmdb', t0), known(7, 'cmdb', t0), undefined]) assert.equal(of(fact), 'stop')
  })

  it('covers no target of which nothing is known (P5)', () => {
    const of = input({ exceptions: [exception({ service: 'Shop' })] })
    assert.deepEqual(answers([closed], { ...of, draft: { ...of.draft, targets: [{ name: 'web-01' }] } }), ['stop'])
    const elsewhere = input({ exceptions: [exception({ environment: 'prod' })] })
    assert.deepEqual(answers([closed], { ...elsewhere, environments: new Map() }), ['stop'])
  })

  it('counts signatures that cannot be read as none (P5)', () => {
    assert.equal(window({ facts: { signatures: { known: false, reason: 'busy' } } }), 'stop')
  })

  it('is over with the exception', () => assert.equal(window({ at: t0 + minute }), 'stop'))

  describe('by a broken glass', () => {
    const glass = { by: bo, reason: 'the shop is down', at: t0 }
    const broken = { facts: { glass, signatures: { known: true, value: [] } } } as const

    it('asks, whatever the guardrail said, and says who broke it (P12)', () => {
      for (const answer of ['stop', 'unknown'] as const)
        assert.deepEqual(waive([guardrail('VIP', answer, 'a VIP')], input(broken)), [
          guardrail('VIP', 'ask', 'set aside, for Bo broke the glass: the shop is down; without it: a VIP'),
        ])
      const asks = [guardrail('VIP', 'ask', 'a VIP')]
      assert.deepEqual(waive(asks, input(broken)), asks)
    })

    it('touches only what governance names', () => {
      const results = ['freeze', 'matrix', 'do not touch', 'anti-flap', 'one run per CI'].map((name) =>
        guardrail(name, 'stop'),
      )
      assert.deepEqual(waive(results, input(broken)), results)
    })

    it('means nothing where nobody may break it', () => {
      assert.deepEqual(answers([guardrail('VIP', 'stop')], input({ ...broken, glass: null })), ['stop'])
    })

    it('asks for nothing that an exception lets pass', () => {
      assert.deepEqual(answers([closed, guardrail('VIP', 'stop')], input({ facts: { glass } })), ['pass', 'ask'])
    })
  })
})
