// Owns the looks of a run that is under way with many targets, in a person's hand, asked of its caller, or guided.
import type { RunCardContext } from '../../src/app/views/run-card.ts'
import type { Draft, PlannedRequest, PlannedStep } from '../../src/core/plan.ts'
import type { Run, RunEvent } from '../../src/core/run.ts'
import type { StepState } from '../../src/core/step-state.ts'
import { isObject, type JsonObject } from '../../src/core/values.ts'
import {
  ask,
  at,
  begun,
  check,
  context,
  decide,
  decision,
  done,
  draft,
  ended,
  evil,
  hostileRun,
  many,
  on,
  oneApprover,
  over,
  passing,
  person,
  request,
  run,
  running,
  type Shown,
  sent,
  shown,
  step,
  undone,
  unverified,
} from './fixtures.ts'

const minute = 60_000
const hour = 60 * minute
const kim = { by: person('Kim Lee'), reason: 'I look at it, the load balancer is odd' }

export const preflighted = (captured: JsonObject = {}, reason = 'result.state in ["Started", "Degraded"]') => ({
  preflight: { ok: true, reason, contradicts: false, captured, at: at + 2 * minute },
})
const contradicted = (): StepState =>
  step({
    preflight: {
      ok: false,
      reason: 'result.state in ["Started", "Degraded"] does not hold, it is {"state":"Stopped","by":"app-team"}',
      contradicts: true,
      captured: {},
      at,
    },
  })
export const lost = (): StepState =>
  step({
    ...preflighted(),
    action: sent('ops.recycle_pool', ended('unknown', 'no answer, and the key is not known there')),
  })
const skipped = (): StepState => step({ skipped: 'recycle-pool did not fail' })
const confirming = (end: { readonly ok: boolean; readonly reason: string } | null): StepState => ({
  ...done(),
  confirm: { askedAt: at + 6 * minute, of: 'Omar Reyes', ended: end && { ...end, at: at + 9 * minute } },
})

/** A copy of a draft in which every step of every target is changed. */
export function withSteps(of: Draft, change: (step: PlannedStep) => PlannedStep): Draft {
  const steps = Object.entries(of.steps).map(([target, all]) => [target, all.map(change)] as const)
  return { ...of, steps: Object.fromEntries(steps) }
}
const asksCaller = (of: Draft): Draft =>
  withSteps(of, (each) =>
    each.id === 'recycle-pool' ? { ...each, confirm: { by: 'caller', withinMs: 30 * minute } } : each,
  )
const retries = (of: Draft): Draft =>
  withSteps(of, (each) => (each.id === 'recycle-pool' ? { ...each, retry: { max: 2, afterMs: 30_000 } } : each))

const evidence = (id: string, name: string, summary: string): Extract<RunEvent, { type: 'evidenceCaptured' }> => ({
  type: 'evidenceCaptured',
  id,
  do: name,
  target: 'web-01',
  ok: true,
  summary,
  sha256: 'd'.repeat(64),
  bytes: 96,
})
/** The same two looks before and after, and what an endpoint answered in between. */
export const looked = (): Run['evidence'] => [
  evidence('1', 'http.get', 'status 503 · body maintenance'),
  evidence('2', 'prometheus.error_ratio', 'value 0.4 · series 1 entries'),
  evidence('action-0a1b2c3d', 'ops.recycle_pool', 'succeeded: the pool was recycled'),
  evidence('after-1', 'http.get', 'status 200 · body maintenance'),
  evidence('after-2', 'prometheus.error_ratio', 'value 0.4 · series 1 entries'),
]

const scale = (host: string): PlannedStep => ({
  id: 'scale',
  title: 'Add read replicas',
  tier: 2,
  when: null,
  approval: 'always',
  preflight: {
    ...check('ops.replicas', { host }, 'result.replicas < 8'),
    capture: { replicas: { from: 'result.replicas', type: 'integer', min: 1, max: 8 } },
  },
  action: {
    ...request('ops.scale', { host, replicas: '${steps["scale"].captured.replicas + 1}' }, 2),
    deferred: [['replicas']],
  },
  verify: check('ops.replicas', { host }, 'result.ready'),
  rollback: {
    ...request('ops.scale', { host, replicas: '${steps["scale"].captured.replicas}' }, 2),
    deferred: [['replicas']],
  },
})

export const guided = (targets: readonly string[] = ['db-01']): Draft => ({
  ...draft(targets),
  runbook: { ...draft().runbook, id: 'scale-read-replicas', title: 'Scale the read replicas' },
  guided: true,
  steps: Object.fromEntries(targets.map((name) => [name, [scale(name)]])),
})

/** Fills what was captured, as the app does with the compiled template. */
export const fill = (planned: PlannedRequest): PlannedRequest => {
  const { deferred, ...rest } = planned
  if (!deferred || !isObject(rest.with)) return planned
  return { ...rest, with: { ...rest.with, replicas: String(rest.with['replicas']).includes('+ 1') ? 4 : 3 } }
}

const rollout = (): Draft => ({
  ...retries(asksCaller(draft(many(20)))),
  concurrency: 5,
  batch: 4,
  stopAfterFailures: 2,
  waveApproval: 'always',
  alarm: check('prometheus.error_ratio', { site: 'shop' }, 'result.value != null && result.value < 0.05'),
  reopenWithinMs: 72 * hour,
})
const withUndoCheck = (of: Draft): Draft =>
  withSteps(of, (each) =>
    each.rollback ? { ...each, rollbackCheck: check('ops.pool_backup', { host: 'x' }, 'result.exists') } : each,
  )

/** 20 targets in every state that there is. */
const mixed = (): Run['steps'] =>
  Object.fromEntries(
    many(20).flatMap((name, index): [string, { readonly [id: string]: StepState }][] => {
      if (index < 6) return [[name, { 'recycle-pool': done(), iisreset: skipped() }]]
      if (index < 10) return [[name, { 'recycle-pool': running() }]]
      if (index === 10) return [[name, { 'recycle-pool': { ...running(), attempt: 2 } }]]
      if (index === 11) return [[name, { 'recycle-pool': undone('succeeded'), iisreset: skipped() }]]
      if (index === 12) return [[name, { 'recycle-pool': lost() }]]
      if (index === 13) return [[name, { 'recycle-pool': contradicted() }]]
      return []
    }),
  )

const alarm = 'the alarm of this rollout was raised: result.value < 0.05 does not hold, it is {"value":0.31}'
const asked = (scope: string): Partial<Run> =>
  begun({
    status: 'awaitingStepApproval',
    asks: { run: ask(), [scope]: { ...ask(scope), at: at + 5 * minute } },
  })
const offers = (...all: NonNullable<RunCardContext['offers']>): Partial<RunCardContext> => ({ offers: all })
const after = (names: readonly string[]): string => names.map((name) => `${name}: stopped`).join('; ')

export const executionLooks: { readonly [name: string]: () => Shown } = {
  stale: () =>
    shown(
      over(
        'failed',
        `web-01: preflight of recycle-pool says stop: ${contradicted().preflight?.reason}`,
        begun(on('web-01', { 'recycle-pool': contradicted() })),
      ),
    ),
  unknown: () =>
    shown(
      over(
        'needsHuman',
        'web-01: what became of recycle-pool cannot be told: no answer, and the key is not known there',
        begun(on('web-01', { 'recycle-pool': lost() })),
      ),
      ['settle yes', 'settle no', 'takeover', 'rollback', 'stop'],
      offers('settle', 'rollback', 'takeover', 'close'),
    ),
  'unknown-many': () =>
    shown(
      over(
        'needsHuman',
        many(5)
          .map((name) => `${name}: what became of recycle-pool cannot be told: no answer`)
          .join('; '),
        begun({
          draft: draft(many(20)),
          steps: Object.fromEntries(many(5).map((name) => [name, { 'recycle-pool': lost() }])),
        }),
      ),
      ['settle yes', 'settle no', 'takeover', 'rollback', 'stop'],
      offers('settle', 'rollback', 'takeover', 'close'),
    ),
  'unknown-rollback': () =>
    shown(
      over(
        'needsHuman',
        'web-01: what became of recycle-pool cannot be told: no answer',
        begun(
          on('web-01', {
            'recycle-pool': { ...unverified(), rollback: sent('ops.start_pool', ended('unknown', 'no answer')) },
          }),
        ),
      ),
      ['settle yes', 'settle no', 'takeover', 'stop'],
      offers('settle', 'takeover', 'close'),
    ),
  'taking-over': () =>
    shown(
      run(
        begun({
          status: 'executing',
          takenOver: { ...kim, at: at + 5 * minute },
          ...on('web-01', { 'recycle-pool': running() }),
        }),
      ),
      ['stop', 'takeover'],
      offers('takeover'),
    ),
  'taken-over': () =>
    shown(
      over(
        'needsHuman',
        `Kim Lee has taken it over: ${kim.reason}. web-01: stopped after recycle-pool`,
        begun({ takenOver: { ...kim, at: at + 5 * minute }, ...on('web-01', { 'recycle-pool': done() }) }),
      ),
      ['resume', 'takeover', 'rollback', 'stop'],
      offers('resume', 'rollback', 'takeover', 'close'),
    ),
  'failed-retryable': () =>
    shown(
      over(
        'failed',
        'web-01: recycle-pool failed: access denied',
        begun({
          draft: retries(draft()),
          ...on('web-01', {
            'recycle-pool': step({ attempt: 2, action: sent('ops.recycle_pool', ended('failed', 'access denied')) }),
          }),
        }),
      ),
      ['retry', 'rollback'],
      offers('retry', 'rollback'),
    ),
  retrying: () =>
    shown(
      run(
        begun({
          status: 'executing',
          draft: retries(draft()),
          ...on('web-01', { 'recycle-pool': { ...running(), attempt: 2 } }),
        }),
      ),
      ['stop', 'takeover'],
      offers('takeover'),
    ),
  'retry-follows': () =>
    shown(
      run(
        begun({
          status: 'executing',
          draft: retries(draft()),
          ...on('web-01', { 'recycle-pool': undone('succeeded') }),
        }),
      ),
      ['stop', 'takeover'],
      offers('takeover'),
    ),
  effect: () =>
    shown(
      over(
        'succeeded',
        'verified on web-01',
        begun({ evidence: looked(), ...on('web-01', { 'recycle-pool': done(), iisreset: skipped() }) }),
      ),
      ['rollback'],
      offers('rollback'),
    ),
  undoing: () =>
    shown(
      run(
        begun({
          status: 'rollingBack',
          undo: { by: person('Kim Lee'), reason: 'worse than before' },
          released: { by: person('Kim Lee'), reason: 'worse than before' },
          ...on('web-01', { 'recycle-pool': { ...done(), rollback: sent('ops.start_pool') } }),
        }),
      ),
    ),
  undone: () =>
    shown(
      over(
        'rolledBack',
        'Kim Lee had it undone: worse than before. web-01: recycle-pool rolled back',
        begun({
          undo: { by: person('Kim Lee'), reason: 'worse than before' },
          ...on('web-01', { 'recycle-pool': { ...done(), rollback: sent('ops.start_pool', ended('succeeded')) } }),
        }),
      ),
    ),
  braking: () =>
    shown(
      run(
        begun({
          status: 'executing',
          draft: { ...rollout(), waveApproval: null },
          brake: { status: 'needsHuman', reason: alarm },
          steps: mixed(),
        }),
      ),
      ['stop', 'takeover'],
      offers('takeover'),
    ),
  braked: () =>
    shown(
      over(
        'needsHuman',
        `${alarm}. web-01: finished before (succeeded); ${after(many(20).slice(1))}`,
        begun({
          draft: rollout(),
          brake: { status: 'needsHuman', reason: alarm },
          steps: {
            'web-01': { 'recycle-pool': done(), iisreset: skipped() },
            'web-02': { 'recycle-pool': unverified() },
          },
        }),
      ),
      ['resume', 'takeover', 'rollback', 'stop'],
      offers('resume', 'rollback', 'takeover', 'close'),
    ),
  'stopped-many': () =>
    shown(
      over(
        'cancelled',
        `stopped by Kim Lee: wrong host. web-01: finished before (succeeded); ${after(many(20).slice(1))}`,
        begun({
          draft: draft(many(20)),
          stopRequested: { by: person('Kim Lee'), reason: 'wrong host' },
          steps: {
            'web-01': { 'recycle-pool': done(), iisreset: skipped() },
            'web-02': { 'recycle-pool': unverified() },
          },
        }),
      ),
      ['rollback'],
      offers('rollback'),
    ),
  confirming: () =>
    shown(
      run(
        begun({
          status: 'verifying',
          draft: asksCaller(draft()),
          ...on('web-01', { 'recycle-pool': confirming(null) }),
        }),
      ),
      ['confirm yes', 'confirm no', 'stop', 'takeover'],
      { ...offers('confirm', 'takeover'), caller: 'Omar Reyes' },
    ),
  'not-confirmed': () =>
    shown(
      over(
        'failed',
        'web-01: recycle-pool failed: Omar Reyes says it does not work: still 503',
        begun({
          draft: withSteps(asksCaller(draft()), (each) => ({ ...each, rollback: null })),
          ...on('web-01', {
            'recycle-pool': confirming({ ok: false, reason: 'Omar Reyes says it does not work: still 503' }),
            iisreset: skipped(),
          }),
        }),
      ),
    ),
  guided: () =>
    shown(run({ draft: guided(), runbook: { id: 'x', title: 'Scale the read replicas', owner: 'dba' } }), decide),
  'guided-step': () =>
    shown(
      run({
        ...asked('step:scale@db-02'),
        draft: guided(['db-01', 'db-02']),
        runbook: { id: 'x', title: 'Scale the read replicas', owner: 'dba' },
        steps: {
          'db-01': { scale: done() },
          'db-02': { scale: step(preflighted({ replicas: 3 }, 'result.replicas < 8')) },
        },
      }),
      [...decide, 'stop', 'takeover'],
      { fill, ...offers('takeover') },
    ),
  'step-of-many': () =>
    shown(
      run({
        ...asked('step:iisreset'),
        draft: draft(many(20)),
        steps: Object.fromEntries(
          many(7).map((name) => [name, { 'recycle-pool': unverified(), iisreset: step(preflighted()) }]),
        ),
      }),
      [...decide, 'stop', 'takeover'],
      offers('takeover'),
    ),
  'awaiting-wave': () =>
    shown(
      run({
        ...asked('wave:2'),
        draft: { ...draft(many(20)), waveApproval: 'always' },
        steps: { 'web-01': { 'recycle-pool': done(), iisreset: skipped() } },
      }),
      [...decide, 'stop', 'takeover'],
      offers('takeover'),
    ),
  rollout: () => shown(run({ draft: withUndoCheck(rollout()) }), decide),
  'twenty-targets': () =>
    shown(
      run(begun({ status: 'executing', draft: { ...rollout(), stopAfterFailures: 9 }, steps: mixed() })),
      ['stop', 'takeover'],
      offers('takeover'),
    ),
  // Names that are longer than a button may carry are settled in chat; three that are as long as it may.
  'hostile-unknown': () => {
    const base = hostileRun()
    const names = many(6).map((name) => `${name}.${evil(140)}`)
    return shown(
      {
        ...base,
        status: 'needsHuman',
        startedAt: at,
        draft: { ...(base.draft ?? draft()), ...pick(draft(names)) },
        steps: Object.fromEntries(names.map((name) => [name, { 'recycle-pool': lost() }])),
        takenOver: { by: person(evil(4000)), reason: evil(4000), at },
        finished: { status: 'needsHuman', reason: evil(4000), at },
      },
      ['settle yes', 'settle no', 'resume', 'retry', 'takeover', 'rollback', 'stop'],
      { describe: () => evil(4000), ...offers('settle', 'resume', 'retry', 'rollback', 'takeover', 'close') },
    )
  },
  'hostile-confirm': () => {
    const base = hostileRun()
    const names = base.draft?.targets.map(({ name }) => name) ?? []
    return shown(
      {
        ...base,
        status: 'verifying',
        startedAt: at,
        draft: base.draft && asksCaller(base.draft),
        steps: Object.fromEntries(names.map((name) => [name, { 'recycle-pool': confirming(null) }])),
        brake: { status: 'failed', reason: evil(4000) },
      },
      ['confirm yes', 'confirm no', 'stop', 'takeover'],
      { describe: () => evil(4000), caller: evil(4000), ...offers('confirm', 'takeover') },
    )
  },
  'hostile-step': () => {
    const name = `db-01.${evil(300)}`
    const base = hostileRun()
    return shown(
      {
        ...base,
        ...asked(`step:scale@${name}`),
        draft: {
          ...(base.draft ?? draft()),
          ...pick(guided([name, 'db-02'])),
          guided: true,
          alarm: check('x.y', {}, evil(4000)),
        },
        asks: { [`step:scale@${name}`]: ask(`step:scale@${name}`, oneApprover()) },
        steps: { [name]: { scale: step(preflighted({ [evil(200)]: evil(4000) }, evil(4000))) } },
        decision: decision(passing()),
        context: context(),
      },
      [...decide, 'stop', 'takeover'],
      { describe: () => evil(4000), ...offers('takeover') },
    )
  },
}

const pick = ({ targets, waves, steps }: Draft): Pick<Draft, 'targets' | 'waves' | 'steps'> => ({
  targets,
  waves,
  steps,
})
