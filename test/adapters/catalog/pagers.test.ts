// Owns the proof that pagers and ServiceNow approvals are read from connectors.yaml, with their defaults and mistakes.
import assert from 'node:assert/strict'
import { CONNECTORS, changed, problemsOf, testFolder } from './folder.ts'

const KEY = 'routing-key-that-is-secret'
const ENV = { OPS_TOKEN: 'token-that-is-secret', PAGERDUTY_ROUTING_KEY: KEY, EVENTS_URL: 'https://events.eu.example/' }

const PAGERS = `pagers:
  primary: { kind: pagerduty, routingKey: "\${env:PAGERDUTY_ROUTING_KEY}" }
  night: { kind: servicenow, group: Web Platform }
`
const withPagers = (text = PAGERS) => changed(CONNECTORS, 'systems:\n', `${text}systems:\n`)

const load = (connectors: string) => {
  const folder = testFolder({ 'connectors.yaml': connectors })
  const loaded = folder.load({ env: ENV })
  folder.remove()
  assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.problems))
  return loaded.content
}
const problems = (text: string, env: Record<string, string> = ENV) =>
  problemsOf({ 'connectors.yaml': text }, { env }).map((problem) => problem.replace('connectors.yaml:', ''))

describe('pagers in connectors.yaml', () => {
  it('are none in a file that names none', () => {
    const { pagers, servicenow } = load(CONNECTORS)
    assert.deepEqual([pagers, servicenow.approvals], [{}, false])
  })

  it('have their secrets filled in, and the usual address and table', () => {
    assert.deepEqual(load(withPagers()).pagers, {
      primary: { kind: 'pagerduty', url: 'https://events.pagerduty.com', routingKey: KEY },
      night: { kind: 'servicenow', group: 'Web Platform', table: 'incident_task' },
    })
  })

  it('may go to another address and into another table', () => {
    const eu = PAGERS.replace('kind: pagerduty,', 'kind: pagerduty, url: "${env:EVENTS_URL}",')
    const { pagers } = load(withPagers(eu.replace('Web Platform', 'Web Platform, table: u_page')))
    assert.deepEqual(
      [pagers['primary'], pagers['night']],
      [
        { kind: 'pagerduty', url: 'https://events.eu.example', routingKey: KEY },
        { kind: 'servicenow', group: 'Web Platform', table: 'u_page' },
      ],
    )
  })

  it('keep their secret out of everything else', () => {
    const { pagers: _, secrets: _known, catalog, ...rest } = load(withPagers())
    assert.ok(!JSON.stringify([[...catalog.operations], [...catalog.runbooks], rest]).includes(KEY))
  })

  it('whose secret is not set are named without a value', () => {
    const unset = ['6:43 PAGERDUTY_ROUTING_KEY is not set in the environment']
    assert.deepEqual(problems(withPagers(), { OPS_TOKEN: 'x' }), unset)
  })

  const cases: [title: string, from: string, to: string, ...problems: string[]][] = [
    [
      'a kind that does not exist',
      'kind: pagerduty',
      'kind: pagerdut',
      `6:20 expected one of pagerduty, servicenow, got 'pagerdut': did you mean "pagerduty"?`,
    ],
    ['an unknown key', 'group: Web Platform', 'groop: Web Platform', '7:30 unknown key "groop": did you mean "group"?'],
    [
      'no routing key',
      ', routingKey: "${env:PAGERDUTY_ROUTING_KEY}"',
      '',
      '6:12 "routingKey" is missing: expected the integration key of a service, such as "${env:NAME}"',
    ],
    ['no group', ', group: Web Platform', '', '7:10 "group" is missing: expected the assignment group that is woken'],
    [
      'a key of the other kind',
      'group: Web Platform',
      'group: Web Platform, url: https://x.example',
      '7:56 "url" is not for pagers of kind servicenow: they have group and table',
    ],
    [
      'an address that is none',
      'kind: pagerduty,',
      'kind: pagerduty, url: hunter2,',
      '6:36 expected an address that begins with https:// or http://',
    ],
    [
      'incidents as pages',
      'group: Web Platform',
      'group: Web Platform, table: incident',
      '7:58 expected a table of tasks other than incident, such as incident_task',
    ],
    [
      'a routing key of another type',
      '"${env:PAGERDUTY_ROUTING_KEY}"',
      '[hunter2]',
      '6:43 expected text, such as "${env:NAME}", got something else',
    ],
    [
      'the environment in a group',
      'Web Platform',
      '"${env:OPS_TOKEN}"',
      '7:37 ${env:OPS_TOKEN} may stand only in url, auth, allow, callbackSecret, callbackToken and tls.key of a system, url and routingKey of a pager, url and key of the planner, and in inbound',
    ],
  ]
  for (const [title, from, to, ...expected] of cases)
    it(`tell a mistake with line and column: ${title} (P12)`, () => {
      assert.deepEqual(problems(withPagers(changed(PAGERS, from, to))), expected)
    })

  it('stand beside approvals in ServiceNow, which are on only where that is said', () => {
    const approvals = (value: string) => changed(CONNECTORS, 'active=true\n', `active=true\n  approvals: ${value}\n`)
    assert.equal(load(approvals('true')).servicenow.approvals, true)
    assert.equal(load(approvals('false')).servicenow.approvals, false)
    assert.deepEqual(problems(approvals('"yes"')), ["4:14 expected true or false, got 'yes'"])
  })
})
