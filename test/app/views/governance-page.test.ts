// Owns the checks of the page that says who may let what happen where.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { loadContent } from '../../../src/adapters/catalog/load.ts'
import { type Governed, governanceMarkdown, governanceText } from '../../../src/app/views/governance-page.ts'
import { ruleSentence } from '../../../src/app/views/governance-words.ts'
import type { ApprovalRule, Governance } from '../../../src/core/governance.ts'
import type { Expression } from '../../../src/core/values.ts'
import { attacks } from '../../cards/fixtures.ts'

const minute = 60_000
const at = Date.parse('2027-01-15T10:00:00Z')

const governance: Governance = {
  content: 'a'.repeat(64),
  groups: {
    web: { kind: 'servicenow', name: 'Web Platform' },
    cab: { kind: 'entra', id: '6f1c1f6e-0000-4000-8000-000000000001' },
    'on-duty': { kind: 'onCall', name: 'Web Platform' },
    few: { kind: 'members', ids: ['0a2b0000-0000-4000-8000-00000000000a', '0a2b0000-0000-4000-8000-00000000000b'] },
  },
  environments: [
    {
      name: 'dev',
      when: { source: 'ci.environment == "Development"', evaluate: () => ({ ok: true, value: true }) },
      production: false,
    },
    { name: 'prod', when: { source: 'true', evaluate: () => ({ ok: true, value: true }) }, production: true },
  ],
  classes: { spooler: { title: 'Spooler', evidence: [], standardChange: 'Restart print spooler' } },
  matrix: {
    dev: { 0: { kind: 'auto' }, 1: { kind: 'auto' }, 3: { kind: 'auto' } },
    prod: {
      0: { kind: 'auto' },
      1: { kind: 'rule', rule: 'one' },
      2: { kind: 'rule', rule: 'two' },
      3: { kind: 'forbidden' },
    },
  },
  overrides: [
    { runbook: 'restart-vpn', environment: 'prod', tier: 1, entry: { kind: 'auto' } },
    { class: 'spooler', entry: { kind: 'auto' } },
  ],
  defaultRule: 'one',
  rules: {
    one: { name: 'one', lines: [{ from: ['owner', 'few'], quorum: 1 }], expiresMs: 30 * minute, not: [] },
  },
  raise: [{ when: { source: 'blast.vip', evaluate: () => ({ ok: true, value: true }) }, to: 'two' }],
  calendars: {
    hours: {
      name: 'hours',
      at: () => ({ open: true, why: 'hours is open until 2027-01-15 17:00 UTC: Production hours' }),
    },
  },
  freezes: [
    {
      calendar: { name: 'holidays', at: () => ({ open: false, why: 'holidays is closed: Year end' }) },
      override: ['cab'],
    },
    { calendar: { name: 'audit', at: () => ({ open: true, why: 'no event' }) }, override: [] },
  ],
  limits: {
    antiFlap: { max: 2, withinMs: 90 * minute },
    runsPerHour: 30,
    blastRadius: { users: 500, cis: 20, vip: 'stop' },
    maxTargets: 9,
  },
  autonomy: [{ runbook: 'restart-iis', environment: 'prod', level: 'shadow' }, { level: 'auto' }],
  freeze: { may: ['few', 'cab'], unfreeze: { may: ['cab'], not: ['freezer'] } },
  exceptions: {
    may: ['cab'],
    standing: {
      night: {
        name: 'night',
        content: 'n1',
        guardrails: ['change window'],
        runbook: 'restart-vpn',
        environment: 'prod',
        service: 'Printing',
        reason: 'Print night',
        until: Date.parse('2027-02-01T00:00:00Z'),
      },
      old: {
        name: 'old',
        content: 'o1',
        guardrails: ['VIP'],
        runbook: 'restart-iis',
        reason: 'It was',
        until: Date.parse('2026-12-31T18:00:00Z'),
      },
    },
  },
  breakGlass: {
    may: ['on-duty', 'cab'],
    quorum: 2,
    expiresMs: 15 * minute,
    setsAside: ['change window'],
    page: 'primary',
  },
  requesters: { default: ['few'], 'restart-vpn': ['everyone'] },
  commands: { stop: ['few'], watch: ['web'] },
  correlationWindowMs: 60 * minute,
  storm: { from: 5, quietMs: 30 * minute },
  unclassified: null,
}

const governed = (changes: Partial<Governed> = {}): Governed => ({
  governance,
  runbooks: [{ id: 'restart-iis' }, { id: 'restart-vpn' }],
  autonomySet: [],
  signatures: [],
  at,
  ...changes,
})
const text = (changes: Partial<Governed> = {}) => governanceText(governed(changes)).join('\n')
const signed = (name: string, content = 'n1') => ({
  exception: 'night',
  content,
  by: { id: name, name },
  at: at - 60 * minute,
})

describe('a rule as a sentence', () => {
  const rule = (changes: Partial<ApprovalRule>): string =>
    ruleSentence({ name: 'r', lines: [{ from: ['owner'], quorum: 1 }], expiresMs: 60 * minute, not: [], ...changes })

  it('says who, how many, who stands in when, who not, and when it ends', () => {
    assert.equal(
      rule({
        lines: [
          { from: ['owner'], quorum: 1, substitute: { from: ['sre-on-call'], afterMs: 15 * minute } },
          { from: ['change-managers'], quorum: 1 },
        ],
        remindMs: 15 * minute,
        page: 'primary',
        not: ['requester', 'author'],
      }),
      "Two different people: one of the runbook's owners (after 15 min also sre-on-call), and one of change-managers. Not the requester, not the author. Expires after 1 h, reminds every 15 min, pages primary.",
    )
  })

  it('reads well for one person, and for several of the same groups', () => {
    assert.equal(
      rule({ not: ['opener'] }),
      "One of the runbook's owners. Not who opened the incident. Expires after 1 h.",
    )
    assert.equal(
      rule({ lines: [{ from: ['everyone', 'a', 'b'], quorum: 3 }], expiresMs: 90 * minute }),
      'Three different people of everybody in your tenant, a or b. Expires after 90 min.',
    )
  })
})

describe('the governance page', () => {
  it('shows the matrix as a table of words, where tier 3 is never automatic and what is missing is forbidden', () => {
    assert.ok(
      text().includes(
        [
          'environment        tier 0, read-only  tier 1, low risk  tier 2, higher risk  tier 3, people only',
          '-----------------  -----------------  ----------------  -------------------  -------------------',
          'dev                by itself          by itself         forbidden            people only',
          'prod (production)  by itself          asks one          asks two             forbidden',
          'Tier 3 is never automatic, whatever a file says.',
        ].join('\n'),
      ),
      text(),
    )
  })

  it('shows overrides in their order, and what raises a rule', () => {
    assert.match(
      text(),
      /- runbook restart-vpn, in prod, tier 1: by itself\n- class spooler: by itself \(tier 3: people only\)/,
    )
    assert.match(text(), /- two: blast\.vip\n/)
  })

  it('shows how far runbot goes: only runbooks that differ, then all others, with what was set in chat before the files', () => {
    assert.match(
      text(),
      /\nrestart-iis +auto: as the matrix says +shadow: records only\nevery other runbook +auto: as the matrix says +auto/,
    )
    assert.doesNotMatch(text(), /\nrestart-vpn /)
    const set = [
      { runbook: 'restart-iis', environment: null, level: 'auto', by: 'Ines Duarte', at: at - minute } as const,
    ]
    const page = text({ autonomySet: set })
    assert.match(page, /\nevery runbook +auto: as the matrix says +auto: as the matrix says\n/)
    assert.match(page, /- restart-iis: auto: as the matrix says; set in chat by Ines Duarte on 2027-01-15 09:59 UTC/)
  })

  it('shows the kinds of incidents in their order, and what becomes of those that are none', () => {
    const always: Expression = { source: 'ci.moved', evaluate: () => ({ ok: true, value: true }) }
    const page = text({
      governance: {
        ...governance,
        classes: {
          errors: {
            title: 'Errors',
            when: { ...always, source: 'incident.vip' },
            evidence: ['ops.look'],
            runbooks: ['restart-iis'],
            stop: [{ when: always, because: 'it is moved' }],
            escalate: 'web',
          },
          vague: { title: 'Anything', evidence: [], runbooks: [] },
        },
        unclassified: { evidence: [], escalate: 'on-duty' },
      },
    })
    for (const line of [
      '- errors: Errors, where incident.vip; may propose restart-iis; looks at ops.look first; proposes nothing where ci.moved (it is moved); calls web',
      '- vague: Anything, which no incident is by itself; may propose nothing',
      'What fits no class is looked at and handed to people; nothing is guessed.',
      'Then on-duty is called.',
    ])
      assert.ok(page.includes(line), `${line}\n${page}`)
    assert.match(text(), /What fits no class goes to whichever runbook fits it; else it is recorded and declined\./)
  })

  it('shows limits, and whether windows are open and freezes in force now, and who may let something through', () => {
    for (const line of [
      'The same runbook acts on the same CI at most 2× within 90 min.',
      'At most 30 runs begin within an hour.',
      'A run reaches at most 500 users.',
      'Where a VIP is affected: stop.',
      '- hours: a change window, open now: hours is open until 2027-01-15 17:00 UTC: Production hours',
      '- holidays: a freeze, IN FORCE NOW (holidays is closed: Year end); during it cab may let something through',
      '- audit: a freeze, not in force now; during it nobody may let anything through',
      '- spooler: pre-approved: runbot opens the standard change Restart print spooler where none is open',
    ])
      assert.ok(text().includes(`${line}\n`), line)
  })

  it('shows who may do what, also where the file leaves it to the owner', () => {
    for (const line of [
      '- freeze (nothing new is changed): few or cab',
      '- unfreeze: cab, but not who froze it',
      '- stop a run: few, and who asked for it',
      "- take a run over: the runbook's owners",
      '- have a channel watch incidents: web',
      '- start a runbook in chat: few',
      '- start restart-vpn: everybody in your tenant',
      'Two different people of on-duty or cab. Expires after 15 min, pages primary.',
      '- web: the members of the ServiceNow group Web Platform',
      '- cab: the members of the Microsoft Entra group 6f1c1f6e-0000-4000-8000-000000000001',
      '- on-duty: whoever is on call in ServiceNow for Web Platform',
      '- few: two people, listed in governance.yaml',
    ])
      assert.ok(text().includes(`${line}\n`), line)
    assert.match(text({ governance: { ...governance, breakGlass: null } }), /\nNobody may break the glass\.\n/)
  })

  it('says of each exception whether it is in force, who signed it as it reads now, and until when (P10)', () => {
    const night = (changes: Partial<Governed>) =>
      text(changes)
        .split('\n')
        .find((line) => line.startsWith('- night'))
    const about =
      '- night: restart-vpn in prod on service Printing need not pass change window, to the end of 2027-01-31 (UTC): Print night.'
    const ines = 'Ines (2027-01-15 09:00 UTC)'
    assert.equal(night({}), `${about} NOT IN FORCE: nobody has signed it.`)
    assert.equal(
      night({ signatures: [signed('Ines'), signed('Ines'), signed('Bo', 'n0')] }),
      `${about} NOT IN FORCE: signed by ${ines}, one more is needed.`,
    )
    assert.equal(
      night({ signatures: [signed('Ines'), signed('Bo')] }),
      `${about} IN FORCE: signed by ${ines} and Bo (2027-01-15 09:00 UTC).`,
    )
    assert.match(text(), /- old: restart-iis need not pass VIP, until 2026-12-31 18:00 UTC: It was\. OVER\./)
  })

  it('says what could not be read instead of taking it for nothing (P5)', () => {
    const page = text({ unread: 'the store is busy' })
    assert.match(page, /What was set in chat cannot be told \(the store is busy\): this is what the files alone say\./)
    assert.match(page, /Who signed it cannot be told \(the store is busy\)\./)
  })

  it('explains the file of this project', () => {
    const loaded = loadContent({
      dir: join(import.meta.dirname, '../../../runbooks'),
      env: {},
      clock: { now: () => at },
      unset: 'warning',
    })
    assert.ok(loaded.ok)
    const { content } = loaded
    const page = text({ governance: content.governance, runbooks: [...content.catalog.runbooks.values()] })
    assert.match(page, /one-approver: One of the runbook's owners or small-team\. Not the requester\./)
    assert.doesNotMatch(page, /undefined|null|NaN|\[object/)
  })
})

describe('the governance page as a message', () => {
  const inert = (message: string): void =>
    assert.doesNotMatch(message, /\/\/|<at>|<b>|\]\(|(?!\n)[\p{Bidi_Control}\p{Cc}]/u)

  it('says the same without tables, which Teams does not show in messages', () => {
    const message = governanceMarkdown(governed())
    assert.match(
      message,
      /^\*\*Who may let what happen where\*\*\n\n\*\*What runs by itself, and what asks\*\*\n\n- \*\*dev\*\*: /,
    )
    assert.match(
      message,
      /- \*\*prod \(production\)\*\*: tier 0, read-only: by itself · tier 1, low risk: asks one · tier 2, higher risk: asks two · /,
    )
    assert.match(message, /- \*\*restart-iis\*\*: dev: auto: as the matrix says · prod: shadow: records only\n/)
  })

  it('keeps outside text literal, and has an end however much there is', () => {
    const hostile = attacks.join(' ')
    const many = <T>(make: (n: number) => T) => Array.from({ length: 150 }, (_, n) => make(n))
    const named = <T>(make: (name: string) => T) =>
      Object.fromEntries(many((n) => [`${hostile}${n}`, make(`${hostile}${n}`)]))
    const group = named((name) => ({ kind: 'servicenow', name }) as const)
    const huge: Governance = {
      ...governance,
      groups: group,
      environments: many((n) => ({ ...(governance.environments[0] ?? assert.fail()), name: `${hostile}${n}` })),
      overrides: many((n) => ({ runbook: `${hostile}${n}`, entry: { kind: 'rule', rule: hostile } })),
      rules: named((name) => ({ name, lines: [{ from: Object.keys(group), quorum: 9 }], expiresMs: 1, not: [] })),
      raise: many(() => ({ when: { source: hostile, evaluate: () => ({ ok: true, value: true }) }, to: hostile })),
      freezes: many(() => ({
        calendar: { name: hostile, at: () => ({ open: false, why: hostile }) },
        override: [hostile],
      })),
      requesters: named((name) => [name]),
      exceptions: {
        may: Object.keys(group),
        standing: named((name) => ({
          ...(governance.exceptions.standing['night'] ?? assert.fail()),
          name,
          reason: hostile,
        })),
      },
    }
    const message = governanceMarkdown(
      governed({
        governance: huge,
        runbooks: many((n) => ({ id: `${hostile}${n}` })),
        autonomySet: many((n) => ({
          runbook: `${hostile}${n}`,
          environment: hostile,
          level: 'shadow',
          by: hostile,
          at,
        })),
        unread: hostile,
      }),
    )
    assert.ok(new TextEncoder().encode(message).length <= 20_000, `${message.length}`)
    inert(message)
    assert.match(message, /… and \d+ more/)
    assert.ok(governanceText(governed({ governance: huge })).every((line) => !/[\p{Cc}\p{Bidi_Control}]/u.test(line)))
  })
})
