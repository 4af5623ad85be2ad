// Owns one run for every look of the run card. Functions, so that no test can change another's.

import type { RunCardContext } from '../../src/app/views/run-card.ts'
import type { ApprovalRule } from '../../src/core/governance.ts'
import type { Blast, Ci, IncidentContext } from '../../src/core/incident.ts'
import { known, unknown } from '../../src/core/incident.ts'
import { NOTHING_LEARNT } from '../../src/core/informed.ts'
import type { Draft, PlannedCheck, PlannedRequest, PlannedStep } from '../../src/core/plan.ts'
import type { Decision, GuardrailResult } from '../../src/core/policy.ts'
import type { Approval, Ask, Person, Run } from '../../src/core/run.ts'
import { noStep, type Sent, type StepState } from '../../src/core/step-state.ts'
import type { Json, JsonObject } from '../../src/core/values.ts'

export const at = Date.UTC(2026, 0, 31, 3, 12)
const minute = 60_000
export const plan = 'c0ffee00decade11'.padEnd(64, '5')
const stale = 'badcafe0badcafe0'.padEnd(64, '7')

export const person = (
  name: string,
  id = `0a2b0000-0000-4000-8000-${name.length.toString().padStart(12, '0')}`,
): Person => ({
  id,
  name,
  tenant: 'b0000000-0000-4000-8000-000000000001',
})

export const request = (name: string, values: Json, tier: 0 | 1 | 2 | 3 = 0): PlannedRequest => ({
  do: name,
  system: name.split('.')[0] ?? '',
  kind: 'ops-api',
  url: 'https://ops.example.com',
  tier,
  detail: { runbook: name.split('.')[1] ?? '' },
  with: values,
  timeoutMs: 2 * minute,
})

export const check = (name: string, values: Json, expect: string): PlannedCheck => ({
  ...request(name, values),
  expect,
  everyMs: 5000,
  holdMs: 30_000,
  withinMs: 3 * minute,
})

export const recycle = (host: string): PlannedStep => ({
  id: 'recycle-pool',
  title: 'Recycle the pool',
  tier: 1,
  when: null,
  approval: null,
  preflight: check('ops.pool_status', { host, pool: 'DefaultAppPool' }, 'result.state in ["Started", "Degraded"]'),
  action: request('ops.recycle_pool', { host, pool: 'DefaultAppPool' }, 1),
  verify: check('http.get', { url: 'https://shop.corp.example/health' }, 'result.status == 200'),
  rollback: request('ops.start_pool', { host, pool: 'DefaultAppPool' }, 1),
})

const iisreset = (host: string): PlannedStep => ({
  ...recycle(host),
  id: 'iisreset',
  title: 'Restart IIS',
  tier: 2,
  when: 'steps["recycle-pool"].failed',
  approval: 'always',
  action: request('ops.iisreset', { host }, 2),
  rollback: null,
})

export const ci = (name: string): Ci => ({
  sysId: '1'.repeat(32),
  name,
  facts: { name: known(name, 'cmdb_ci', at), class: known('IIS Web Tier', 'cmdb_ci', at) },
})

export const context = (): IncidentContext => ({
  incident: {
    sysId: '2'.repeat(32),
    number: 'INC0010001',
    state: 'new',
    shortDescription: '5xx spike on the web shop',
    text: 'Customers see 503 at checkout since 03:02. Error ratio 40 %. The worker process on web-01 is at 100 % CPU.',
    reopened: 0,
    facts: {},
  },
  ci: ci('web-01'),
  readAt: at,
})

export const draft = (targets: readonly string[] = ['web-01']): Draft => ({
  runbook: {
    id: 'restart-iis',
    title: 'Recycle the IIS application pool',
    owner: 'web-platform',
    content: 'ab'.repeat(32),
    class: null,
  },
  parameters: { pool: 'DefaultAppPool' },
  targets: targets.map((name) => ({ name, ci: ci(name) })),
  waves:
    targets.length === 1
      ? [targets]
      : [
          targets.slice(0, 1),
          targets.slice(1, Math.ceil(targets.length / 2)),
          targets.slice(Math.ceil(targets.length / 2)),
        ].filter((wave) => wave.length > 0),
  waveApproval: null,
  stopAfterFailures: 1,
  concurrency: 1,
  reopenWithinMs: 24 * 60 * minute,
  evidence: [],
  steps: Object.fromEntries(targets.map((name) => [name, [recycle(name), iisreset(name)]])),
  tier: 1,
  onSuccess: { resolve: true, closeCode: 'Solution provided', resolveJoined: false },
  onFailure: { escalate: 'on-call', assign: 'Web Platform L2', rollback: 'step' },
})

export const blast = (): Blast => ({
  users: known(40, 'cmdb', at),
  cis: known(3, 'cmdb', at),
  vip: known(false, 'sys_user', at),
})

export const oneApprover = (): ApprovalRule => ({
  name: 'one-approver',
  lines: [{ from: ['owner', 'small-team'], quorum: 1 }],
  expiresMs: 30 * minute,
  remindMs: 10 * minute,
  not: ['requester'],
})

const twoApprovers = (): ApprovalRule => ({
  name: 'two-approvers',
  lines: [
    { from: ['owner'], quorum: 1 },
    { from: ['change-managers'], quorum: 1 },
  ],
  expiresMs: 60 * minute,
  not: ['requester', 'author'],
})

export const passing = (): readonly GuardrailResult[] => [
  { name: 'environment', answer: 'pass', reason: 'prod is allowed' },
  { name: 'change-window', answer: 'pass', reason: 'CHG0030001 is open until 05:00' },
  { name: 'anti-flap', answer: 'pass', reason: '0 of 1 runs in 30 min' },
  { name: 'blast-radius', answer: 'pass', reason: '40 of at most 500 users' },
  { name: 'do-not-touch', answer: 'pass', reason: 'no pci tag' },
  { name: 'freeze', answer: 'pass', reason: 'nothing is frozen' },
  { name: 'ci-lock', answer: 'pass', reason: 'no other run on web-01' },
]

export const decision = (
  guardrails: readonly GuardrailResult[] = passing(),
  effect: Decision['effect'] = 'ask',
): Decision => ({
  effect,
  environment: { name: 'prod', production: true },
  autonomy: 'auto',
  rule: oneApprover(),
  because: ['tier 1 in prod needs one approver'],
  guardrails,
})

export const ask = (scope = 'run', rule = oneApprover()): Ask => ({
  scope,
  plan,
  rule,
  at,
  expiresAt: at + rule.expiresMs,
  reminded: 0,
  escalated: [],
})

export const approval = (name = 'Ana Ruiz', note = 'go', of = plan): Approval => ({
  by: person(name),
  scope: 'run',
  plan: of,
  note,
  groups: ['owner'],
  at: at + 2 * minute,
})

export const sent = (name: string, ended: Sent['ended'] = null): Sent => ({
  key: 'key-1',
  request: request(name, {}, 1),
  startedAt: at + 3 * minute,
  deadlineAt: at + 5 * minute,
  handle: 'op-1',
  ended,
})
export const ended = (outcome: 'succeeded' | 'failed' | 'unknown', reason = ''): Sent['ended'] => ({
  outcome,
  effect: 'possible',
  reason,
  at: at + 4 * minute,
})
export const step = (state: Partial<StepState>): StepState => ({ ...noStep, ...state })

export const done = (): StepState =>
  step({
    preflight: { ok: true, reason: '', contradicts: false, captured: {}, at },
    action: sent('ops.recycle_pool', ended('succeeded')),
    verify: { startedAt: at, ended: { ok: true, reason: '', at } },
  })
export const running = (): StepState =>
  step({ preflight: { ok: true, reason: '', contradicts: false, captured: {}, at }, action: sent('ops.recycle_pool') })
export const unverified = (): StepState =>
  step({
    action: sent('ops.recycle_pool', ended('succeeded')),
    verify: { startedAt: at, ended: { ok: false, reason: 'status was 503 for 3 min', at } },
  })
export const undone = (outcome: 'succeeded' | 'failed'): StepState => ({
  ...unverified(),
  rollback: sent('ops.start_pool', ended(outcome, outcome === 'failed' ? 'the pool does not start' : '')),
})

/** A run that waits for its approval; everything else is a variation of it. */
export const run = (changes: Partial<Run> = {}): Run => ({
  id: 'r-7f3k2m',
  seq: 9,
  news: 9,
  status: 'awaitingApproval',
  proposedAt: at,
  origin: { kind: 'event', intake: 'in-1' },
  context: context(),
  knowledge: NOTHING_LEARNT,
  gather: null,
  candidates: [
    {
      runbook: 'restart-iis',
      fits: true,
      specificity: 3,
      reasons: ['class elevated-error-rate', 'ci.class is IIS Web Tier'],
    },
    { runbook: 'clear-disk', fits: false, specificity: 0, reasons: ['class is not disk-full'] },
  ],
  runbook: { id: 'restart-iis', title: 'Recycle the IIS application pool', owner: 'web-platform' },
  requested: { parameters: {}, targets: [] },
  draft: draft(),
  blast: blast(),
  joined: [],
  evidence: [
    {
      type: 'evidenceCaptured',
      id: 'e1',
      do: 'ops.diagnostics',
      target: 'web-01',
      ok: true,
      summary: 'w3wp at 100 % CPU, 2.1 GB',
      sha256: 'd'.repeat(64),
      bytes: 2048,
    },
    {
      type: 'evidenceCaptured',
      id: 'e2',
      do: 'prometheus.error_ratio',
      target: 'web-01',
      ok: true,
      summary: 'error ratio 0.4',
      sha256: 'e'.repeat(64),
      bytes: 96,
    },
  ],
  plan,
  decision: decision(),
  asks: { run: ask() },
  approvals: [],
  waiting: null,
  startedAt: null,
  steps: {},
  rungs: {},
  stopRequested: null,
  takenOver: null,
  brake: null,
  undo: null,
  released: null,
  retrying: [],
  endedAt: null,
  reopened: 0,
  link: null,
  previous: null,
  glass: null,
  edit: null,
  standardChange: null,
  finished: null,
  ...changes,
})

export const cardContext = (changes: Partial<RunCardContext> = {}): RunCardContext => ({
  at: at + minute,
  publicUrl: 'https://runbot.corp.example',
  approvers: 'Web Platform, Small Team',
  describe: (each) => `POST ${each.url}/v1/runs ${each.do.split('.')[1]} ${JSON.stringify(each.with)}`,
  frozen: null,
  ...changes,
})

export const over = (status: NonNullable<Run['finished']>['status'], reason: string, changes: Partial<Run> = {}): Run =>
  run({ status, finished: { status, reason, at: at + 9 * minute }, seq: 21, ...changes })
export const begun = (changes: Partial<Run> = {}): Partial<Run> => ({
  approvals: [approval()],
  startedAt: at + 3 * minute,
  ...changes,
})
export const on = (target: string, steps: { readonly [id: string]: StepState }) => ({ steps: { [target]: steps } })
export const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `web-${`${n + 1}`.padStart(2, '0')}`)

export interface Shown {
  readonly run: Run
  readonly context: RunCardContext
  /** The buttons that belong here, without `details`, which every live card has. */
  readonly verbs: readonly string[]
}

/** As many viewers as Teams takes, with handles as long as Teams' own. */
const sixty = Array.from({ length: 60 }, (_, n) => `29:${`viewer-${n}-`.padEnd(87, 'x')}`)

/** An input of each kind, as edit-fields.ts describes a runbook's parameters. */
const inputs: readonly JsonObject[] = [
  { id: 'pool', label: 'Application pool', kind: 'text', value: 'DefaultAppPool', hint: 'letters, digits, . _ -' },
  { id: 'retries', label: 'How many tries', kind: 'number', value: '3', hint: 'at least 1, at most 5', min: 1, max: 5 },
  { id: 'drain', label: 'Drain connections first', kind: 'toggle', value: 'true', hint: '' },
  {
    id: 'mode',
    label: 'How to recycle',
    kind: 'choice',
    value: 'soft',
    hint: '',
    choices: [
      { title: 'soft', value: 'soft' },
      { title: 'hard', value: 'hard' },
    ],
  },
]

export const shown = (of: Run, verbs: readonly string[] = [], changes: Partial<RunCardContext> = {}): Shown => ({
  run: of,
  context: cardContext(changes),
  verbs,
})
export const decide = ['approve', 'reject']

/** Every look of the run card by name. */
export const looks: { readonly [name: string]: () => Shown } = {
  proposed: () =>
    shown(run({ status: 'proposed', plan: null, decision: null, asks: {}, draft: null, blast: null, evidence: [] })),
  'awaiting-approval': () => shown(run(), decide),
  approved: () => shown(run({ approvals: [approval()] })),
  'awaiting-second': () =>
    shown(
      run({
        asks: { run: ask('run', twoApprovers()) },
        approvals: [approval('Ana Ruiz', 'looks right, error ratio is real')],
        blast: {
          users: known(140, 'cmdb', at),
          cis: unknown('the CMDB did not answer', 'cmdb', at),
          vip: known(true, 'sys_user', at),
        },
        decision: decision([
          ...passing().slice(0, 4),
          { name: 'vip', answer: 'ask', reason: 'a VIP is affected' },
          {
            name: 'change-window',
            answer: 'unknown',
            reason: 'change requests could not be read',
            fix: 'try again when ServiceNow answers',
          },
        ]),
      }),
      decide,
      { approvers: 'Web Platform, then CAB Approval' },
    ),
  'awaiting-waves': () => shown(run({ draft: draft(many(50)) }), decide),
  'plan-changed': () => shown(run({ approvals: [approval('Ana Ruiz', '', stale)] }), decide),
  'for-the-requester': () =>
    shown(run(), [], {
      viewers: sixty,
      viewer: { approve: false, reject: false, edit: false, note: 'You cannot approve it: you asked for it.' },
    }),
  editable: () => shown(run(), [...decide, 'change'], { fields: inputs }),
  'asked-again': () => {
    const before = draft(['web-01', 'web-02'])
    const previous = { draft: { ...before, parameters: { pool: 'ShopAppPool' } }, decision: decision() }
    return shown(run({ previous, approvals: [approval('Ana Ruiz', '', stale)] }), decide)
  },
  'break-glass': () =>
    shown(
      run({
        glass: { by: person('Kim Lee'), reason: 'checkout is down, CAB is asleep, INC0010001 is a P1', at },
        link: { run: 'r-1a2b3c', why: 'breakGlass' },
        decision: decision([
          ...passing().slice(0, 5),
          { name: 'change-window', answer: 'ask', reason: 'glass broken' },
        ]),
      }),
      decide,
    ),
  frozen: () => shown(run(), ['reject', 'refresh'], { frozen: 'change freeze for the sale, by Kim Lee' }),
  'no-undo': () => {
    const base = draft()
    const steps = { 'web-01': [{ ...recycle('web-01'), rollback: null }] }
    return shown(run({ draft: { ...base, steps } }), decide)
  },
  executing: () => shown(run(begun({ status: 'executing', ...on('web-01', { 'recycle-pool': running() }) })), ['stop']),
  verifying: () =>
    shown(
      run(
        begun({
          status: 'verifying',
          ...on('web-01', {
            'recycle-pool': {
              ...running(),
              action: sent('ops.recycle_pool', ended('succeeded')),
              verify: { startedAt: at, ended: null },
            },
          }),
        }),
      ),
      ['stop'],
    ),
  'executing-waves': () =>
    shown(
      run(
        begun({
          status: 'executing',
          draft: draft(many(12)),
          steps: {
            'web-01': { 'recycle-pool': done(), iisreset: step({ skipped: 'recycle-pool did not fail' }) },
            'web-02': { 'recycle-pool': done(), iisreset: step({ skipped: 'recycle-pool did not fail' }) },
            'web-03': { 'recycle-pool': running() },
            'web-04': {
              'recycle-pool': step({
                preflight: {
                  ok: false,
                  reason: 'pool is Stopped',
                  contradicts: true,
                  captured: {},
                  at,
                },
              }),
            },
          },
        }),
      ),
      ['stop'],
    ),
  stopping: () =>
    shown(
      run(
        begun({
          status: 'executing',
          stopRequested: { by: person('Kim Lee'), reason: 'wrong host' },
          ...on('web-01', { 'recycle-pool': running() }),
        }),
      ),
    ),
  'awaiting-step': () =>
    shown(
      run(
        begun({
          status: 'awaitingStepApproval',
          asks: { run: ask(), 'step:iisreset': { ...ask('step:iisreset'), at: at + 5 * minute } },
          ...on('web-01', { 'recycle-pool': unverified() }),
        }),
      ),
      [...decide, 'stop'],
    ),
  'rolling-back': () =>
    shown(
      run(
        begun({
          status: 'rollingBack',
          ...on('web-01', { 'recycle-pool': { ...unverified(), rollback: sent('ops.start_pool') } }),
        }),
      ),
    ),
  succeeded: () =>
    shown(
      over(
        'succeeded',
        'shop.corp.example answers 200',
        begun(on('web-01', { 'recycle-pool': done(), iisreset: step({ skipped: 'recycle-pool did not fail' }) })),
      ),
    ),
  failed: () =>
    shown(
      over(
        'failed',
        'recycle-pool failed on web-01: access denied',
        begun(
          on('web-01', {
            'recycle-pool': step({ action: sent('ops.recycle_pool', ended('failed', 'access denied')) }),
          }),
        ),
      ),
    ),
  'rolled-back': () =>
    shown(
      over(
        'rolledBack',
        'the verification failed, the pool was started again',
        begun(on('web-01', { 'recycle-pool': undone('succeeded') })),
      ),
    ),
  'rollback-failed': () =>
    shown(
      over(
        'rollbackFailed',
        'the pool does not start: web-01 serves nothing',
        begun(on('web-01', { 'recycle-pool': undone('failed') })),
      ),
    ),
  'needs-human': () =>
    shown(
      over(
        'needsHuman',
        'nobody knows whether recycle-pool ran on web-01',
        begun(
          on('web-01', {
            'recycle-pool': step({
              action: sent('ops.recycle_pool', ended('unknown', 'no answer, and the key is not known there')),
            }),
          }),
        ),
      ),
      ['takeover', 'rollback'],
      { offers: ['takeover', 'rollback'] },
    ),
  'stopped-by-policy': () =>
    shown(
      over('stoppedByPolicy', 'the change window is closed', {
        asks: {},
        decision: decision(
          [
            ...passing().slice(0, 5),
            {
              name: 'change-window',
              answer: 'stop',
              reason: 'no change is open on web-01',
              fix: 'open a change in state Implement, or wait until 06:00',
            },
          ],
          'stop',
        ),
      }),
    ),
  refused: () => shown(over('refused', 'Kim Lee: not during checkout peak')),
  expired: () => shown(over('expired', 'nobody decided within 30 min')),
  cancelled: () =>
    shown(
      over(
        'cancelled',
        'stopped by Kim Lee: wrong host',
        begun({
          draft: draft(many(3)),
          steps: {
            'web-01': { 'recycle-pool': done(), iisreset: step({ skipped: 'not needed' }) },
            'web-02': { 'recycle-pool': running() },
          },
        }),
      ),
    ),
  recorded: () =>
    shown(
      over('recorded', 'shadow: this would have asked one approver', {
        asks: {},
        decision: decision(passing(), 'record'),
      }),
    ),
  chat: () =>
    shown(
      run({
        context: { readAt: at, ci: ci('web-01') },
        origin: {
          kind: 'chat',
          requester: person('Ana Ruiz'),
          because: 'checkout is slow since the deploy',
          conversation: {},
          text: 'run restart-iis web-01',
        },
        evidence: [],
      }),
      decide,
    ),
  preview: () => ({ ...shown(run({ status: 'proposed', plan, asks: {} }), [], { preview: true }), verbs: [] }),
  'hostile-executing': () => {
    const base = hostileRun()
    const failed = step({ preflight: { ok: false, reason: evil(4000), contradicts: true, captured: {}, at } })
    const steps = Object.fromEntries((base.draft?.targets ?? []).map(({ name }) => [name, { 'recycle-pool': failed }]))
    const stopRequested = { by: person(evil(4000)), reason: evil(4000) }
    return shown({ ...base, status: 'executing', startedAt: at, steps, stopRequested }, [], {
      describe: () => evil(4000),
    })
  },
  // So much of it that other values give way: they can still be asked for with the command `run`.
  hostile: () =>
    shown(hostileRun(), decide, {
      approvers: evil(4000),
      describe: () => evil(4000),
      viewers: sixty,
      viewer: { approve: true, reject: true, edit: true, note: evil(4000) },
      fields: Array.from({ length: 8 }, (_, n) => ({
        id: `p${n}`,
        label: evil(200),
        kind: 'text',
        value: evil(200),
        hint: evil(200),
      })),
    }),
}

/** What an attacker writes into an incident: markup, macros, templates, direction changes, links, mentions. */
export const attacks = [
  '**APPROVED** _by_ ~~nobody~~ `code` # head',
  '[click](https://evil.example/approve) https://evil.example www.evil.example mailto:a@evil.example',
  '<at>Everyone</at> <b>bold</b> <script>alert(1)</script> &lt;i&gt; <!-- hidden -->',
  '${run} ${$root.plan} $data $when {{DATE(2026-01-01T00:00:00Z)}}',
  '\u202egnp.exe\u202c \u2066\u200b\u200d\ufeff \u0007\u001b[31m \u{e0041}',
] as const

export const evil = (length: number): string =>
  `${attacks.join('\n')} `.repeat(Math.ceil(length / 200)).slice(0, length)

/** 32 KB of hostile text in every field, 50 targets, 16 guardrails that fail (more than there are). */
export function hostileRun(): Run {
  const text = evil(32_768)
  const wide = '\u{1f525}"\\'.repeat(11_000)
  const base = context()
  const targets = many(50).map((name) => `${name}.${text.slice(0, 300)}`)
  const names = draft(targets)
  return run({
    context: {
      ...base,
      ...(base.incident ? { incident: { ...base.incident, number: text, shortDescription: text, text: wide } } : {}),
      ci: ci(text),
    },
    runbook: { id: 'restart-iis', title: wide, owner: text },
    draft: {
      ...names,
      runbook: { ...names.runbook, title: text },
      parameters: Object.fromEntries(many(30).map((name) => [name, wide])),
    },
    candidates: many(40).map((runbook) => ({ runbook, fits: false, specificity: 0, reasons: [wide, text] })),
    evidence: many(30).map((id) => ({
      type: 'evidenceCaptured' as const,
      id,
      do: text,
      target: wide,
      ok: false,
      summary: wide,
      sha256: 'f'.repeat(64),
      bytes: 1e9,
    })),
    decision: decision(many(16).map((name) => ({ name, answer: 'unknown' as const, reason: wide, fix: text }))),
    approvals: many(20).map((name) => ({ ...approval(text, wide, name === 'web-01' ? plan : stale), groups: [] })),
    waiting: { since: at, reason: text },
    glass: { by: person(text), reason: wide, at },
    previous: { draft: { ...names, parameters: { [text]: wide } }, decision: null },
  })
}
