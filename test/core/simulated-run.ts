// Owns a run that random commands work on, as the shell would: decide, append, fold; every choice comes in as a number.
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import type { Parties } from '../../src/core/approval.ts'
import { decide, type RunCommand } from '../../src/core/decide.ts'
import { emptyRun, evolve } from '../../src/core/evolve.ts'
import type { ApprovalRule } from '../../src/core/governance.ts'
import { owed, type Work } from '../../src/core/owed.ts'
import { type Draft, type PlannedStep, planHash } from '../../src/core/plan.ts'
import type { Decision } from '../../src/core/policy.ts'
import type { At, Run, RunEvent } from '../../src/core/run.ts'
import { hasMutated, stepOf } from '../../src/core/step-state.ts'
import { stepScope } from '../../src/core/scope.ts'
import { evaluateBoolean, type Instant } from '../../src/core/values.ts'
import { cel, decision, draft, minute, oneApprover, person, planned, proposed, step, t0 } from './given.ts'

/** Who clicks, and the groups that the directory says they are in. */
export const people = {
  ana: ['owner'],
  bo: ['cab'],
  cy: ['owner', 'cab'],
  requester: ['owner', 'cab'],
  author: ['owner', 'cab'],
  outsider: [],
} as const satisfies { readonly [name: string]: readonly string[] }
const names = Object.keys(people) as (keyof typeof people)[]

export interface Shape {
  readonly targets: number
  readonly stopAfterFailures: number
  readonly undoAll: boolean
  readonly rung: 'asks' | 'plain' | 'none'
  readonly last: boolean
  readonly rollback: boolean
  readonly preflight: boolean
  readonly twoPeople: boolean
  readonly authorKnown: boolean
}

/** What happens next: a kind, and three numbers that choose everything else. */
export type Move = readonly [kind: Kind, a: number, b: number, c: number]
export const peopleKinds = ['approve', 'approveOther', 'decide', 'begin', 'askStep'] as const
export const engineKinds = ['work', 'preflight', 'start', 'undo', 'end', 'verify', 'tick', 'crash'] as const
/** What ends a run, or soon will. */
export const enders = ['reject', 'stop', 'finish'] as const
export type Kind = (typeof peopleKinds | typeof engineKinds | typeof enders)[number]

export interface Logged {
  readonly at: Instant
  readonly event: RunEvent
}

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T

export function simulatedRun(shape: Shape) {
  const rule: ApprovalRule = oneApprover({
    name: 'the-rule',
    lines: shape.twoPeople
      ? [
          { from: ['owner'], quorum: 1 },
          { from: ['cab'], quorum: 1 },
        ]
      : [{ from: ['owner', 'cab'], quorum: 1 }],
    not: ['requester', 'author'],
  })
  const parties: Parties = { requester: 'requester', opener: null, authors: shape.authorKnown ? ['author'] : null }
  const hosts = Array.from({ length: shape.targets }, (_, index) => `web-0${index + 1}`)
  /** Two plans that differ in what they send, each under its own hash. */
  const drafts = ['one', 'two'].map((pool) => draftOf(shape, hosts, pool))
  const hashOf = (of: Draft) => planHash(of, rule, canonicalJson, sha256Hex)
  const plans = new Map(drafts.map((of) => [hashOf(of), of]))
  const hashes = [...plans.keys()]

  const log: Logged[] = []
  let run: Run = emptyRun('r-1')
  let now = t0
  let keys = 0

  const append = (...events: readonly RunEvent[]) => {
    for (const event of events) {
      log.push({ at: now, event })
      run = evolve(run, event, now)
    }
  }
  const command = (given: RunCommand): boolean => {
    const verdict = decide(given, run, now)
    if (verdict.ok) append(...verdict.events)
    return verdict.ok
  }
  /** As the shell records: nothing more once the run has ended. */
  const record = (event: RunEvent) => command({ do: 'record', event })
  const finish = (status: 'needsHuman' | 'expired', reason: string) => record({ type: 'finished', status, reason })

  const gateFor = (right: boolean) => ({ plan: right ? (run.plan ?? '') : 'f'.repeat(64), checked: [] })
  const start = (at: At, what: 'startAction' | 'startRollback', right: boolean) => {
    keys += 1
    return command({ do: what, at, key: `k-${keys}`, gate: gateFor(right), deadlineAt: now + 30_000, parties })
  }
  const decideBy = (effect: number, which: number, replan: boolean) => {
    // The shell hashes what it plans: a decision without a new plan is about the one that is there.
    const of = replan || !run.draft ? pick(drafts, which) : run.draft
    const as: Decision = decision({
      effect: pick(['ask', 'ask', 'allow', 'ask', 'ask', 'allow', 'record', 'stop'], effect),
      rule,
    })
    command({ do: 'decide', plan: hashOf(of), decision: as, replan: replan ? planned(of) : null })
  }
  const answer = (what: 'approve' | 'reject', who: number, scope: string, hash: string, c: number) => {
    const name = pick(names, who)
    command({
      do: what,
      by: person(name),
      scope,
      plan: hash,
      note: '',
      standing: { groups: people[name], unknown: [] },
      parties,
      frozen: c === 7 ? 'frozen' : null,
    })
  }
  const stopNow = () => command({ do: 'stop', by: person('ana'), reason: 'just in time' })
  const openScope = (choice: number) => pick(Object.keys(run.asks).length > 0 ? Object.keys(run.asks) : ['run'], choice)
  const end = (at: At, choice: number) => {
    const { action, rollback } = stepOf(run, at)
    const outcome = pick(['succeeded', 'failed', 'succeeded', 'unknown', 'failed'] as const, choice)
    const reason = `it ${outcome}`
    if (rollback && !rollback.ended) record({ type: 'rollbackEnded', ...at, key: rollback.key, outcome, reason })
    else if (action && !action.ended) {
      const effect = outcome === 'failed' && choice > 5 ? 'none' : 'possible'
      record({ type: 'actionEnded', ...at, key: action.key, outcome, effect, reason, result: null })
    }
  }

  /** Does one owed piece of work as the shell would, with the world's answer chosen by a number. */
  const work = (owing: Work, choice: number): void => {
    switch (owing.do) {
      case 'plan':
        return void record(planned(drafts[0]))
      case 'capture':
        throw new Error('this run has no evidence')
      case 'decide':
        return decideBy(choice === 7 ? 2 : 0, 0, false)
      case 'expire':
        return void finish(run.startedAt ? 'needsHuman' : 'expired', 'nobody decided in time')
      case 'begin':
        if (choice === 4) stopNow()
        return void command({ do: 'begin', parties })
      case 'weighRung': {
        const holds = evaluateBoolean(cel(owing.step.when ?? 'false'), stepScope(run, owing.at.target))
        const type = holds.ok && holds.value ? 'rungReached' : 'stepSkipped'
        return void record({ type, ...owing.at, reason: 'weighed' })
      }
      case 'skip':
        return void record({ type: 'stepSkipped', ...owing.at, reason: owing.reason })
      case 'preflight':
        return void record({ type: 'preflighted', ...owing.at, ok: choice !== 6, reason: 'looked', result: null })
      case 'askStep':
        // An engine that forgot to ask.
        if (choice === 2) start(owing.at, 'startAction', true)
        return void command({ do: 'askStep', scope: owing.scope, rule })
      case 'act':
        if (choice === 5 && !hasMutated(run)) return decideBy(0, 1, true)
        if (choice === 6) return void finish('needsHuman', 'the gate is closed')
        // The gate was open, and then, before the start is recorded, the world moves on, or another engine was faster.
        if (choice === 3) now += 61_000
        if (choice === 4) stopNow()
        if (choice === 2) start(owing.at, 'startAction', true)
        return void start(owing.at, 'startAction', true)
      case 'follow':
        return end(owing.at, choice)
      case 'verify':
        if (owing.startedAt === null) return void record({ type: 'verifyStarted', ...owing.at })
        return void record({ type: 'verified', ...owing.at, ok: choice % 3 !== 1, reason: 'looked', result: null })
      case 'rollBack':
        if (choice === 2) start(owing.at, 'startRollback', true)
        return void start(owing.at, 'startRollback', true)
      case 'finish':
        return void record({ type: 'finished', status: owing.status, reason: owing.reason })
    }
  }
  const doNext = (choice: number): 'worked' | 'rests' => {
    const next = owed(run, now, parties)
    if (!next.work) return 'rests'
    work(next.work, choice)
    return 'worked'
  }

  /** Often the place that is owed something, so that what is out of order there is tried too. */
  const whereTo = (a: number, b: number, c: number): At => {
    const { work: next } = owed(run, now, parties)
    if (c > 2 && next && 'at' in next) return next.at
    return { target: pick([...hosts, '__proto__'], a), step: pick(['first', 'rung', 'last', 'constructor'], b) }
  }

  const move = ([kind, a, b, c]: Move): void => {
    const at = whereTo(a, b, c)
    switch (kind) {
      case 'work':
        return void doNext(a)
      case 'approve':
        return answer('approve', a, openScope(b), run.plan ?? '', c)
      case 'approveOther':
        return answer(
          'approve',
          a,
          pick(['run', 'step:rung', 'step:last', 'constructor'], b),
          pick([...hashes, ''], c),
          0,
        )
      case 'reject':
        return answer('reject', a, openScope(b), pick([run.plan ?? '', ...hashes], c), 0)
      case 'stop':
        return void command({ do: 'stop', by: person(pick(names, a)), reason: 'enough' })
      case 'decide':
        return decideBy(a, b, c % 2 === 0)
      case 'begin':
        return void command({ do: 'begin', parties })
      case 'askStep':
        return void command({ do: 'askStep', scope: pick(['step:rung', 'step:last', 'run'], a), rule })
      case 'preflight':
        return void record({ type: 'preflighted', ...at, ok: c % 4 !== 0, reason: 'looked', result: null })
      case 'start':
        return void start(at, 'startAction', c % 4 !== 0)
      case 'undo':
        return void start(at, 'startRollback', c % 4 !== 0)
      case 'end':
        return end(at, c)
      case 'verify':
        if (stepOf(run, at).action?.ended?.outcome === 'succeeded')
          record({ type: 'verified', ...at, ok: c % 2 === 0, reason: 'looked', result: null })
        return
      case 'finish':
        return void finish('needsHuman', 'a bug')
      case 'tick':
        now += pick([0, 1000, 30_000, 59_000, 61_000, 5 * minute, 10 * minute, 31 * minute], a)
        return
      case 'crash':
        run = refold()
        return
    }
  }
  const refold = (from: readonly Logged[] = log): Run =>
    from.reduce((state, each) => evolve(state, each.event, each.at), emptyRun('r-1'))

  append(proposed)
  return {
    log: log as readonly Logged[],
    rule,
    parties,
    plans,
    state: () => run,
    move,
    refold,
    doNext,
    now: () => now,
    /** When the run wants to be looked at again, or null. */
    wakeAt: () => {
      const next = owed(run, now, parties)
      return next.work ? now : next.wakeAt
    },
    passTo: (at: Instant) => {
      now = Math.max(now, at)
    },
  }
}

export type SimulatedRun = ReturnType<typeof simulatedRun>

function draftOf(shape: Shape, hosts: readonly string[], pool: string): Draft {
  const rollback = shape.rollback ? {} : { rollback: null }
  const look = shape.preflight ? {} : { preflight: null }
  const steps = (host: string): readonly PlannedStep[] => {
    const made = (id: string, changes: Partial<PlannedStep>): PlannedStep => {
      const bare = step(id, host, { ...rollback, ...look, ...changes })
      return { ...bare, action: bare.action && { ...bare.action, with: { host, pool, id } } }
    }
    const rung = { when: 'steps["first"].failed', approval: shape.rung === 'asks' ? 'always' : null }
    return [
      made('first', {}),
      ...(shape.rung === 'none' ? [] : [made('rung', rung)]),
      ...(shape.last ? [made('last', { preflight: null })] : []),
    ]
  }
  return draft(hosts, steps, {
    parameters: { pool },
    waves: hosts.length > 1 ? [hosts.slice(0, 1), hosts.slice(1)] : [hosts],
    stopAfterFailures: shape.stopAfterFailures,
    onFailure: { escalate: null, assign: null, rollback: shape.undoAll ? 'all' : 'step' },
  })
}
