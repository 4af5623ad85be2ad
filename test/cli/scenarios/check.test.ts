// Owns the proof that `runbooks -- check` finds what is wrong with a scenario, with its line and column.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { problemLine } from '../../../src/adapters/catalog/files.ts'
import { happenings, scenarioSchema } from '../../../src/adapters/catalog/scenario-schema.ts'
import { checkScenarios } from '../../../src/adapters/catalog/scenarios.ts'
import { CONNECTORS, testFolder } from '../../adapters/catalog/folder.ts'
import { SCENARIO, scenarioWith } from './playing.ts'

const KINDS = `${CONNECTORS}  prom: { kind: prometheus, url: "http://p.example.com", operations: { ratio: { tier: 0, query: up } } }
  http: { kind: http, allow: ["https://*.example.com"], operations: { get: { tier: 0, method: GET } } }
`

/** What is said of one scenario, without the file's name. */
function said(scenario: string): readonly string[] {
  const folder = testFolder({ 'connectors.yaml': KINDS, 'scenarios/one.yaml': scenario })
  try {
    const loaded = folder.load()
    assert.ok(loaded.ok)
    const { problems } = checkScenarios(folder.dir, loaded.content)
    return problems.map((problem) => problemLine(problem).replace('scenarios/one.yaml:', ''))
  } finally {
    folder.remove()
  }
}

const WORLD = '    ops.mend: { succeeded: {} }\n'
const GIVEN = '  incident: { number: INC0010001, short_description: the shop is slow }\n'
const WORDS = 'succeeded, failed, unknown, down, value, status'

const wrong: readonly (readonly [change: readonly [string, string], ...said: string[]])[] = [
  [['runbook: mend-it', 'runbook: mend-id'], '2:10 there is no runbook "mend-id": did you mean "mend-it"?'],
  [['INC0010001', 'CHG1'], '4:23 expected a number such as INC0010001'],
  [['INC0010001', '7'], '4:23 expected a number such as INC0010001'],
  [
    ['short_description', 'short_descripton'],
    '4:35 nothing supplies "short_descripton": did you mean "short_description"?',
  ],
  [
    ['slow }', 'slow, state: opened }'],
    "4:79 expected one of new, inProgress, onHold, resolved, closed, canceled, got 'opened'",
  ],
  [['users: 40', 'user: 40'], '5:38 nothing supplies "user": did you mean "users"?'],
  [['name: web-01, ', ''], '5:3 a CI has a name'],
  [[GIVEN, `${GIVEN}  cis: { web-02: { tag: [] } }\n`], '5:20 nothing supplies "tag": did you mean "tags"?'],
  [[GIVEN, ''], '4:3 nothing starts a run: expected incident, or run'],
  [
    [GIVEN, `${GIVEN}  parameters: { pool: a }\n`],
    '5:3 an incident sets no parameters: add run, or requester, for a run in chat',
  ],
  [
    [GIVEN, `${GIVEN}  requester: web\n  run: { by: cab }\n`],
    '5:3 who asks stands in run.by already: write one of the two',
  ],
  [
    [GIVEN, `${GIVEN}  requester: web\n  earlier: { incidents: 2, every: 5m }\n`],
    '6:3 earlier incidents go with an incident that starts the run',
  ],
  [[GIVEN, `${GIVEN}  time: 2026-02-30\n`], '5:9 expected a time such as 2026-03-02T02:10:00Z'],
  [[GIVEN, `${GIVEN}  people: { Rosa Neri: [wep] }\n`], '5:25 there is no group "wep": did you mean "web"?'],
  [[GIVEN, `${GIVEN}  caller: cap\n`], '5:11 there is no group "cap": did you mean "cab"?'],
  [['ops.mend', 'ops.mand'], '8:5 there is no operation "ops.mand" in connectors.yaml: did you mean "ops.mend"?'],
  [[WORLD, '    ops.mend: { succeeded: {}, failed: a }\n'], `8:15 expected exactly one of ${WORDS}`],
  [[WORLD, '    ops.mend: { takes: 3s }\n'], `8:15 expected exactly one of ${WORDS}`],
  [[WORLD, '    ops.mend: { sucseeded: {} }\n'], '8:17 unknown key "sucseeded": did you mean "succeeded"?'],
  [[WORLD, '    ops.mend: [{ failed: a }, { failed: 3 }]\n'], '8:41 expected text, got 3'],
  [[WORLD, '    ops.mend: []\n'], '8:15 expected at least one'],
  [[WORLD, '    ops.mend: { by: host, answers: {} }\n'], "8:21 expected one of target, got 'host'"],
  [
    [WORLD, '    ops.mend: { by: target, answers: { web-01: [{ failed: a }, { value: 3 }] } }\n'],
    '8:64 ops-api does not answer "value": expected one of succeeded, failed, unknown, down',
  ],
  [
    [WORLD, '    prom.ratio: { succeeded: 3 }\n'],
    '8:17 prometheus does not answer "succeeded": expected one of value, failed, unknown, down',
  ],
  [
    [WORLD, '    http.get: { value: 3 }\n'],
    '8:15 http does not answer "value": expected one of status, failed, unknown, down',
  ],
  [[WORLD, '    http.get: { failed: a, body: b }\n'], '8:15 body and headers go with status'],
  [['by: web,', 'by: wep,'], '11:22 there is no group "wep": did you mean "web"?'],
  [
    ['approve: {', 'wait: 3s, approve: {'],
    `11:5 expected exactly one of approve, reject, stop, wait, freeze, unfreeze, confirm, takeover, resume, retry, rollback, close`,
  ],
  [['approve: { by: web, note: go }', 'confirm: { works: perhaps }'], "11:25 expected true or false, got 'perhaps'"],
  [['end: succeeded', 'match: mendit'], '13:10 there is no runbook "mendit": did you mean "mend-it"?'],
  [['end: succeeded', 'decision: { rule: one + tvo }'], '13:21 there is no rule "tvo": did you mean "two"?'],
  [
    ['end: succeeded', 'steps: [ops.luck]'],
    '13:11 there is no operation "ops.luck" in connectors.yaml: did you mean "ops.look"?',
  ],
  [
    ['end: succeeded', 'requests: [{ do: ops.luck }]'],
    '13:20 there is no operation "ops.luck" in connectors.yaml: did you mean "ops.look"?',
  ],
  [
    ['end: succeeded', 'targets: { web-01: don }'],
    "13:22 expected one of succeeded, failed, rolledBack, unknown, rollbackFailed, notDone, got 'don'",
  ],
  [['end: succeeded', 'card: [a, 3]'], '13:13 expected text, got 3'],
]

describe('checking a scenario', () => {
  it('accepts every key that there is', () => {
    assert.deepEqual(said(SCENARIO), [])
    const full = scenarioWith(
      [
        GIVEN,
        `${GIVEN}  cis: { web-02: { class: Server } }
  change: { number: CHG0030001, open: true, conflicts: [another change] }
  blast: { users: 3, cis: 2, vip: false }
  people: { Rosa Neri: [owner, cab] }
  run: { by: Rosa Neri, targets: [web-02], parameters: { pool: a }, because: slow }
  caller: everyone/2
  time: 2026-03-02T02:10:00+01:00
  lastRun: 2h
  frozen: everything
`,
      ],
      [
        WORLD,
        '    ops.mend: { by: target, answers: { web-02: { failed: no, log: line, takes: 3s } } }\n    prom.ratio: { value: null }\n',
      ],
      [
        'when:\n',
        `when:
  - { stop: { by: web, note: no } }
  - { wait: 3s }
  - { freeze: { by: web, scope: "env:prod", because: x } }
  - { unfreeze: { by: cab/2, scope: "env:prod" } }
  - { confirm: { works: false, note: still slow } }
  - { takeover: { by: owner } }
  - { resume: { by: owner, note: on } }
  - { retry: { by: owner, target: web-02, step: mend } }
  - { rollback: { by: owner, note: back } }
  - { close: { by: owner, note: done } }
`,
      ],
      [
        'end: succeeded\n',
        `end: needsHuman
  match: none
  decision: { effect: record, rule: break-glass + freeze override, because: [a] }
  steps: []
  requests: [{ do: ops.mend, target: web-02, with: { pool: a } }]
  reason: a
  targets: { web-02: notDone }
  incident: { resolved: false, note: [a, b], assigned: L2 }
  card: a
  says: [a]
  refused: a
`,
      ],
    )
    assert.deepEqual(said(full), [])
  })

  for (const [change, ...expected] of wrong)
    it(`says "${expected
      .join('; ')
      .replace(/^[\d:]+ /, '')
      .slice(0, 70)}"`, () => assert.deepEqual(said(scenarioWith(change)), expected))
})

describe('docs/scenarios.md', () => {
  it('names every key and every happening that a scenario may have', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/scenarios.md'), 'utf8')
    const { given, expect } = scenarioSchema.shape
    const keys = [...Object.keys(given.shape), ...Object.keys(expect.shape), ...Object.keys(happenings)]
    assert.ok(keys.length > 20)
    const missing = keys.filter((key) => !text.includes(`\`${key}`))
    assert.deepEqual(missing, [])
  })
})
