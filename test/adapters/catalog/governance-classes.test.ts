// Owns the proof of what `runbooks check` says of the taxonomy: names that lead nowhere, and looks that cannot be asked.
import assert from 'node:assert/strict'
import { CONNECTORS, changed, GOVERNANCE, problemsOf, testFolder } from './folder.ts'

const SLOW = 'evidence: [ops.look], escalate: web }'
const slow = (keys: string) => changed(GOVERNANCE, SLOW, `${keys} }`)
const problems = (governance: string, connectors = CONNECTORS) =>
  problemsOf({ 'governance.yaml': governance, 'connectors.yaml': connectors }).map((each) =>
    each.replace(/^governance\.yaml:\d+:\d+ /, ''),
  )
const METRICS = changed(
  CONNECTORS,
  'systems:',
  `systems:
  metrics:
    kind: prometheus
    url: https://prometheus.example.com
    operations:
      ratio: { tier: 0, query: 'ratio{balancer="{balancer}"}', parameters: { balancer: "^[a-z]+$" } }
      load: { tier: 0, query: 'load{host="{host}"}', parameters: { host: "^[a-z0-9-]+$" } }
  pages:
    kind: http
    allow: ["https://*.example.com"]
    operations: { get: { tier: 0, method: GET } }`,
)

const saidOf = (warnings: readonly unknown[]) => warnings.map((each) => (each as { message: string }).message)

describe('the taxonomy in governance.yaml', () => {
  it('reads what a class allows, stops and calls, in the order of the file', () => {
    const folder = testFolder({
      'governance.yaml': changed(
        slow('runbooks: [mend-it], stop: [ { when: incident.vip, because: "a VIP waits" } ], escalate: web'),
        'matrix:',
        'unclassified: { escalate: web }\nmatrix:',
      ),
    })
    const loaded = folder.load()
    folder.remove()
    assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.problems))
    const { classes, unclassified } = loaded.content.governance
    assert.deepEqual(classes['slow']?.runbooks, ['mend-it'])
    assert.deepEqual(
      classes['slow'].stop?.map(({ when, because }) => [when.source, because]),
      [['incident.vip', 'a VIP waits']],
    )
    assert.deepEqual(unclassified, { evidence: [], escalate: 'web' })
    assert.deepEqual(
      saidOf(loaded.content.warnings).filter((each) => each.includes('in the catalogue')),
      [],
    )
  })

  it('refuses groups and operations that there are not, of a class and of what fits none (P12)', () => {
    assert.deepEqual(problems(slow('evidence: [ops.lok], escalate: wab')), [
      'there is no operation "ops.lok" in connectors.yaml: did you mean "ops.look"?',
      'there is no group "wab": did you mean "web"?',
    ])
    assert.deepEqual(
      problems(changed(GOVERNANCE, 'matrix:', 'unclassified: { evidence: [ops.lok], escalate: wab }\nmatrix:')),
      [
        'there is no operation "ops.lok" in connectors.yaml: did you mean "ops.look"?',
        'there is no group "wab": did you mean "web"?',
      ],
    )
  })

  it('refuses to look with an operation that changes something', () => {
    assert.match(
      problems(slow('evidence: [ops.mend]')).join(),
      /ops\.mend is of tier 1: only tier 0 may be used to look/,
    )
  })

  it('refuses a look that takes more than the CI can say', () => {
    assert.deepEqual(problems(slow('evidence: [metrics.load]'), METRICS), [])
    assert.deepEqual(problems(slow('evidence: [metrics.ratio, pages.get]'), METRICS), [
      "metrics.ratio needs balancer, and a class can give the CI's name (host) and its facts only",
      'pages.get needs a url, which a class cannot give: name it in the evidence of a runbook',
    ])
  })

  it('warns of a runbook that is not there, for it may come later', () => {
    const folder = testFolder({ 'governance.yaml': slow('runbooks: [mend-it, mend-that]') })
    const loaded = folder.load()
    folder.remove()
    assert.ok(loaded.ok)
    assert.ok(
      saidOf(loaded.content.warnings).includes('there is no runbook "mend-that" in the catalogue'),
      JSON.stringify(loaded.content.warnings),
    )
  })
})
