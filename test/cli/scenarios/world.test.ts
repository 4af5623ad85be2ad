// Owns the proof that the systems of a scenario answer what the file says, each kind in its own words.
import assert from 'node:assert/strict'
import { CONNECTORS } from '../../adapters/catalog/folder.ts'
import { type Printed, played, scenarioWith } from './playing.ts'

const MEND = 'ops.mend: { succeeded: {} }'
const APPROVED = 'when:\n  - { approve: { by: web, note: go } }\n'
const LOOK = 'ops.look: [{ succeeded: { state: Started, ok: false } }, { succeeded: { ok: true } }]'

/** The base scenario with another answer, and what comes of it. */
const answering = (answer: string, expectations: string, instead = MEND): string =>
  scenarioWith([instead, answer], ['  end: succeeded\n', expectations])

const holds = ({ code, text }: Printed): void => assert.equal(code, 0, text)

describe('the systems of a scenario', () => {
  it('fail with the reason, and the ladder goes on to the rung that asks', async () => {
    const scenario = answering(
      'ops.mend: { failed: access denied }',
      '  end: awaitingStepApproval\n  says: access denied\n',
    )
    holds(await played(scenario))
    const climbs = scenario.replace(
      'note: go } }\n',
      'note: go } }\n  - { approve: { by: web } }\n  - { approve: { by: cab } }\n  - { approve: { by: cab/2 } }\n',
    )
    holds(
      await played(
        climbs.replace('end: awaitingStepApproval', 'end: succeeded\n  steps: [ops.look, ops.mend, ops.wipe]'),
      ),
    )
  })

  it('leave the outcome unknown, and a person decides (P3)', async () => {
    holds(
      await played(
        answering(
          'ops.mend: { unknown: the answer was cut off }',
          '  end: needsHuman\n  targets: { web-01: unknown }\n  reason: the answer was cut off\n',
        ),
      ),
    )
  })

  it('that are down got nothing: no request left', async () => {
    holds(
      await played(
        answering('ops.mend: { down: no route }', '  end: failed\n  steps: [ops.look]\n  reason: no route\n'),
      ),
    )
    holds(
      await played(
        answering('ops.look: { down: no route }', '  end: failed\n  steps: []\n  reason: ops does not answer\n', LOOK),
      ),
    )
    holds(
      await played(
        answering(
          'ops.look: [{ down: no route }, { succeeded: { state: Started, ok: true } }]',
          '  end: succeeded\n',
          LOOK,
        ),
      ),
    )
  })

  it('without an answer fail, and say so', async () => {
    holds(
      await played(
        answering(
          'ops.wipe: { succeeded: 1 }',
          '  says: the scenario gives no answer for ops.mend\n',
          `${MEND}\n    ops.wipe: { succeeded: {} }`,
        ),
      ),
    )
  })

  it('give the last answer of a row again, and each target its own', async () => {
    const many = (answers: string, expectations: string) => ({
      'catalog/mend-it.yaml': `runbook: mend-it
title: Mend it
owner: web
match: { class: slow }
targets: { from: '["web-01", "web-02"]', max: 2, stopAfterFailures: 2 }
steps: [{ id: mend, tier: 1, action: { do: ops.mend } }]
`,
      'scenarios/one.yaml': scenarioWith(
        [MEND, answers],
        ['  end: succeeded\n', expectations],
        ['tags: [] }', 'tags: [] }\n  cis: { web-02: { users: 2, class: Server, tags: [] } }'],
      ),
    })
    holds(
      await played(
        many('ops.mend: [{ succeeded: {} }, { failed: full }]', '  targets: { web-01: succeeded, web-02: failed }\n'),
      ),
    )
    holds(
      await played(
        many(
          'ops.mend: { by: target, answers: { web-01: { failed: full }, web-02: { succeeded: {} } } }',
          '  targets: { web-01: failed, web-02: succeeded }\n',
        ),
      ),
    )
    holds(
      await played(
        many(
          'ops.mend: { by: target, answers: { web-01: { succeeded: {} } } }',
          '  reason: gives no answer for ops.mend on web-02\n',
        ),
      ),
    )
  })

  it('measure for prometheus and answer with a status for http, also where nothing was measured', async () => {
    const connectors = `${CONNECTORS}  prom:
    kind: prometheus
    url: http://prom.example.com
    operations: { ratio: { tier: 0, query: up } }
  http:
    kind: http
    allow: ["https://*.example.com"]
    operations: { get: { tier: 0, method: GET }, post: { tier: 1, method: POST } }
`
    const files = (world: string, expectations: string) => ({
      'connectors.yaml': connectors,
      'catalog/mend-it.yaml': `runbook: mend-it
title: Mend it
owner: web
match: { class: slow }
steps:
  - id: mend
    tier: 1
    preflight: { do: prom.ratio, expect: result.value > 0.1 && result.series == 1 }
    action: { do: http.post, with: { url: "https://a.example.com" } }
    verify: { do: http.get, with: { url: "https://a.example.com" }, expect: 'result.status == 200 && result.body.ok && result.headers["x-a"] == "b"' }
`,
      'scenarios/one.yaml': scenarioWith([LOOK, world], ['  end: succeeded\n', expectations]),
    })
    const good = 'http.get: [{ status: 503 }, { status: 200, body: { ok: true }, headers: { x-a: b } }]'
    holds(
      await played(
        files(`prom.ratio: { value: 0.4 }\n    http.post: { status: 204 }\n    ${good}`, '  end: succeeded\n'),
      ),
    )
    holds(await played(files('prom.ratio: { value: null }', '  end: failed\n  steps: [prom.ratio]\n')))
    const refused = 'prom.ratio: { value: 1 }\n    http.post: { status: 403 }'
    holds(await played(files(refused, '  end: failed\n  reason: "never started: http.post: status 403"\n')))
    const lost = 'prom.ratio: { value: 1 }\n    http.post: { status: 502 }'
    holds(
      await played(
        files(lost, '  end: needsHuman\n  targets: { web-01: unknown }\n  steps: [prom.ratio, http.post]\n'),
      ),
    )
  })

  it('take the time that the file says, and a verification its hold, all of it at once', async () => {
    const { text } = await played(answering('ops.mend: { succeeded: {}, takes: 4m }', '  end: failed\n'))
    assert.match(text, /\+240s ops\.look on web-01 \{\}/)
    holds(
      await played(
        answering('ops.mend: { succeeded: {}, takes: 6m }', '  says: "mend on web-01: failed: cancelled"\n'),
      ),
    )
  })

  it('show the facts that are given; what is left out is unknown, and in production stops (P5)', async () => {
    const reach = (facts: string, expectations: string, happens = '') =>
      played({
        'catalog/mend-it.yaml': `runbook: mend-it
title: Mend it
owner: web
match: { class: slow }
limits: { blastRadius: { users: 50, cis: 1, vip: stop }, doNotTouch: '"pci" in ci.tags', changeWindow: { in: [prod] } }
steps: [{ id: mend, tier: 1, action: { do: ops.mend } }]
`,
        'scenarios/one.yaml': scenarioWith(
          ['  ci: { name: web-01, class: Server, users: 40, tags: [] }\n', facts],
          ['  end: succeeded\n', expectations],
          [APPROVED, happens],
        ),
      })
    const change = '  change: { number: CHG0030001, open: true }\n'
    const ci = '  ci: { name: web-01, class: Server, users: 40, tags: [] }\n'
    holds(await reach(ci + change, '  end: succeeded\n', APPROVED))
    holds(await reach(ci, '  decision: { effect: stop, because: [no change] }\n'))
    holds(await reach(`${ci}${change}`.replace('open: true', 'open: false'), '  decision: { effect: stop }\n'))
    holds(await reach(ci.replace('tags: []', 'tags: [pci]') + change, '  decision: { effect: stop, because: [pci] }\n'))
    holds(
      await reach(
        ci.replace(', tags: []', '') + change,
        '  decision: { effect: stop, because: [ci.tags is not known] }\n',
      ),
    )
    holds(await reach(ci.replace('users: 40', 'users: 60') + change, '  decision: { effect: stop, because: ["60"] }\n'))
    holds(await reach(`${ci}${change}  blast: { vip: true }\n`, '  decision: { effect: stop, because: [VIP] }\n'))
    holds(await reach(`${ci}${change}  blast: { cis: 7 }\n`, '  decision: { effect: stop, because: ["7"] }\n'))
  })
})
