// Owns the proof that signals and vetted queries are checked where they stand: names, places, kinds, tiers and placeholders (P9).
import assert from 'node:assert/strict'
import { CONNECTORS, problemsOf, RUNBOOK } from './folder.ts'

const QUERIES = `${CONNECTORS}  metrics:
    kind: prometheus
    url: https://metrics.example.com
    operations:
      errors: { tier: 0, query: 'errors{ci="{ci}"}', parameters: { ci: "^[a-z0-9-]+$" } }
  traces:
    kind: tempo
    url: https://traces.example.com
    operations:
      slow: { tier: 0, query: '{ resource.service.name = "{ci}" }', parameters: { ci: "^[a-z0-9-]+$" }, span: 10m }
`
const SIGNALS = `signals:
  errors: { do: metrics.errors, with: { ci: "\${ci.name}" }, shows: result.value > 0.1, range: 2h }
  slow: { do: traces.slow, with: { ci: "\${ci.name}" }, shows: result.value > 3 }
`
const CATALOG = 'catalog/mend-it.yaml'
const withSignals = (signals = SIGNALS, runbook = RUNBOOK) =>
  problemsOf({ 'connectors.yaml': QUERIES, [CATALOG]: `${runbook}${signals}` })
const withQueries = (operation: string, kind = 'prometheus', more = '') =>
  problemsOf({
    'connectors.yaml': `${CONNECTORS}  it:
    kind: ${kind}
    url: https://it.example.com
${more}    operations:
      ask: ${operation}
`,
  })

describe('signals in a runbook file', () => {
  it('are read where nothing is wrong, and known where they may decide', () => {
    const runbook = RUNBOOK.replace(
      'when: steps["mend"].failed',
      'when: steps["mend"].failed && signals.errors.value > 0.5',
    )
    const limits = 'limits: { corroborated: 2, doNotTouch: signals.slow.shows == false }\n'
    assert.deepEqual(withSignals(SIGNALS + limits, runbook), [])
  })

  for (const [what, from, to, problem] of [
    [
      'in match.when, for they are read after it',
      'match: { class: slow }',
      'match: { class: slow, when: signals.errors.value > 1 }',
      '4:29 signals are not known here: they are read after the match, and decide in limits.doNotTouch, in when of a step and in raise',
    ],
    [
      'in a request, for nothing of an answer is sent (P9)',
      '"${target}", pool',
      '"${signals.errors.value}", pool',
      '11:43 signals are not known here: they are read after the match, and decide in limits.doNotTouch, in when of a step and in raise',
    ],
    [
      'in a verification, which asks anew',
      'expect: result.ok',
      'expect: signals.errors.value < 1',
      '12:37 signals are not known here: they are read after the match, and decide in limits.doNotTouch, in when of a step and in raise',
    ],
    [
      'by a name that is not declared',
      'steps["mend"].failed',
      'signals.erors.value > 1',
      '14:11 there is no signal "erors": did you mean "errors"?',
    ],
    [
      'by something that a signal is not known by',
      'steps["mend"].failed',
      'signals.errors.series > 1',
      '14:11 a signal has no "series" (known: value, shows)',
    ],
  ] as const)
    it(`are refused ${what}, with line and column (P12)`, () => {
      assert.deepEqual(withSignals(SIGNALS, RUNBOOK.replace(from, to)), [`${CATALOG}:${problem}`])
    })

  for (const [what, from, to, problem] of [
    [
      'of a system that measures nothing',
      'metrics.errors',
      'ops.look',
      '19:17 ops.look is no query: a signal is asked of a system of kind prometheus, azure-logs, tempo, jaeger, http-json',
    ],
    [
      'that nobody declares',
      'metrics.errors',
      'metrics.eror',
      '19:17 there is no operation "metrics.eror" in connectors.yaml: did you mean "metrics.errors"?',
    ],
    [
      'about another signal',
      'result.value > 0.1',
      'signals.slow.shows',
      '19:68 signals are not known here: they are read after the match, and decide in limits.doNotTouch, in when of a step and in raise',
    ],
    [
      'about a target, for there is none yet',
      '${ci.name}" }, shows: result.value > 0.1',
      '${target}" }, shows: result.value > 0.1',
      '19:45 "target" is not known here: an expression in this place can use incident, ci, parameters',
    ],
  ] as const)
    it(`cannot be a query ${what}`, () => {
      assert.deepEqual(withSignals(SIGNALS.replace(from, to)), [`${CATALOG}:${problem}`])
    })

  it('must be enough for limits.corroborated: of so many systems, each saying what would show', () => {
    const wants = (n: number) => `limits: { corroborated: ${n} }\n`
    assert.deepEqual(withSignals(SIGNALS + wants(3)), [
      `${CATALOG}:21:25 corroborated: 3 needs signals with "shows" of 3 systems, and there are 2`,
    ])
    assert.deepEqual(withSignals(SIGNALS.replace(', shows: result.value > 3', '') + wants(2)), [
      `${CATALOG}:21:25 corroborated: 2 needs signals with "shows" of 2 systems, and there are 1`,
    ])
  })
})

describe('a vetted query in connectors.yaml', () => {
  const at = 'connectors.yaml:18'
  for (const [kind, operation, more] of [
    ['prometheus', `{ tier: 1, query: up }`],
    ['azure-logs', `{ tier: 1, query: T }`, '    base: 11111111-2222-4333-8444-555555555555\n'],
    ['tempo', `{ tier: 1, query: '{ true }' }`],
    ['jaeger', `{ tier: 1, service: shop }`],
    ['http-json', `{ tier: 1, path: /x, value: /y }`],
  ] as const)
    it(`of kind ${kind} is of tier 0 alone, for it only reads`, () => {
      const [problem, ...others] = withQueries(operation, kind, more)
      assert.match(problem ?? '', /:\d+:20 a query only reads: its tier is 0, not 1$/)
      assert.deepEqual(others, [])
    })

  it('declares every placeholder, and uses what it declares (P9)', () => {
    const problems = withQueries(`{ tier: 0, query: 'up{a="{site}"}', parameters: { sites: "^a$" } }`)
    assert.deepEqual(problems, [
      `${at}:30 {site} is not declared under parameters: did you mean "sites"?`,
      `${at}:69 nothing uses the parameter "sites": write {sites} where it stands`,
    ])
  })

  it('looks for placeholders in every part of a search', () => {
    const jaeger = `{ tier: 0, service: "{a}", operation: "{b}", tags: { x: "{c}" }, minDuration: "{d}" }`
    assert.deepEqual(
      withQueries(jaeger, 'jaeger').map((problem) => /\{\w\}/.exec(problem)?.[0]),
      ['{a}', '{b}', '{c}', '{d}'],
    )
  })

  it('names its path and its pointers as such', () => {
    assert.deepEqual(withQueries('{ tier: 0, path: x#y, value: data.0, series: past }', 'http-json'), [
      `${at}:29 expected a path such as /api/errors?service={service}, without # and \\`,
      `${at}:41 expected a JSON pointer such as /data/0/value (RFC 6901)`,
      `${at}:57 expected a JSON pointer such as /data/0/value (RFC 6901)`,
    ])
  })

  it('of Azure Monitor logs names its workspace', () => {
    const [problem] = withQueries('{ tier: 0, query: T }', 'azure-logs', '    base: web-logs\n')
    assert.match(problem ?? '', /:17:11 expected "base": the id of a Log Analytics workspace, such as 1/)
  })
})
