// Owns one event of each kind, for the texts that tell them.
import type { RunEvent } from '../../../src/core/run.ts'
import { approval, ask, at, decision, oneApprover, person, plan, request, run } from '../../cards/fixtures.ts'

const where = { step: 'recycle-pool', target: 'web-01' }
const gate = { plan, checked: [] }
const sent = { key: 'k', request: request('ops.recycle_pool', {}, 1), gate, deadlineAt: at }

/** An event by its type, as a run like those of the fixtures would have it. */
export function eventOf<T extends RunEvent['type']>(type: T, changes: object = {}): Extract<RunEvent, { type: T }> {
  const { draft, blast, context, candidates, runbook, requested, origin } = run()
  const all: { readonly [K in RunEvent['type']]: object } = {
    proposed: { origin, context, candidates, runbook, requested },
    planned: { draft, blast, context, replaces: null },
    joined: { incident: { sysId: '3'.repeat(32), number: 'INC0010002' } },
    evidenceCaptured: {
      id: '1',
      do: 'ops.diagnostics',
      target: 'web-01',
      ok: true,
      summary: 's',
      sha256: null,
      bytes: 0,
    },
    waited: { reason: 'the CMDB does not answer' },
    advised: {
      model: 'm',
      ranking: [],
      values: {},
      confidence: 0.8,
      none: false,
      dropped: [],
      chose: false,
      used: false,
    },
    stormGrew: { members: 6, resolved: 1, sample: [], root: null, symptoms: ['SiteDown'] },
    suppressed: { by: person('Kim Lee'), until: at, symptoms: ['SiteDown'] },
    compared: { agrees: true, reason: 'people recycled the pool', savedMs: 60_000, actual: {}, by: null },
    demoted: { environments: ['prod'], reason: 'the verification of recycle-pool on web-01 failed' },
    decided: { plan, rule: oneApprover(), decision: decision(), expiresAt: ask().expiresAt },
    stepAsked: { scope: 'step:iisreset', plan, rule: oneApprover(), expiresAt: ask().expiresAt },
    reminded: { scope: 'run', count: 1 },
    escalated: { scope: 'run', to: ['sre-on-call'] },
    glassBroken: { by: person('Kim Lee'), reason: 'nobody answers' },
    editRequested: {
      by: person('Kim Lee'),
      parameters: { pool: 'Shop' },
      run: 'R0000000002',
      note: '',
      conversation: {},
    },
    standardChangeOpened: { sysId: '4'.repeat(32), number: 'CHG0030001' },
    approved: approval(),
    rejected: { by: person('Kim Lee'), scope: 'run', plan, note: 'not now' },
    clickRefused: { by: person('Kim Lee'), verb: 'approve', scope: 'run', reason: 'not in the group' },
    stopRequested: { by: person('Kim Lee'), reason: 'wrong host' },
    takenOver: { by: person('Kim Lee'), reason: 'I look at it' },
    resumed: { by: person('Kim Lee'), reason: 'it is fine' },
    settled: { ...where, which: 'action', happened: true, by: person('Kim Lee'), reason: 'I looked' },
    retried: { ...where, attempt: 2, by: person('Kim Lee'), reason: 'once more' },
    rollbackRequested: { by: person('Kim Lee'), reason: 'worse than before' },
    braked: { status: 'needsHuman', reason: 'the alarm was raised' },
    executionStarted: { plan },
    preflighted: { ...where, ok: true, reason: '', result: null },
    actionStarted: { ...where, ...sent, attempt: 1 },
    actionAccepted: { ...where, key: 'k', handle: 'h' },
    actionEnded: { ...where, key: 'k', outcome: 'succeeded', effect: 'possible', reason: '', result: null },
    verifyStarted: where,
    verified: { ...where, ok: true, reason: '', result: null },
    confirmAsked: { ...where, of: 'Omar Reyes' },
    confirmed: { ...where, ok: true, reason: 'Omar Reyes says it works: thank you', by: 'Omar Reyes' },
    stepSkipped: { ...where, reason: 'not needed' },
    rungReached: { ...where, step: 'iisreset', reason: 'recycle-pool failed' },
    rollbackStarted: { ...where, ...sent },
    rollbackAccepted: { ...where, key: 'k', handle: 'h' },
    rollbackEnded: { ...where, key: 'k', outcome: 'succeeded', reason: '' },
    finished: { status: 'succeeded', reason: 'every step was verified' },
  }
  return { type, ...all[type], ...changes } as Extract<RunEvent, { type: T }>
}

/** Every kind of event, once. */
export const everyType: readonly RunEvent['type'][] = [
  'proposed',
  'planned',
  'joined',
  'evidenceCaptured',
  'waited',
  'decided',
  'stepAsked',
  'reminded',
  'escalated',
  'glassBroken',
  'editRequested',
  'standardChangeOpened',
  'approved',
  'rejected',
  'clickRefused',
  'stopRequested',
  'takenOver',
  'resumed',
  'settled',
  'retried',
  'rollbackRequested',
  'braked',
  'executionStarted',
  'preflighted',
  'actionStarted',
  'actionAccepted',
  'actionEnded',
  'verifyStarted',
  'verified',
  'confirmAsked',
  'confirmed',
  'stepSkipped',
  'rungReached',
  'rollbackStarted',
  'rollbackAccepted',
  'rollbackEnded',
  'finished',
]

/** A copy of an event in which every text is this one. */
export function filled<T>(value: T, text: string): T {
  const fixed = new Set(['type', 'outcome', 'status', 'effect', 'scope', 'plan', 'answer', 'kind'])
  const walk = (json: unknown, key: string): unknown => {
    if (typeof json === 'string') return fixed.has(key) ? json : text
    if (Array.isArray(json)) return json.map((each) => walk(each, key))
    if (typeof json !== 'object' || json === null) return json
    return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, walk(each, name)]))
  }
  return walk(value, '') as T
}
