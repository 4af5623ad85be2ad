// Owns the policy cases: facts in, the decision and every reason out, as data in cases/*.json (P5, P12).
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Decision, evaluate, type GuardrailAnswer } from '../../src/core/policy.ts'
import { type Excerpts, questionOf } from './builder.ts'

interface PolicyCase extends Excerpts {
  readonly note: string
  /** A slip in the policy that this case, and seldom another, would show. */
  readonly catches: string
  readonly expect: {
    readonly effect: Decision['effect']
    /** The rule that is asked, or null. */
    readonly rule: string | null
    /** What the rule asks, line by line: `2 of lead`. */
    readonly lines?: readonly string[]
    /** One part of each reason, in order: a reason too many fails like one too few. */
    readonly because: readonly string[]
    /** What does not pass, and with it what is worth saying; every other guardrail passes. */
    readonly guardrails?: { readonly [name: string]: GuardrailAnswer }
    /** A part of what a guardrail says, also where it passes. */
    readonly says?: { readonly [guardrail: string]: string }
    /** The template of the standard change that runbot is to open; none where nothing is said. */
    readonly standardChange?: string
    readonly environment?: string
    readonly production?: boolean
  }
}

/** Who stops must say what would make it pass (P12). */
const speechless = ({ guardrails }: Decision): readonly string[] =>
  guardrails
    .filter(({ answer, reason, fix }) => !reason || ((answer === 'stop' || answer === 'unknown') && !fix))
    .map(({ name }) => name)

function holds({ expect, ...excerpts }: PolicyCase): void {
  const decision = evaluate(questionOf(excerpts))
  const answers = Object.fromEntries(
    decision.guardrails
      .filter(({ name, answer }) => answer !== 'pass' || Object.hasOwn(expect.guardrails ?? {}, name))
      .map(({ name, answer }) => [name, answer]),
  )
  const { effect, rule, because } = decision
  const told = because.map((reason, index) => {
    const part = expect.because[index]
    return part !== undefined && reason.includes(part) ? part : reason
  })
  assert.deepEqual(
    { effect, rule: rule?.name ?? null, because: told, guardrails: answers },
    { effect: expect.effect, rule: expect.rule, because: expect.because, guardrails: expect.guardrails ?? {} },
  )
  if (expect.lines !== undefined)
    assert.deepEqual(
      rule?.lines.map(({ from, quorum }) => `${quorum} of ${from.join(' or ')}`),
      expect.lines,
    )
  for (const [name, part] of Object.entries(expect.says ?? {}))
    assert.ok(
      decision.guardrails.some((each) => each.name === name && each.reason.includes(part)),
      `${name} does not say ${part}`,
    )
  assert.equal(decision.standardChange, expect.standardChange)
  if (expect.environment !== undefined) assert.equal(decision.environment.name, expect.environment)
  if (expect.production !== undefined) assert.equal(decision.environment.production, expect.production)
  assert.deepEqual(speechless(decision), [], 'a guardrail does not say why, or what would help')
}

const files = globSync('test/policy/cases/*.json').toSorted()
const twice = (texts: readonly string[]) => texts.filter((each, index) => texts.indexOf(each) !== index)

describe('policy', () => {
  const every = files.flatMap((file) => {
    const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly PolicyCase[]
    describe(basename(file, '.json').replaceAll('-', ' '), () => {
      for (const each of cases) it(each.note, () => holds(each))

      it('says of each case which slip it catches, and no two the same', () => {
        assert.deepEqual(
          cases.filter(({ catches }) => !catches?.trim()).map(({ note }) => note),
          [],
        )
        assert.deepEqual(twice(cases.map(({ catches }) => catches)), [])
        assert.deepEqual(twice(cases.map(({ note }) => note)), [])
      })
    })
    return cases
  })

  it('has at least 150 cases, and no two about the same rules and facts', () => {
    assert.ok(every.length >= 150, `there are ${every.length}`)
    const about = every.map(({ governance, runbook, facts }) => JSON.stringify([governance, runbook, facts]))
    assert.deepEqual(twice(about), [])
  })

  it('has a case in which each guardrail passes, and for each of its other answers', () => {
    const seen = new Set(
      every.flatMap((each) => evaluate(questionOf(each)).guardrails.map(({ name, answer }) => `${name}: ${answer}`)),
    )
    const answers: { readonly [name: string]: readonly GuardrailAnswer[] } = {
      freeze: ['pass', 'ask', 'stop', 'unknown'],
      environment: ['pass', 'stop'],
      matrix: ['pass', 'ask', 'stop'],
      requester: ['pass', 'stop', 'unknown'],
      advice: ['pass', 'ask'],
      targets: ['pass', 'stop', 'unknown'],
      incident: ['pass', 'stop'],
      commander: ['pass', 'ask', 'stop', 'unknown'],
      'recent deploy': ['pass', 'ask', 'stop', 'unknown'],
      'change window': ['pass', 'ask', 'stop', 'unknown'],
      'blast radius': ['pass', 'ask', 'stop', 'unknown'],
      VIP: ['pass', 'ask', 'stop', 'unknown'],
      'do not touch': ['pass', 'stop', 'unknown'],
      corroborated: ['pass', 'stop', 'unknown'],
      'one run per CI': ['pass', 'stop', 'unknown'],
      'anti-flap': ['pass', 'ask', 'stop', 'unknown'],
      'runs per hour': ['pass', 'ask', 'stop', 'unknown'],
      raised: ['ask'],
    }
    const wanted = Object.entries(answers).flatMap(([name, list]) => list.map((answer) => `${name}: ${answer}`))
    assert.deepEqual([...seen].toSorted(), wanted.toSorted())
  })
})
