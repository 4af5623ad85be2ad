// Owns the specs of matching: which runbook fits, how specific it is, and the reasons for and against (P5, P12).
import assert from 'node:assert/strict'
import type { Governance } from '../../src/core/governance.ts'
import { type IncidentContext, unknown } from '../../src/core/incident.ts'
import { best, match } from '../../src/core/match.ts'
import type { Runbook } from '../../src/core/runbook.ts'
import { cel, ci, t0 } from './given.ts'

const classes: Governance['classes'] = {
  errors: { title: 'Errors', when: cel('incident.text.matches("5xx")'), evidence: [] },
  vague: { title: 'Anything', evidence: [] },
}
const context: IncidentContext = {
  readAt: t0,
  ci: ci('web-01', { class: 'IIS' }),
  incident: {
    sysId: '1',
    number: 'INC1',
    state: 'new',
    shortDescription: '',
    text: 'a 5xx spike',
    reopened: 0,
    facts: {},
  },
}
const runbook = (id: string, fits?: NonNullable<Runbook['match']>): Runbook =>
  ({ id, ...(fits ? { match: fits } : {}) }) as Runbook
const weigh = (...runbooks: readonly Runbook[]) => match(context, runbooks, { classes })
const only = (fits?: NonNullable<Runbook['match']>) => {
  const [candidate] = weigh(runbook('x', fits))
  assert.ok(candidate)
  return candidate
}

describe('matching', () => {
  it('fits where every condition holds, and counts them', () => {
    assert.deepEqual(only({ class: 'errors', when: cel('ci.class == "IIS"') }), {
      runbook: 'x',
      fits: true,
      specificity: 2,
      reasons: ['class errors holds', 'ci.class == "IIS" holds'],
    })
  })

  it('says of a runbook that does not fit why not (P12)', () => {
    assert.deepEqual(only({ class: 'errors', when: cel('ci.class == "SQL"') }), {
      runbook: 'x',
      fits: false,
      specificity: 1,
      reasons: ['class errors holds', 'ci.class == "SQL" does not hold'],
    })
  })

  it('does not fit where a fact is not known (P5)', () => {
    const { fits, reasons } = only({ when: cel('ci.region == "eu"') })
    assert.equal(fits, false)
    assert.match(reasons[0] ?? '', /^ci\.region == "eu" cannot be told: /)
    const facts = { region: unknown('hidden', 'cmdb', t0) }
    const hidden = match(
      { readAt: t0, ci: { ...ci('web-01'), facts } },
      [runbook('x', { when: cel('ci.region != ""') })],
      {
        classes,
      },
    )
    assert.equal(hidden[0]?.fits, false)
  })

  it('does not take a condition for true that is neither true nor false (P5)', () => {
    assert.deepEqual(only({ when: cel('ci.class') }).reasons, [
      'ci.class cannot be told: "ci.class" is not true or false',
    ])
  })

  it('fits nothing by a class that is not declared, or that has no condition', () => {
    assert.deepEqual(only({ class: 'constructor' }).reasons, ['class constructor is not declared'])
    assert.deepEqual(only({ class: 'vague' }), {
      runbook: 'x',
      fits: false,
      specificity: 0,
      reasons: ['class vague has no condition'],
    })
    assert.equal(only({ class: 'vague', when: cel('true') }).fits, true)
  })

  it('fits nothing without any condition, and never a runbook that only people start', () => {
    assert.equal(only({}).fits, false)
    assert.deepEqual(only().reasons, ['it is started by people only'])
  })

  it('puts what fits first, then the more specific, then by name', () => {
    const yes = { when: cel('true') }
    const order = weigh(
      runbook('d', { when: cel('false') }),
      runbook('c', yes),
      runbook('b', { class: 'errors', when: cel('true') }),
      runbook('a', yes),
    )
    assert.deepEqual(
      order.map((each) => each.runbook),
      ['b', 'a', 'c', 'd'],
    )
  })
})

describe('the best match', () => {
  const yes = { when: cel('true') }

  it('is the most specific one that fits', () => {
    const candidates = weigh(runbook('a', yes), runbook('b', { class: 'errors', when: cel('true') }))
    assert.deepEqual(best(candidates), { runbook: 'b', tie: [] })
  })

  it('is for a person to choose where two fit equally well', () => {
    assert.deepEqual(best(weigh(runbook('b', yes), runbook('a', yes), runbook('c', { when: cel('false') }))), {
      runbook: null,
      tie: ['a', 'b'],
    })
  })

  it('is none where none fits', () => {
    assert.deepEqual(best(weigh(runbook('a', { when: cel('false') }))), { runbook: null, tie: [] })
    assert.deepEqual(best([]), { runbook: null, tie: [] })
  })

  describe('a runbook that waits for something to come back', () => {
    const waits = runbook('x', { class: 'errors', recurrence: { count: 3, withinMs: 7_200_000, by: ['site'] } })
    const weighed = (seen: Parameters<typeof match>[3]) => match(context, [waits], { classes }, seen)[0]
    const times = (value: number) => new Map([['x', { known: true, value } as const]])

    it('fits from its count on, and says how far it is (P12)', () => {
      assert.deepEqual(
        [weighed(times(2)), weighed(times(3))].map((each) => [each?.fits, each?.reasons.at(-1)]),
        [
          [false, '2 of 3 within 120 min by site'],
          [true, '3 of 3 within 120 min by site'],
        ],
      )
      assert.equal(weighed(times(3))?.specificity, 2)
    })

    it('does not fit where that cannot be told (P5)', () => {
      const seen = weighed(new Map([['x', { known: false, reason: 'site of this incident is unknown' } as const]]))
      assert.equal(seen?.fits, false)
      assert.match(seen?.reasons.at(-1) ?? '', /cannot be told: site of this incident is unknown/)
      assert.equal(weighed(new Map())?.fits, false)
    })
  })
})
