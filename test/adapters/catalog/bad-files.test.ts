// Owns the proof that every mistake in a file is reported where it stands, in words.
import assert from 'node:assert/strict'
import { CONNECTORS, changed, GOVERNANCE, problemsOf, RUNBOOK } from './folder.ts'

/** [what is wrong, passage, its replacement, every problem] */
type Case = readonly [title: string, from: string, to: string, ...problems: string[]]

const ENTRA = 'a Microsoft Entra object id such as 6f1c1f6e-0000-4000-8000-000000000001'
const NAME = 'a name of small letters, digits and "-", such as restart-iis'
const PLACES =
  'url, auth, allow, callbackSecret, callbackToken and tls.key of a system, url and routingKey of a pager, url and key of the planner, and in inbound'

const governance: Case[] = [
  [
    'an unknown key, with what was meant',
    'defaultRule: one',
    'defaultRules: one',
    `1:1 "defaultRule" is missing: expected ${NAME}`,
    '13:1 unknown key "defaultRules": did you mean "defaultRule"?',
  ],
  [
    'a word for a duration',
    'expires: 30m',
    'expires: soon',
    "15:39 expected a duration such as 90s, 30m or 24h, got 'soon'",
  ],
  [
    'a duration without a unit',
    'expires: 30m',
    'expires: 30',
    '15:39 expected a duration such as 90s, 30m or 24h, got 30',
  ],
  ['an unknown group in a rule', '[owner, web]', '[owner, wep]', '15:24 there is no group "wep": did you mean "web"?'],
  ['an unknown rule in the matrix', '1: one,', '1: ones,', '12:23 there is no rule "ones": did you mean "one"?'],
  [
    'a tier that does not exist',
    '3: people-only',
    '4: people-only',
    '12:36 the key "4" does not fit: expected one of 0, 1, 2, 3',
  ],
  [
    'an environment without a row in the matrix',
    '  dev: { 0: auto, 1: auto }\n',
    '',
    '10:1 the matrix has no row for environment "dev"',
  ],
  [
    'a row for an environment that does not exist',
    '  dev: { 0',
    '  development: { 0: auto }\n  dev: { 0',
    '11:3 there is no environment "development" (known: dev, prod)',
  ],
  ['an unknown default rule', 'defaultRule: one', 'defaultRule: ten', '13:14 there is no rule "ten" (known: one, two)'],
  [
    'evidence that changes something',
    'ops.look',
    'ops.mend',
    '9:75 ops.mend is of tier 1: only tier 0 may be used to look',
  ],
  [
    'evidence of an operation that does not exist',
    'ops.look',
    'ops.loook',
    '9:75 there is no operation "ops.loook" in connectors.yaml: did you mean "ops.look"?',
  ],
  [
    'a group of two kinds',
    '{ servicenow: CAB Approval }',
    '{ servicenow: CAB, onCall: x }',
    '4:8 expected exactly one of entra, servicenow, onCall, members',
  ],
  [
    'a built-in group that is declared',
    'cab: {',
    'everyone: { servicenow: x }\n  cab: {',
    '4:3 the group "everyone" is built in',
  ],
  ['a member by name', '0a2b0000-0000-4000-8000-00000000000a', 'maya', `3:20 expected ${ENTRA}, got 'maya'`],
  ['another version of the format', 'governance: 1', 'governance: 2', '1:13 expected 1, got 2'],
  ['a key written twice', 'governance: 1', 'governance: 1\ngovernance: 1', '2:1 the key "governance" is written twice'],
  [
    'an exclusion that does not exist',
    'not: [requester, author]',
    'not: [requestor]',
    `16:98 expected one of requester, author, opener, got 'requestor': did you mean "requester"?`,
  ],
  ['a rule of nobody', 'from: [owner, web], ', '', '15:8 expected either from or all'],
  ['a reminder after the end', 'remind: 15m', 'remind: 2h', '16:87 the reminder comes before the rule expires'],
  [
    'a condition that is not CEL',
    `'true'`,
    `'ci.environment ='`,
    '7:25 this is not a CEL expression: it cannot go on with "=" at character 16',
  ],
  [
    'a condition on a fact that nothing supplies',
    'ci.environment ==',
    'ci.enviroment ==',
    '6:24 nothing supplies ci.enviroment: did you mean "environment"?',
  ],
  [
    'a condition on something that is not known there',
    'ci.environment ==',
    'result.x ==',
    '6:24 "result" is not known here: an expression in this place can use incident, ci',
  ],
  [
    'a key that JavaScript would take as its own',
    'title: Slow',
    '__proto__: {}, title: Slow',
    '9:11 the key "__proto__" is not allowed',
  ],
  ['a merge key', 'governance: 1\n', 'governance: 1\n<<: { a: 1 }\n', '2:1 the key "<<" is not allowed'],
  [
    'a calendar that is not there',
    'governance: 1\n',
    'governance: 1\ncalendars: { hours: { file: calendars/none.ics, default: closed } }\n',
    '2:29 calendar calendars/none.ics: there is no such file',
  ],
  [
    'a calendar outside the folder',
    'governance: 1\n',
    'governance: 1\nfreezes: [ { calendar: ../x.ics } ]\n',
    '2:24 calendar ../x.ics: the file must lie in the runbooks folder',
  ],
  [
    'an unknown command',
    'governance: 1\n',
    'governance: 1\ncommands: { stopp: [web] }\n',
    '2:13 unknown key "stopp": did you mean "stop"?',
  ],
  [
    'an override by names that lead nowhere',
    'governance: 1\n',
    'governance: 1\noverrides: [ { class: slwo, owner: everyone, environment: prd, to: twoo } ]\n',
    '2:23 there is no class "slwo": did you mean "slow"?',
    '2:36 there is no group "everyone" (known: web, cab)',
    '2:59 there is no environment "prd": did you mean "prod"?',
    '2:68 there is no rule "twoo": did you mean "two"?',
  ],
  [
    'an override that makes tier 3 automatic',
    'governance: 1\n',
    'governance: 1\noverrides: [ { tier: 3, to: auto } ]\n',
    '2:29 tier 3 is never automatic: name a rule, people-only or forbidden',
  ],
  [
    'an override of a tier that does not exist, without an entry',
    'governance: 1\n',
    'governance: 1\noverrides: [ { tier: 4 } ]\n',
    '2:14 "to" is missing: expected text',
    '2:22 expected a tier from 0 to 3, got 4',
  ],
  [
    'who stands in too late, and is nobody',
    'from: [owner, web], ',
    'from: [owner, web], substitute: { from: [wep], after: 30m }, ',
    '15:51 there is no group "wep": did you mean "web"?',
    '15:64 who stands in is asked before the rule expires',
  ],
  [
    'who stands in for no line of its own',
    'all: [ { from: [owner] }',
    'substitute: { from: [web], after: 1m }, all: [ { from: [owner], substitute: { from: [web], after: 2h } }',
    '16:10 with "all", substitute stands in each line',
    '16:108 who stands in is asked before the rule expires',
  ],
  [
    'a pager that nothing declares',
    'expires: 30m',
    'page: primary, expires: 30m',
    '15:36 there is no pager "primary" in connectors.yaml',
  ],
  [
    'a glass that one person breaks, for a guardrail that never is set aside',
    'governance: 1\n',
    'governance: 1\nbreakGlass: { may: [web], quorum: 1, setsAside: [freeze] }\n',
    '2:35 expected a whole number from 2 to 20, got 1',
    "2:50 expected one of change window, blast radius, VIP, anti-flap, runs per hour, got 'freeze'",
  ],
  [
    'a glass for groups and pagers that are not there',
    'governance: 1\n',
    'governance: 1\nbreakGlass: { may: [cap], page: x }\n',
    '2:21 there is no group "cap": did you mean "cab"?',
    '2:33 there is no pager "x" in connectors.yaml',
  ],
  [
    'an exception without end, for a guardrail by another name',
    'governance: 1\n',
    'governance: 1\nexceptions: { may: [cab], standing: { night: { runbook: mend-it, guardrails: [changewindow], reason: x } } }\n',
    '2:46 "until" is missing: expected a day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00Z',
    `2:79 expected one of change window, blast radius, VIP, anti-flap, runs per hour, got 'changewindow': did you mean "change window"?`,
  ],
  [
    'an exception until a day that does not exist, of no guardrail, somewhere else',
    'governance: 1\n',
    'governance: 1\nexceptions: { may: [web], standing: { night: { runbook: x, guardrails: [], reason: x, until: 2027-02-30 } } }\n',
    '2:72 expected at least one',
    "2:94 expected a day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00Z, got '2027-02-30'",
  ],
  [
    'an exception in an environment that is not there, signed by nobody',
    'governance: 1\n',
    'governance: 1\nexceptions: { may: [all], standing: { night: { runbook: mend-it, environment: prd, guardrails: [VIP], reason: x, until: 2020-01-01 } } }\n',
    '2:21 there is no group "all" (known: web, cab, everyone, owner)',
    '2:79 there is no environment "prd": did you mean "prod"?',
  ],
  [
    'a wrong indent',
    'governance: 1\n',
    'governance: 1\n  bad: indent\n',
    '1:13 this is not YAML: Nested mappings are not allowed in compact mappings',
  ],
]

const connectors: Case[] = [
  [
    'a kind that does not exist',
    'kind: ops-api',
    'kind: ops',
    `7:11 expected one of ops-api, http, awx, jenkins, rundeck, azure-automation, prometheus, azure-logs, tempo, jaeger, http-json, got 'ops': did you mean "ops-api"?`,
  ],
  ['a tier beyond 3', 'tier: 0, runbook: look', 'tier: 4, runbook: look', '11:21 expected a tier from 0 to 3, got 4'],
  [
    'an unknown key of an operation',
    'tier: 0, runbook: look',
    'tier: 0, runbok: look',
    '11:13 "runbook" is missing: expected text',
    '11:24 unknown key "runbok": did you mean "runbook"?',
  ],
  [
    'an address that is none',
    'https://ops.example.com/',
    'ftp://ops.example.com',
    '8:10 expected an address that begins with https:// or http://',
  ],
  [
    'a system without an address',
    '    url: https://ops.example.com/\n',
    '',
    '7:5 "url" is missing: expected where the system is',
  ],
  [
    'the environment outside its places',
    'active=true',
    '"${env:OPS_TOKEN}"',
    `3:12 \${env:OPS_TOKEN} may stand only in ${PLACES}`,
  ],
  [
    'http without an allow list, and a POST that claims to only look',
    'systems:\n',
    'systems:\n  web: { kind: http, operations: { send: { tier: 0, method: POST } } }\n',
    '6:8 "allow" is missing: expected the hosts that http may reach',
    '6:50 tier 0 only reads: a POST is at least tier 1',
  ],
  [
    'an allow list that allows everything',
    'systems:\n',
    'systems:\n  web: { kind: http, allow: ["https://*"], operations: {} }\n',
    '6:30 expected an address such as https://shop.example.com or https://*.example.com',
  ],
]

const runbooks: Case[] = [
  [
    'a count by what nothing supplies',
    'match: { class: slow }',
    'match: { class: slow, recurrence: { count: 3, within: 24h, by: [ci, signatur] } }',
    '4:69 nothing supplies "signatur": did you mean "signature"?',
  ],
  [
    'an unknown key',
    'title: Mend it\n',
    'titel: Mend it\n',
    '1:1 "title" is missing: expected text',
    '2:1 unknown key "titel": did you mean "title"?',
  ],
  ['an unknown owner', 'owner: web', 'owner: web2', '3:8 there is no group "web2": did you mean "web"?'],
  ['an unknown class', 'class: slow', 'class: slwo', '4:17 there is no class "slwo": did you mean "slow"?'],
  [
    'a match that fits everything',
    '{ class: slow }',
    '{}',
    '4:8 match needs class or when: without both it would fit every incident',
  ],
  [
    'a step that claims less than its action',
    'tier: 1',
    'tier: 0',
    '11:19 step "mend" is of tier 0, but ops.mend is of tier 1',
  ],
  [
    'a rollback check that nothing would look at',
    'action: { do: ops.wipe }',
    'action: { do: ops.wipe }\n    rollback: { do: ops.mend, check: { do: ops.look } }',
    '18:31 it is looked at with the preflight, and this step has none',
  ],
  [
    'a verification that changes something',
    '{ do: ops.look, expect: result.ok }',
    '{ do: ops.mend }',
    '12:19 ops.mend is of tier 1: only tier 0 may be used to look',
  ],
  [
    'an operation that does not exist',
    'do: ops.wipe',
    'do: ops.whipe',
    '17:19 there is no operation "ops.whipe" in connectors.yaml: did you mean "ops.wipe"?',
  ],
  [
    'a parameter that is not declared',
    'parameters.pool',
    'parameters.poool',
    '11:62 there is no parameter "poool": did you mean "pool"?',
  ],
  [
    'a default outside its own bounds',
    'default: shop',
    'default: SHOP',
    "6:59 the default 'SHOP' does not fit: a string, matching ^[a-z]{1,8}$",
  ],
  [
    'a pattern that RE2 does not know',
    '{1,8}$',
    '(?=x)',
    '6:34 this is not an RE2 pattern: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    'a rung that asks about itself',
    'steps["mend"].failed',
    'steps["again"].failed',
    '14:11 step "again" does not come before this one',
  ],
  [
    'a rung that asks about a step that does not exist',
    'steps["mend"].failed',
    'steps["mned"].failed',
    '14:11 there is no step "mned": did you mean "mend"?',
  ],
  [
    'a rung that asks what no step is known by',
    'steps["mend"].failed',
    'steps["mend"].faild',
    '14:11 a step has no "faild": did you mean "failed"?',
  ],
  ['an unknown rule', 'approval: always', 'approval: alway', '16:15 there is no rule "alway": did you mean "always"?'],
  [
    'a fact that nothing supplies',
    '"${target}", pool',
    '"${ci.colour}", pool',
    '11:43 nothing supplies ci.colour: map a column to it under servicenow.ci in connectors.yaml',
  ],
  [
    'an answer of an endpoint in a request',
    '"${target}", pool',
    '"${result.x}", pool',
    '11:43 "result" is not known here: an expression in this place can use incident, ci, parameters, target, blast, run',
  ],
  ['an open ${', '"${target}", pool', '"${target", pool', '11:43 "${" at character 1 is never closed'],
  ['a secret', '"${target}", pool', '"${env:OPS_TOKEN}", pool', '11:43 ${env:NAME} may stand in connectors.yaml only'],
  ['two steps of one name', 'id: again', 'id: mend', '13:9 there are two steps "mend"'],
  [
    'waves that are none',
    'title: Mend it\n',
    'title: Mend it\ntargets: { waves: [0, 50%, 120%] }\n',
    '3:20 expected a count such as 1, or a share from 1% to 100%',
    '3:28 expected a count such as 1, or a share from 1% to 100%',
  ],
  [
    'waves that ask by an unknown rule',
    'title: Mend it\n',
    'title: Mend it\ntargets: { waves: [1, 100%], approval: twoo }\n',
    '3:40 there is no rule "twoo": did you mean "two"?',
  ],
  [
    'an approval of waves where there is one alone',
    'title: Mend it\n',
    'title: Mend it\ntargets: { approval: always }\n',
    '3:22 approval asks before every wave after the first: declare waves, such as [1, 100%]',
  ],
  [
    'conflicts that mean something else',
    'title: Mend it\n',
    'title: Mend it\nlimits: { changeWindow: { in: [prod], conflicts: stopp } }\n',
    `3:50 expected one of ask, stop, got 'stopp': did you mean "stop"?`,
  ],
  [
    'limits for an unknown environment, and on an unknown name',
    'title: Mend it\n',
    'title: Mend it\nlimits: { environments: [prd], doNotTouch: "pci in ci.tags" }\n',
    '3:26 there is no environment "prd": did you mean "prod"?',
    '3:44 there is no "pci" here: did you mean "ci"?',
  ],
  [
    'a pattern that comes from outside',
    'title: Mend it\n',
    'title: Mend it\nlimits: { doNotTouch: "ci.name.matches(ci.class)" }\n',
    '3:23 matches needs its pattern written out as text',
  ],
  ['a key without a value', 'title: Mend it\n', 'title:\n', '2:7 expected text, got nothing'],
  [
    'an unknown function',
    'result.ok',
    'result.ok.matchs("a")',
    '12:37 there is no function "matchs": did you mean "matches"?',
  ],
]

const files = [
  ['governance.yaml', GOVERNANCE, governance],
  ['connectors.yaml', CONNECTORS, connectors],
  ['catalog/mend-it.yaml', RUNBOOK, runbooks],
] as const

describe('a mistake in a runbook file', () => {
  it('is none where there is none', () => assert.deepEqual(problemsOf({}), []))

  for (const [file, base, cases] of files)
    for (const [title, from, to, ...problems] of cases)
      it(`in ${file} is named with line and column: ${title} (P12)`, () => {
        assert.deepEqual(
          problemsOf({ [file]: changed(base, from, to) }),
          problems.map((problem) => `${file}:${problem}`),
        )
      })

  it('in a file that cannot be read is named at its beginning', () => {
    assert.deepEqual(problemsOf({ 'catalog/x.yaml': new Uint8Array([0xff, 0xfe, 0]) }), [
      'catalog/x.yaml:1:1 the file is not UTF-8 text',
    ])
    assert.deepEqual(problemsOf({ 'catalog/x.yaml': `a: ${'x'.repeat(1 << 20)}` }), [
      'catalog/x.yaml:1:1 the file is larger than 1 MiB',
    ])
    assert.deepEqual(problemsOf({ 'governance.yaml': null }), ['governance.yaml:1:1 there is no such file'])
  })

  it('that is an alias bomb, an unknown tag, a second document or an odd key is refused', () => {
    const bomb = `a: &a [1]\nb: &b [${'*a,'.repeat(20)}]\nc: &c [${'*b,'.repeat(20)}]\nd: [*c]\n`
    assert.deepEqual(problemsOf({ 'catalog/x.yaml': bomb }), ['catalog/x.yaml:2:56 more than 100 aliases'])
    assert.match(problemsOf({ 'catalog/x.yaml': 'runbook: !!js/function x\n' }).join(), /x\.yaml:1:10 .*Unresolved tag/)
    assert.match(
      problemsOf({ 'catalog/x.yaml': '---\na: 1\n---\nb: 2\n' }).join(),
      /x\.yaml:3:1 one file holds one document/,
    )
    assert.deepEqual(problemsOf({ 'catalog/x.yaml': '? [a]\n: 1\n' }), [
      'catalog/x.yaml:1:3 a key must be text or a number',
    ])
  })

  it('keeps both files off that claim the same runbook', () => {
    assert.deepEqual(problemsOf({ 'catalog/other.yaml': RUNBOOK }), [
      'catalog/mend-it.yaml:1:10 runbook "mend-it" stands in catalog/other.yaml too',
      'catalog/other.yaml:1:10 runbook "mend-it" stands in catalog/mend-it.yaml too',
    ])
  })
})
