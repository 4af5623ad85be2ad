// Owns the specs of the taxonomy: which class an incident is of, what stands against a proposal, what is handed over.
import assert from 'node:assert/strict'
import { classEvidence } from '../../src/core/class-evidence.ts'
import { classified, classify, classStop, notAllowed } from '../../src/core/classify.ts'
import { gatherFirst, gatherUnfit } from '../../src/core/gather.ts'
import type { Governance, IncidentClass } from '../../src/core/governance.ts'
import { type IncidentContext, unknown } from '../../src/core/incident.ts'
import { match } from '../../src/core/match.ts'
import type { Operation, Runbook } from '../../src/core/runbook.ts'
import { cel, ci, t0 } from './given.ts'

type Rules = Pick<Governance, 'classes' | 'unclassified'>

const context = (text: string, facts: Parameters<typeof ci>[1] = { class: 'IIS' }): IncidentContext => ({
  readAt: t0,
  ci: ci('web-01', facts),
  incident: { sysId: '1', number: 'INC1', state: 'new', shortDescription: '', text, reopened: 0, facts: {} },
})
const about = (when: string, more: Partial<IncidentClass> = {}): IncidentClass => ({
  title: when,
  when: cel(when),
  evidence: [],
  ...more,
})
const rules = (
  classes: Rules['classes'],
  unclassified: Rules['unclassified'] = { evidence: [], escalate: 'desk' },
): Rules => ({ classes, unclassified })
const errors = about('incident.text.contains("5xx")')
const operation = (name: string, more: Partial<Operation> = {}): readonly [string, Operation] => [
  name,
  { name, system: 'ops', kind: 'ops-api', url: 'https://ops.example.com', tier: 0, detail: {}, ...more },
]
const catalog = {
  operations: new Map([
    operation('ops.diagnostics', { detail: { runbook: 'diagnostics' } }),
    operation('ops.recycle', { tier: 1 }),
    operation('prometheus.ratio', { detail: { parameters: { site: '.*', host: '.*' } } }),
  ]),
}

describe('an earlier class that cannot be told', () => {
  const stop = [{ when: cel('ci.class == "IIS"'), because: 'the court says so' }]
  const strict = (more: Partial<IncidentClass>) => ({ strict: about('ci.hold', more), errors })

  it('stops what it would stop, were it that one (P5)', () => {
    const stopped = classStop(context('a 5xx spike'), { classes: strict({ stop }) })
    assert.equal(stopped?.known, false)
    assert.match(stopped?.reason ?? '', /of class strict cannot be told, and that one says stop: the court says so/)
  })

  it('stops nothing where its stop condition does not hold, or where it has none', () => {
    const apache = context('a 5xx spike', { class: 'Apache' })
    assert.equal(classStop(apache, { classes: strict({ stop }) }), null)
    assert.equal(classStop(context('a 5xx spike'), { classes: strict({}) }), null)
  })
})

describe('the class of an incident', () => {
  it('is the first in the order of the file whose condition holds, with that as its reason', () => {
    const classes = { slow: about('incident.text.contains("slow")'), errors, any: about('true') }
    assert.deepEqual(classify(context('a 5xx spike'), { classes }), {
      class: 'errors',
      taxonomy: { why: 'incident.text.contains("5xx") holds' },
    })
    assert.equal(classify(context('slow, and 5xx'), { classes }).class, 'slow')
  })

  it('is none where nothing fits, and none by a class without a condition', () => {
    assert.deepEqual(
      classify(context('the printer is jammed'), { classes: { errors, vague: { title: '', evidence: [] } } }),
      {
        class: null,
        taxonomy: { why: 'it fits no class of the taxonomy' },
      },
    )
  })

  it('is not one whose condition cannot be told; the reason is kept (P5)', () => {
    const classes = { east: about('ci.region == "east"'), errors }
    const { class: name, taxonomy } = classify(context('5xx'), { classes })
    assert.equal(name, 'errors')
    assert.match(taxonomy.why, /^incident\.text\.contains\("5xx"\) holds; whether it is east cannot be told: /)
    const none = classify(context('slow'), { classes })
    assert.equal(none.class, null)
    assert.match(none.taxonomy.why, /whether it is east cannot be told/)
  })

  it('names whom the class calls', () => {
    const classes = { errors: { ...errors, escalate: 'web' } }
    assert.equal(classify(context('5xx'), { classes }).taxonomy.escalate, 'web')
  })

  it('is nothing that a run without an incident is asked for', () => {
    const chat: IncidentContext = { readAt: t0 }
    assert.deepEqual(classified(chat, { classes: { any: about('true') } }), chat)
  })
})

describe('what a class allows', () => {
  const runbook = (id: string): Runbook => ({ id, match: { when: cel('true') } }) as Runbook
  const candidates = (text: string, governance: Rules) =>
    match(context(text), [runbook('recycle'), runbook('drain')], governance).map(({ runbook: id, fits, reasons }) => [
      id,
      fits,
      reasons.at(-1),
    ])

  it('is the runbooks that it lists; the others do not fit, and say so (P12)', () => {
    const governance = rules({ errors: { ...errors, runbooks: ['drain'] } })
    assert.deepEqual(candidates('5xx', governance), [
      ['drain', true, 'true holds'],
      ['recycle', false, 'class errors allows drain'],
    ])
    assert.equal(notAllowed(context('5xx'), governance, 'drain'), null)
  })

  it('is nothing where the list is empty, and anything that matches where there is none', () => {
    assert.equal(
      notAllowed(context('5xx'), { classes: { errors: { ...errors, runbooks: [] } } }, 'drain'),
      'class errors allows no runbook',
    )
    assert.equal(notAllowed(context('5xx'), { classes: { errors } }, 'drain'), null)
  })

  it('is nothing for what fits no class, where governance has such incidents handed over', () => {
    assert.deepEqual(candidates('a jam', rules({ errors })), [
      ['drain', false, 'the incident fits no class of the taxonomy'],
      ['recycle', false, 'the incident fits no class of the taxonomy'],
    ])
    assert.deepEqual(
      candidates('a jam', rules({ errors }, null)).map(([, fits]) => fits),
      [true, true],
    )
  })

  it('stops where a stop condition holds, and where one cannot be told (P5)', () => {
    const stop = [
      { when: cel('ci.region == "east"'), because: 'the east is moved' },
      { when: cel('ci.class == "SQL"'), because: 'data is at stake' },
    ]
    const governance = { classes: { errors: { ...errors, stop } } }
    assert.deepEqual(classStop(context('5xx', { class: 'SQL', region: 'west' }), governance), {
      known: true,
      reason: 'class errors says stop: data is at stake',
    })
    assert.equal(classStop(context('5xx', { class: 'IIS', region: 'west' }), governance), null)
    const hidden = context('5xx')
    const untold = classStop(
      { ...hidden, ci: { ...ci('web-01', { class: 'IIS' }), facts: { region: unknown('hidden', 'cmdb', t0) } } },
      governance,
    )
    assert.equal(untold?.known, false)
    assert.match(untold?.reason ?? '', /ci\.region == "east", and that cannot be told: .*\(the east is moved\)$/)
    // One that certainly holds says more than one that cannot be told.
    assert.equal(classStop(context('5xx', { class: 'SQL' }), governance)?.known, true)
    assert.equal(classStop(context('a jam', { class: 'SQL' }), governance), null)
  })
})

describe('what is handed over instead of a proposal', () => {
  const classed = (text: string, governance: Rules) => classified(context(text), governance)
  const first = (text: string, governance: Rules) => gatherFirst(classed(text, governance), governance, catalog)
  const unfit = (text: string, governance: Rules) => gatherUnfit(classed(text, governance), governance, catalog)

  it('is what fits no class, with what governance has looked at and whom it calls', () => {
    const governance = rules({ errors }, { evidence: ['ops.diagnostics'], escalate: 'desk' })
    const gather = first('a jam', governance)
    assert.equal(gather?.reason, 'it fits no class of the taxonomy; handed over, nothing guessed')
    assert.equal(gather.escalate, 'desk')
    assert.deepEqual(
      gather.evidence.map(({ target, request }) => [target, request.do, request.with]),
      [['web-01', 'ops.diagnostics', { host: 'web-01' }]],
    )
  })

  it('is nothing of that where governance does not ask for it: such an incident is declined', () => {
    assert.equal(first('a jam', rules({ errors }, null)), null)
    assert.equal(unfit('a jam', rules({ errors }, null)), null)
  })

  it('is what its class stops, in any case and with the evidence of the class', () => {
    const stop = [{ when: cel('true'), because: 'it is moved tonight' }]
    const stopped = { ...errors, evidence: ['ops.diagnostics'], escalate: 'web', stop }
    const gather = first('5xx', rules({ errors: stopped }, null))
    assert.equal(gather?.reason, 'class errors says stop: it is moved tonight; handed over, nothing is proposed')
    assert.equal(gather.escalate, 'web')
    assert.equal(gather.evidence.length, 1)
    assert.equal(first('5xx', rules({ errors })), null)
  })

  it('is what no runbook fits, where its class names whom to call', () => {
    assert.match(
      unfit('5xx', rules({ errors: { ...errors, escalate: 'web' } }))?.reason ?? '',
      /of class errors; handed over/,
    )
    assert.equal(unfit('5xx', rules({ errors })), null)
    assert.equal(unfit('5xx', rules({ errors: { ...errors, escalate: 'web' } }, null)), null)
  })
})

describe('the evidence of a class', () => {
  const asked = (names: readonly string[], of = ci('web-01', { site: 'Lyon' })) =>
    classEvidence(names, of, catalog).map(({ request }) => [request.do, request.with])

  it('is asked with the name of the CI, or exactly with the parameters that the operation declares', () => {
    assert.deepEqual(asked(['ops.diagnostics', 'prometheus.ratio']), [
      ['ops.diagnostics', { host: 'web-01' }],
      ['prometheus.ratio', { site: 'Lyon', host: 'web-01' }],
    ])
  })

  it('leaves out what is not known of the CI, so that the look fails and says why (P5)', () => {
    assert.deepEqual(asked(['prometheus.ratio'], ci('web-01')), [['prometheus.ratio', { host: 'web-01' }]])
  })

  it('never is an operation that changes something, or one that does not exist', () => {
    assert.deepEqual(asked(['ops.recycle', 'ops.nothing', 'constructor']), [])
  })

  it('is not looked at twice, and not at all without a CI', () => {
    const before = classEvidence(['ops.diagnostics'], ci('web-01'), catalog)
    assert.deepEqual(classEvidence(['ops.diagnostics', 'ops.diagnostics'], ci('web-01'), catalog, before), [])
    assert.equal(classEvidence(['ops.diagnostics', 'ops.diagnostics'], ci('web-01'), catalog).length, 1)
    assert.equal(classEvidence(['ops.diagnostics'], ci('web-02'), catalog, before).length, 1)
    assert.deepEqual(classEvidence(['ops.diagnostics'], undefined, catalog), [])
  })
})
