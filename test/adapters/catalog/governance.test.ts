// Owns the proof that the wider keys of governance.yaml and of runbooks mean what they say, and what they are warned of.
import assert from 'node:assert/strict'
import { contentHash } from '../../../src/adapters/catalog/content-hash.ts'
import { CONNECTORS, changed, GOVERNANCE, problemsOf, RUNBOOK, testFolder } from './folder.ts'

const PAGED = changed(CONNECTORS, 'systems:', 'pagers: { primary: { kind: servicenow, group: Web } }\nsystems:')
const governed = (text: string, files: Parameters<typeof testFolder>[0] = {}) => {
  const folder = testFolder({ 'governance.yaml': text, 'connectors.yaml': PAGED, ...files })
  const loaded = folder.load()
  folder.remove()
  assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.problems))
  return loaded.content
}
const withPart = (part: string) => changed(GOVERNANCE, 'governance: 1\n', `governance: 1\n${part}\n`)
const exception = (entry: string) =>
  governed(withPart(`exceptions: { may: [cab], standing: { night: { runbook: mend-it, ${entry} } } }`)).governance
    .exceptions.standing['night']

describe('governance.yaml', () => {
  it('stays as it was without the wider keys: nothing overrides, nobody signs, nobody breaks the glass', () => {
    const { overrides, exceptions, breakGlass, rules } = governed(GOVERNANCE).governance
    assert.deepEqual([overrides, exceptions, breakGlass], [[], { may: [], standing: {} }, null])
    assert.deepEqual(rules['one'], {
      name: 'one',
      lines: [{ from: ['owner', 'web'], quorum: 1 }],
      expiresMs: 1_800_000,
      not: [],
    })
  })

  it('reads the language of shared threads, and refuses one that runbot does not speak', () => {
    assert.equal(governed(withPart('locale: de')).governance.locale, 'de')
    assert.equal(governed(GOVERNANCE).governance.locale, undefined)
    assert.deepEqual(problemsOf({ 'governance.yaml': withPart('locale: fr') }), [
      "governance.yaml:2:9 expected one of en, de, es, got 'fr'",
    ])
  })

  it('reads overrides in their order', () => {
    const { overrides } = governed(
      withPart(
        'overrides: [ { runbook: mend-it, environment: prod, tier: 1, to: auto }, { class: slow, owner: web, to: two }, { tier: 0, to: people-only } ]',
      ),
    ).governance
    assert.deepEqual(overrides, [
      { runbook: 'mend-it', environment: 'prod', tier: 1, entry: { kind: 'auto' } },
      { class: 'slow', owner: 'web', entry: { kind: 'rule', rule: 'two' } },
      { tier: 0, entry: { kind: 'people-only' } },
    ])
  })

  it('reads who stands in after how long, and whom reminders page', () => {
    const rules = `rules:
  one: { from: [owner], quorum: 1, substitute: { from: [web], after: 15m }, expires: 30m, remind: 10m, page: primary }
  two: { all: [ { from: [owner], substitute: { from: [web, cab], after: 90s } }, { from: [cab], quorum: 2 } ], expires: 1h }
`
    const { one, two } = governed(`${GOVERNANCE.slice(0, GOVERNANCE.indexOf('rules:'))}${rules}`).governance.rules
    assert.deepEqual(one?.lines, [{ from: ['owner'], quorum: 1, substitute: { from: ['web'], afterMs: 900_000 } }])
    assert.equal(one?.page, 'primary')
    assert.deepEqual(two?.lines, [
      { from: ['owner'], quorum: 1, substitute: { from: ['web', 'cab'], afterMs: 90_000 } },
      { from: ['cab'], quorum: 2 },
    ])
  })

  it('reads the template of a pre-approved class', () => {
    const text = changed(GOVERNANCE, 'escalate: web', 'escalate: web, standardChange: Restart print spooler')
    assert.equal(governed(text).governance.classes['slow']?.standardChange, 'Restart print spooler')
  })

  it('fills in what it takes to break the glass: two people, within 15 minutes, past the change window', () => {
    assert.deepEqual(governed(withPart('breakGlass: { may: [web, cab] }')).governance.breakGlass, {
      may: ['web', 'cab'],
      quorum: 2,
      expiresMs: 900_000,
      setsAside: ['change window'],
    })
    const part = 'breakGlass: { may: [cab], quorum: 3, expires: 5m, setsAside: [VIP, anti-flap], page: primary }'
    assert.deepEqual(governed(withPart(part)).governance.breakGlass, {
      may: ['cab'],
      quorum: 3,
      expiresMs: 300_000,
      setsAside: ['VIP', 'anti-flap'],
      page: 'primary',
    })
  })

  it('reads an exception until the end of its day in UTC, or until an instant, also one that is over', () => {
    const until = (text: string) => exception(`guardrails: [VIP], reason: x, until: ${text}`)?.until
    assert.equal(until('2027-01-31'), Date.parse('2027-02-01T00:00:00Z'))
    assert.equal(until('2027-01-31T18:00:00+01:00'), Date.parse('2027-01-31T17:00:00Z'))
    assert.equal(until('2020-02-29'), Date.parse('2020-03-01T00:00:00Z'))
  })

  it('binds signatures to what an exception says, not to how it is laid out (P10)', () => {
    const entry =
      'environment: prod, service: Printing, guardrails: [change window], reason: "Print night", until: 2027-01-31'
    const read = exception(entry)
    const { name, content, ...rest } = read ?? assert.fail('it is not there')
    assert.deepEqual(rest, {
      runbook: 'mend-it',
      environment: 'prod',
      service: 'Printing',
      guardrails: ['change window'],
      reason: 'Print night',
      until: Date.parse('2027-02-01T00:00:00Z'),
    })
    assert.equal(content, contentHash({ name, ...rest }))
    assert.equal(
      exception(`until: 2027-02-01T00:00:00Z, ${entry.replace(', until: 2027-01-31', '')}`)?.content,
      content,
    )
    assert.notEqual(exception(entry.replace('Printing', 'Mail'))?.content, content)
    assert.notEqual(exception(entry.replace('2027-01-31', '2027-02-28'))?.content, content)
  })

  it('is not checked for pagers while connectors.yaml is broken', () => {
    const text = changed(GOVERNANCE, 'expires: 30m', 'page: primary, expires: 30m')
    assert.deepEqual(problemsOf({ 'governance.yaml': text, 'connectors.yaml': 'connectors: 2\nsystems: {}\n' }), [
      'connectors.yaml:1:13 expected 1, got 2',
    ])
    assert.deepEqual(problemsOf({ 'governance.yaml': text.replace('primary', 'primry'), 'connectors.yaml': PAGED }), [
      'governance.yaml:15:36 there is no pager "primry" in connectors.yaml: did you mean "primary"?',
    ])
  })

  it('is warned of runbooks that are not there, of a cell that says too much, and of an override that hides the matrix', () => {
    const text = changed(
      withPart(
        [
          'overrides: [ { runbook: mend-that, to: auto }, { to: two } ]',
          'exceptions: { may: [cab], standing: { night: { runbook: mend-all, guardrails: [VIP], reason: x, until: 2027-01-31 } } }',
        ].join('\n'),
      ),
      '3: people-only',
      '3: auto',
    )
    const { warnings, catalog } = governed(text)
    assert.deepEqual(catalog.problems, [])
    assert.deepEqual(
      warnings.map((each) => {
        const { file, line, column, message } = each as { file: string; line: number; column: number; message: string }
        return `${file}:${line}:${column} ${message}`
      }),
      [
        'governance.yaml:2:25 there is no runbook "mend-that" in the catalogue',
        'governance.yaml:2:48 this override fits every plan: the matrix below counts no more',
        'governance.yaml:3:57 there is no runbook "mend-all" in the catalogue',
        'governance.yaml:14:39 tier 3 is never automatic: it counts as people-only',
      ],
    )
  })
})

describe('a runbook', () => {
  const read = (part: string) => {
    const { catalog } = governed(GOVERNANCE, {
      'catalog/mend-it.yaml': changed(RUNBOOK, 'title: Mend it\n', `title: Mend it\n${part}\n`),
    })
    assert.deepEqual(catalog.problems, [])
    return catalog.runbooks.get('mend-it')
  }

  it('may ask before every wave, by the matrix or by a rule', () => {
    assert.equal(read('targets: { waves: [1, 100%], approval: always }')?.targets.approval, 'always')
    assert.equal(read('targets: { waves: [1, 100%], approval: two }')?.targets.approval, 'two')
    assert.equal(Object.hasOwn(read('')?.targets ?? {}, 'approval'), false)
  })

  it('says what a conflict of its change means, or does not ask', () => {
    const window = (part: string) => read(`limits: { changeWindow: { in: [prod]${part} } }`)?.limits.changeWindow
    assert.deepEqual(window(', conflicts: ask'), { in: ['prod'], conflicts: 'ask' })
    assert.deepEqual(window(''), { in: ['prod'] })
  })
})
