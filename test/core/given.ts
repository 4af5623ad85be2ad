// Owns the run that the specs of the core start from, as functions: a ladder of two steps on any targets, and its events.

import assert from 'node:assert/strict'
import { compileExpression } from '../../src/adapters/catalog/cel.ts'
import type { Parties } from '../../src/core/approval.ts'
import { decide, type RunCommand } from '../../src/core/decide.ts'
import { emptyRun, evolve } from '../../src/core/evolve.ts'
import type { ApprovalRule } from '../../src/core/governance.ts'
import { type Blast, type Ci, known } from '../../src/core/incident.ts'
import { owed, type Work } from '../../src/core/owed.ts'
import type { Draft, PlannedCheck, PlannedRequest, PlannedStep } from '../../src/core/plan.ts'
import type { Decision, GuardrailResult } from '../../src/core/policy.ts'
import type { At, EndStatus, Person, Run, RunEvent } from '../../src/core/run.ts'
import type { Instant, Json } from '../../src/core/values.ts'

export const cel = compileExpression
export const minute = 60_000
export const t0: Instant = Date.UTC(2026, 0, 31, 3, 12)
export const plan = 'a'.repeat(64)
export const other = 'b'.repeat(64)

export const person = (id: string): Person => ({ id, name: id[0]?.toUpperCase() + id.slice(1), tenant: 't1' })
export const [ana, bo, cy] = [person('ana'), person('bo'), person('cy')]
export const nobody: Parties = { requester: null, opener: null, authors: [] }

export const on = (step: string, target = 'web-01'): At => ({ step, target })

export const oneApprover = (changes: Partial<ApprovalRule> = {}): ApprovalRule => ({
  name: 'one-approver',
  lines: [{ from: ['owner', 'small-team'], quorum: 1 }],
  expiresMs: 30 * minute,
  not: ['requester'],
  ...changes,
})

export const request = (name: string, values: Json = {}, tier: PlannedRequest['tier'] = 0): PlannedRequest => ({
  do: name,
  system: name.split('.')[0] ?? '',
  kind: 'ops-api',
  url: 'https://ops.example.com',
  tier,
  detail: {},
  with: values,
  timeoutMs: 2 * minute,
})

export const check = (name: string, values: Json = {}): PlannedCheck => ({
  ...request(name, values),
  expect: 'result.ok',
  everyMs: 5000,
  holdMs: 0,
  withinMs: 3 * minute,
})

export const step = (id: string, host = 'web-01', changes: Partial<PlannedStep> = {}): PlannedStep => ({
  id,
  title: id,
  tier: 1,
  when: null,
  approval: null,
  preflight: check('ops.look', { host }),
  action: request(`ops.${id}`, { host }, 1),
  verify: check('http.get', { host }),
  rollback: request(`ops.undo_${id}`, { host }, 1),
  ...changes,
})

/** Recycle, and where that failed restart, which asks for itself. */
export const ladder = (host: string): readonly PlannedStep[] => [
  step('recycle', host),
  step('restart', host, { tier: 2, when: 'steps["recycle"].failed', approval: 'always' }),
]

export const ci = (name: string, facts: { readonly [name: string]: Json } = {}): Ci => ({
  sysId: `id-${name}`,
  name,
  facts: Object.fromEntries(Object.entries(facts).map(([fact, value]) => [fact, known(value, 'cmdb', t0)])),
})

export const draft = (
  targets: readonly string[] = ['web-01'],
  steps: (host: string) => readonly PlannedStep[] = ladder,
  changes: Partial<Draft> = {},
): Draft => ({
  runbook: {
    id: 'restart-iis',
    title: 'Recycle the pool',
    owner: 'web-platform',
    content: 'c'.repeat(64),
    class: null,
  },
  parameters: { pool: 'DefaultAppPool' },
  targets: targets.map((name) => ({ name, ci: ci(name) })),
  waves: targets.map((name) => [name]),
  waveApproval: null,
  stopAfterFailures: 1,
  concurrency: 1,
  reopenWithinMs: 24 * 60 * minute,
  evidence: [],
  steps: Object.fromEntries(targets.map((name) => [name, steps(name)])),
  tier: 1,
  onSuccess: { resolve: true, closeCode: null, resolveJoined: false },
  onFailure: { escalate: null, assign: null, rollback: 'step' },
  ...changes,
})

export const blast = (): Blast => ({
  users: known(40, 'cmdb', t0),
  cis: known(3, 'cmdb', t0),
  vip: known(false, 'cmdb', t0),
})

export const guardrail = (
  name: string,
  answer: GuardrailResult['answer'] = 'pass',
  reason = 'fine',
): GuardrailResult => ({ name, answer, reason })

export const decision = (changes: Partial<Decision> = {}): Decision => ({
  effect: 'ask',
  environment: { name: 'prod', production: true },
  autonomy: 'auto',
  rule: oneApprover(),
  because: ['tier 1 in prod asks one-approver'],
  guardrails: [guardrail('freeze'), guardrail('matrix', 'ask', 'tier 1 in prod asks one-approver')],
  ...changes,
})

/** The run after these events, all at one moment. */
export const after = (run: Run, at: Instant, ...events: readonly RunEvent[]): Run =>
  events.reduce((state, event) => evolve(state, event, at), run)

export const proposed: RunEvent = {
  type: 'proposed',
  origin: { kind: 'event', intake: 'in-1' },
  context: { readAt: t0, ci: ci('web-01') },
  candidates: [],
  runbook: { id: 'restart-iis', title: 'Recycle the pool', owner: 'web-platform' },
  requested: { parameters: {}, targets: [] },
}

export const planned = (of: Draft = draft()): Extract<RunEvent, { type: 'planned' }> => ({
  type: 'planned',
  draft: of,
  blast: blast(),
  context: { readAt: t0, ci: ci('web-01') },
  replaces: null,
})

export const decided = (of: Decision = decision(), hash = plan, at = t0): RunEvent => ({
  type: 'decided',
  plan: hash,
  decision: of,
  rule: of.effect === 'ask' ? of.rule : null,
  expiresAt: of.effect === 'ask' && of.rule ? at + of.rule.expiresMs : null,
})

export const approved = (by: Person, scope = 'run', hash = plan, groups = ['owner']): RunEvent => ({
  type: 'approved',
  by,
  scope,
  plan: hash,
  note: '',
  groups,
})

export const stepAsked = (id: string, rule = oneApprover(), at = t0): RunEvent => ({
  type: 'stepAsked',
  scope: `step:${id}`,
  plan,
  rule,
  expiresAt: at + rule.expiresMs,
})

export const waveAsked = (number: number, rule = oneApprover(), at = t0): RunEvent => ({
  type: 'stepAsked',
  scope: `wave:${number}`,
  plan,
  rule,
  expiresAt: at + rule.expiresMs,
})

export const glassBroken: RunEvent = { type: 'glassBroken', by: bo, reason: 'the shop is down' }
export const editRequested: Extract<RunEvent, { type: 'editRequested' }> = {
  type: 'editRequested',
  by: bo,
  parameters: { pool: 'Shop' },
  run: 'r-2',
  note: 'the other pool',
  conversation: {},
}
export const stopRequested: RunEvent = { type: 'stopRequested', by: bo, reason: 'wrong host' }
export const finished = (status: EndStatus, reason = 'so it ended'): RunEvent => ({ type: 'finished', status, reason })

/** What happens to one step on one target. */
export const preflighted = (at: At, ok = true, reason = 'looked'): RunEvent => ({
  type: 'preflighted',
  ...at,
  ok,
  reason,
  result: null,
})
const sent = (at: At, what: string) => ({
  ...at,
  key: `key-${what}-${at.step}-${at.target}`,
  request: request(`ops.${what}`),
  gate: { plan, checked: [] },
  deadlineAt: t0 + 30_000,
})
export const started = (at: At): RunEvent => ({ type: 'actionStarted', attempt: 1, ...sent(at, 'act') })
export const ended = (
  at: At,
  outcome: 'succeeded' | 'failed' | 'unknown' = 'succeeded',
  effect: 'none' | 'possible' = 'possible',
): RunEvent => ({
  type: 'actionEnded',
  ...at,
  key: sent(at, 'act').key,
  outcome,
  effect,
  reason: `it ${outcome}`,
  result: null,
})
export const verified = (at: At, ok = true, reason = ok ? 'good' : 'still 503'): RunEvent => ({
  type: 'verified',
  ...at,
  ok,
  reason,
  result: null,
})
export const undoStarted = (at: At): RunEvent => ({ type: 'rollbackStarted', ...sent(at, 'undo') })
export const undoEnded = (at: At, outcome: 'succeeded' | 'failed' | 'unknown' = 'succeeded'): RunEvent => ({
  type: 'rollbackEnded',
  ...at,
  key: sent(at, 'undo').key,
  outcome,
  reason: `the undo ${outcome}`,
})
export const done = (at: At): readonly RunEvent[] => [preflighted(at), started(at), ended(at), verified(at)]

/** A run that has proposed, planned and decided; it waits for its approval. */
export const asking = (of: Draft = draft(), as: Decision = decision()): Run =>
  after(emptyRun('r-1'), t0, proposed, planned(of), decided(as))

/** A run that executes: approved by Ana. */
export const begun = (of: Draft = draft(), as: Decision = decision()): Run =>
  after(asking(of, as), t0, approved(ana), { type: 'executionStarted', plan })

/** The reason, and after `|` what would help; or the types of the events that follow. */
export function verdict(command: RunCommand, run: Run, at = t0): string {
  const answer = decide(command, run, at)
  if (answer.ok) return answer.events.map((event) => event.type).join(', ')
  const { reason, fix } = answer.refusal
  return fix === undefined ? reason : `${reason} | ${fix}`
}
export const eventsOf = (command: RunCommand, run: Run, at = t0) => {
  const answer = decide(command, run, at)
  assert.ok(answer.ok, answer.ok ? '' : answer.refusal.reason)
  return answer.events
}

/** What a person does to a run that is under way or over. */
export const takenOver = (by = bo, reason = 'I look myself'): RunEvent => ({ type: 'takenOver', by, reason })
export const resumed = (by = bo): RunEvent => ({ type: 'resumed', by, reason: 'go on' })
export const retried = (at: At, attempt = 2, by: Person | null = bo): RunEvent => ({
  type: 'retried',
  ...at,
  attempt,
  by,
  reason: 'again',
})
export const settled = (at: At, happened: boolean, which: 'action' | 'rollback' = 'action'): RunEvent => ({
  type: 'settled',
  ...at,
  which,
  happened,
  by: bo,
  reason: 'I looked',
})
export const undoRequested: RunEvent = { type: 'rollbackRequested', by: bo, reason: 'it got worse' }
export const braked = (reason = 'the alarm was raised', status: EndStatus = 'needsHuman'): RunEvent => ({
  type: 'braked',
  status,
  reason,
})
export const confirmAsked = (at: At): RunEvent => ({ type: 'confirmAsked', ...at, of: 'Cy' })
export const confirmed = (at: At, ok = true): RunEvent => ({
  type: 'confirmed',
  ...at,
  ok,
  reason: ok ? 'it works' : 'it does not work',
  by: 'Cy',
})
export const skipped = (at: At, reason = 'not needed'): RunEvent => ({ type: 'stepSkipped', ...at, reason })
export const failed = (at: At): readonly RunEvent[] => [preflighted(at), started(at), ended(at, 'failed')]
export const undone = (at: At): readonly RunEvent[] => [undoStarted(at), undoEnded(at)]

/** What is owed in short: `preflight recycle web-01, act recycle web-02`, `rest`, `rest until +30` (minutes). */
export function owes(run: Run, at = t0, authors: readonly string[] | null = []): string {
  const { works, wakeAt } = owed(run, at, { ...nobody, authors })
  if (works.length > 0) return works.map(inShort).join(', ')
  return wakeAt === null ? 'rest' : `rest until +${(wakeAt - t0) / minute}`
}
function inShort(work: Work): string {
  const where = 'at' in work ? ` ${work.at.step} ${work.at.target}` : ''
  if (work.do === 'finish') return `finish ${work.status}`
  if (work.do === 'follow') return `follow${where} ${work.which}`
  if (work.do === 'retry') return `retry${where} ${work.attempt}`
  if (work.do === 'capture') return `capture ${work.id}`
  return `${work.do}${'scope' in work ? ` ${work.scope}` : where}`
}
/** How it would end, with what is said of it. */
export function ends(run: Run, at = t0): string {
  const [work] = owed(run, at, nobody).works
  return work?.do === 'finish' ? `${work.status}: ${work.reason}` : `no end, but ${owes(run, at)}`
}
/** A later attempt of a step, with a key of its own. */
export const startedAgain = (at: At, attempt = 2): RunEvent => ({
  type: 'actionStarted',
  attempt,
  ...sent(at, `act-${attempt}`),
})
