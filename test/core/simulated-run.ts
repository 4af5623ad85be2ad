// Owns a run that random commands work on, as the shell would: decide, append, fold; every choice comes in as a number.

import assert from 'node:assert/strict'
import { compilePlanned } from '../../src/adapters/catalog/template.ts'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import type { Parties } from '../../src/core/approval.ts'
import { decide, type RunCommand } from '../../src/core/decide.ts'
import { halt, haltNow, isUnderWay } from '../../src/core/ending.ts'
import { emptyRun, evolve } from '../../src/core/evolve.ts'
import { gate } from '../../src/core/gate.ts'
import type { ApprovalRule, BreakGlass } from '../../src/core/governance.ts'
import { unknowns } from '../../src/core/intervene.ts'
import { owed, type Work } from '../../src/core/owed.ts'
import { type Draft, type PlannedStep, planHash } from '../../src/core/plan.ts'
import type { Decision } from '../../src/core/policy.ts'
import { bothOf, glassRule, groupsOf } from '../../src/core/rule.ts'
import type { ApprovalScope, At, Run, RunEvent } from '../../src/core/run.ts'
import { stepScope } from '../../src/core/scope.ts'
import { hasMutated, stepOf } from '../../src/core/step-state.ts'
import { evaluateBoolean, type Instant, type JsonObject } from '../../src/core/values.ts'
import { cel, decision, draft, guardrail, minute, oneApprover, person, planned, proposed, step, t0 } from './given.ts'

/** Who clicks, and the groups that the directory says they are in, until they leave or join one. */
const people = {
  ana: ['owner'],
  bo: ['cab', 'lead'],
  cy: ['owner', 'cab'],
  requester: ['owner', 'cab', 'lead'],
  author: ['owner', 'cab'],
  dee: ['on-call', 'cab'],
  lee: ['lead'],
  outsider: [],
} as const satisfies Members
const names = Object.keys(people) as (keyof typeof people)[]
const groups = ['owner', 'cab', 'on-call', 'lead'] as const
export type Members = { readonly [name: string]: readonly string[] }

/** What is true outside of the run; none of it is in the log. */
export interface World {
  readonly members: Members
  readonly frozen: boolean
  /** Which of the two plans the files give now. */
  readonly files: number
  /** Whether the rule of steps and waves has become stricter. */
  readonly strict: boolean
}

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
  readonly opener: 'cy' | 'unknown' | null
  readonly standsIn: boolean
  readonly wavesAsk: boolean
  readonly standardChange: boolean
  readonly concurrency: number
  readonly batch: number | null
  /** Who attempts `first` anew after a failure. */
  readonly retry: 'nobody' | 'people' | 'runbot'
  readonly confirms: boolean
  readonly guided: boolean
  /** `first` sends what its preflight captured. */
  readonly captures: boolean
}

/** What happens next: a kind, and three numbers that choose everything else. */
export type Move = readonly [kind: Kind, a: number, b: number, c: number]
export const peopleKinds = [
  'approve',
  'agree',
  'approveOther',
  'decide',
  'begin',
  'askPart',
  'edit',
  'breakGlass',
] as const
export const worldKinds = ['regroup', 'freeze', 'files', 'strict'] as const
export const engineKinds = ['work', 'preflight', 'start', 'undo', 'end', 'verify', 'tick', 'crash'] as const
/** What ends a run, or soon will. */
export const enders = ['reject', 'stop', 'finish', 'brake'] as const
/** Who takes a run in hand, and what they may do with it then; also after its end. */
export const handKinds = ['takeover', 'resume', 'settle', 'retry', 'rollback', 'sayWhetherItWorks', 'pickUp'] as const
export type Kind = (
  | typeof peopleKinds
  | typeof worldKinds
  | typeof engineKinds
  | typeof enders
  | typeof handKinds
)[number]

export interface Logged {
  readonly at: Instant
  readonly event: RunEvent
  readonly world: World
}

export const breakGlass: BreakGlass = { may: ['lead'], quorum: 2, expiresMs: 15 * minute, setsAside: [] }

/** What an endpoint may say where a preflight captures: also text that looks like an expression (P9). */
export const capturedSize = '${steps["first"].captured.size}'
const sizes = ['3', '3', '3', '3', '4', '${parameters.pool}', '3', capturedSize]

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T

const ruleOf = ({ twoPeople, standsIn }: Shape): ApprovalRule => {
  const later = standsIn ? { substitute: { from: ['on-call', 'cab'], afterMs: 10 * minute } } : {}
  return oneApprover({
    name: 'the-rule',
    lines: twoPeople
      ? [
          { from: ['owner'], quorum: 1, ...later },
          { from: ['cab'], quorum: 1 },
        ]
      : [{ from: ['owner', 'cab'], quorum: 1, ...later }],
    remindMs: 7 * minute,
    not: ['requester', 'author', 'opener'],
  })
}
const cabToo = oneApprover({ name: 'cab-too', lines: [{ from: ['cab'], quorum: 1 }], not: ['requester'] })

/** `faulty`: engines now and then try what is not owed; else they do what is, in any order and at any time. */
export function simulatedRun(shape: Shape, faulty = true) {
  const rule = ruleOf(shape)
  const parties: Parties = {
    requester: 'requester',
    opener: shape.opener,
    authors: shape.authorKnown ? ['author'] : null,
  }
  const hosts = Array.from({ length: shape.targets }, (_, index) => `web-0${index + 1}`)
  /** Two plans that differ in what they send, each under its own hash. */
  const drafts = ['one', 'two'].map((pool) => draftOf(shape, hosts, pool))
  const hashOf = (of: Draft, under: ApprovalRule | null) => planHash(of, under, canonicalJson, sha256Hex)
  const rules = [rule, glassRule(breakGlass)]
  const plans = new Map(rules.flatMap((under) => drafts.map((of) => [hashOf(of, under), of] as const)))
  const hashes = [...plans.keys()]

  const log: Logged[] = []
  let run: Run = emptyRun('r-1')
  let now = t0
  let keys = 0
  let world: World = { members: people, frozen: false, files: 0, strict: false }
  /** By its key: the world as the gate saw it, and the rule that each part needed then. */
  const passed = new Map<string, World & { readonly rules: ReadonlyMap<ApprovalScope, ApprovalRule> }>()

  /** As policy has it: a broken glass asks its own role; else the run's rule, and for its parts what the files say. */
  const ruleNow = () => (run.glass ? glassRule(breakGlass) : rule)
  const partRuleNow = () => (run.glass ? glassRule(breakGlass) : world.strict ? bothOf(rule, cabToo) : rule)
  const standingOf = (name: string, under: ApprovalRule | undefined) =>
    (world.members[name] ?? []).filter((group) => !under || groupsOf(under).includes(group))

  const append = (...events: readonly RunEvent[]) => {
    for (const event of events) {
      log.push({ at: now, event, world })
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
  const finish = (status: 'needsHuman' | 'expired', reason: string) => {
    if (!run.brake) record(halt(run, status, reason))
  }

  /** What a freeze holds back is left to a person, once nothing is under way any more. */
  const leave = (reason: string): void => {
    if (!isUnderWay(run)) record(haltNow(run, 'needsHuman', reason))
    else if (!run.brake) record({ type: 'braked', status: 'needsHuman', reason })
  }

  const gateFor = (right: boolean) => ({ plan: right ? (run.plan ?? '') : 'f'.repeat(64), checked: [] })
  const start = (at: At, what: 'startAction' | 'startRollback', right: boolean) => {
    keys += 1
    return command({
      do: what,
      at,
      key: `k-${keys}`,
      gate: gateFor(right),
      deadlineAt: now + 30_000,
      parties,
      compile: compilePlanned,
    })
  }
  const decideBy = (effect: number, which: number, replan: boolean) => {
    // The shell hashes what it plans: a decision without a new plan is about the one that is there.
    const of = replan || !run.draft ? pick(drafts, which) : run.draft
    const wanted = pick(['ask', 'ask', 'allow', 'ask', 'ask', 'allow', 'record', 'stop'] as const, effect)
    const as: Decision = decision({
      effect: run.glass && wanted === 'allow' ? 'ask' : wanted,
      rule: ruleNow(),
      ...(shape.standardChange ? { standardChange: 'restart' } : {}),
    })
    const replaces = { ...planned(of), replaces: run.plan }
    command({ do: 'decide', plan: hashOf(of, as.rule), decision: as, replan: replan ? replaces : null })
  }
  const answer = (what: 'approve' | 'reject', who: number, scope: string, hash: string, c: number) => {
    const name = pick(names, who)
    command({
      do: what,
      by: person(name),
      scope,
      plan: hash,
      note: '',
      standing: { groups: standingOf(name, run.asks[scope]?.rule), unknown: [] },
      parties,
      frozen: c === 7 || world.frozen ? 'frozen' : null,
    })
  }
  /** The last check as the shell makes it, with everything read afresh; then the start, if it opens. */
  const act = (at: At, scopes: readonly ApprovalScope[]) => {
    const was = run.decision
    if (!was) return
    const parts = new Map(scopes.filter((scope) => scope !== 'run').map((scope) => [scope, partRuleNow()] as const))
    const approvers = run.approvals.map(({ by, scope }) => [by.id, standingOf(by.id, run.asks[scope]?.rule)] as const)
    const answered = gate(run, scopes, {
      plan: hashOf(pick(drafts, world.files), was.rule),
      decision: {
        ...was,
        guardrails: [guardrail('freeze', world.frozen ? 'stop' : 'pass'), ...was.guardrails.slice(1)],
      },
      parties,
      authority: new Map(approvers.map(([id, mine]) => [id, { groups: mine, unknown: false }])),
      rules: parts,
    })
    switch (answered.gate) {
      case 'open':
        passed.set(`k-${keys + 1}`, { ...world, rules: parts })
        return void start(at, 'startAction', true)
      case 'stricter':
        return void command({ do: 'askPart', scope: answered.scope, rule: answered.rule, again: true })
      case 'changed':
        if (!hasMutated(run)) return decideBy(0, world.files, true)
        return finish('needsHuman', answered.reason)
      case 'hold':
      case 'closed':
        return finish('needsHuman', answered.reason)
    }
  }
  const capturedBy = (id: string, choice: number): { readonly captured?: JsonObject } =>
    shape.captures && id === 'first' ? { captured: { size: pick(sizes, choice) } } : {}
  const stopNow = () => command({ do: 'stop', by: person('ana'), reason: 'just in time' })
  const openScope = (choice: number) => pick(Object.keys(run.asks).length > 0 ? Object.keys(run.asks) : ['run'], choice)
  const end = (at: At, choice: number) => {
    const { action, rollback } = stepOf(run, at)
    const outcomes = faulty
      ? (['succeeded', 'failed', 'succeeded', 'unknown', 'failed'] as const)
      : (['succeeded', 'failed', 'succeeded', 'succeeded', 'failed', 'succeeded', 'failed', 'unknown'] as const)
    const outcome = pick(outcomes, choice)
    const reason = `it ${outcome}`
    if (rollback && !rollback.ended) {
      const never = outcome === 'failed' && choice > 3 ? { effect: 'none' as const } : {}
      record({ type: 'rollbackEnded', ...at, key: rollback.key, outcome, reason, ...never })
    } else if (action && !action.ended) {
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
      case 'remind':
        return void record({ type: 'reminded', scope: owing.scope, count: owing.count })
      case 'escalate':
        return void record({ type: 'escalated', scope: owing.scope, to: owing.to })
      case 'replace':
        return void record({ type: 'finished', status: 'cancelled', reason: 'another run follows' })
      case 'openStandardChange':
        return void record({ type: 'standardChangeOpened', sysId: 'c-1', number: 'CHG7' })
      case 'expire':
        return finish(run.startedAt ? 'needsHuman' : 'expired', 'nobody decided in time')
      case 'begin':
        if (choice === 4 && faulty) stopNow()
        return void command({ do: 'begin', parties })
      case 'weighRung': {
        const holds = evaluateBoolean(cel(owing.step.when ?? 'false'), stepScope(run, owing.at.target))
        const type = holds.ok && holds.value ? 'rungReached' : 'stepSkipped'
        return void record({ type, ...owing.at, reason: 'weighed' })
      }
      case 'skip':
        return void record({ type: 'stepSkipped', ...owing.at, reason: owing.reason })
      case 'preflight':
        return void record({
          type: 'preflighted',
          ...owing.at,
          ok: choice !== 6,
          reason: 'looked',
          result: null,
          ...(choice === 6 ? {} : capturedBy(owing.at.step, choice)),
        })
      case 'askPart':
        // An engine that forgot to ask.
        if (choice === 2 && faulty) for (const target of hosts) start({ target, step: 'rung' }, 'startAction', true)
        return void command({ do: 'askPart', scope: owing.scope, rule: partRuleNow(), again: false })
      case 'act':
        if (choice === 5 && faulty && !hasMutated(run)) return decideBy(0, 1, true)
        if (choice === 6 && faulty) return finish('needsHuman', 'the gate is closed')
        // Before the start is recorded time passes, somebody stops it, or another engine was faster.
        if (choice === 3) now += 61_000
        if (choice === 4 && faulty) stopNow()
        if (choice === 2 && faulty) start(owing.at, 'startAction', true)
        return act(owing.at, owing.scopes)
      case 'follow':
        return end(owing.at, choice)
      case 'verify':
        if (owing.startedAt === null) return void record({ type: 'verifyStarted', ...owing.at })
        return void record({
          type: 'verified',
          ...owing.at,
          ok: faulty ? choice % 3 !== 1 : choice !== 1,
          reason: 'looked',
          result: null,
        })
      case 'confirm':
        if (owing.askedAt === null) return void record({ type: 'confirmAsked', ...owing.at, of: 'Cy' })
        return void record({ type: 'confirmed', ...owing.at, ok: choice % 3 !== 1, reason: 'said', by: 'cy' })
      case 'retry':
        return void record({ type: 'retried', ...owing.at, attempt: owing.attempt, by: null, reason: 'again' })
      case 'rollBack':
        if (choice === 2) start(owing.at, 'startRollback', true)
        if (!world.frozen || run.released) return void start(owing.at, 'startRollback', true)
        return leave('it is to be rolled back, but frozen')
      case 'finish':
        return void record({ type: 'finished', status: owing.status, reason: owing.reason })
    }
  }
  const doNext = (choice: number, which = choice): 'worked' | 'rests' => {
    const next = owed(run, now, parties)
    const [first] = next.works
    if (!first) return 'rests'
    work(next.works[which % next.works.length] ?? first, choice)
    return 'worked'
  }

  /** Often the place that is owed something, so that what is out of order there is tried too. */
  const whereTo = (a: number, b: number, c: number): At => {
    const [next] = owed(run, now, parties).works
    if (c > 2 && next && 'at' in next) return next.at
    return { target: pick([...hosts, '__proto__'], a), step: pick(['first', 'rung', 'last', 'constructor'], b) }
  }

  const move = ([kind, a, b, c]: Move): void => {
    const at = whereTo(a, b, c)
    switch (kind) {
      case 'work':
        return void doNext(a, b)
      case 'approve':
        return answer('approve', a, openScope(b), run.plan ?? '', c)
      case 'agree':
        // Everybody who may, to everything that is asked.
        for (const scope of Object.keys(run.asks))
          for (const who of names.keys()) answer('approve', who, scope, run.plan ?? '', 0)
        return
      case 'approveOther':
        return answer(
          'approve',
          a,
          pick(['run', 'step:rung', 'wave:2', 'constructor', 'step:first@web-02'], b),
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
      case 'askPart': {
        const scope = pick(['step:rung', 'wave:2', 'step:last', 'run', 'step:first@web-01', 'step:first'], a)
        return void command({ do: 'askPart', scope, rule: partRuleNow(), again: c % 2 === 0 })
      }
      case 'edit': {
        const name = pick(names, a)
        const standing = { groups: standingOf(name, run.asks['run']?.rule), unknown: [] }
        const next = { run: 'r-2', conversation: {} }
        const values = { parameters: { pool: 'three' }, note: '' }
        const plan = c === 7 ? '' : (run.plan ?? '')
        return void command({ do: 'edit', by: person(name), plan, standing, next, ...values })
      }
      case 'breakGlass':
        return void command({ do: 'breakGlass', by: person(pick(names, a)), reason: 'the shop is down' })
      case 'regroup': {
        // Often somebody who has approved already: it is their leaving that matters.
        const name = c > 3 && run.approvals.length > 0 ? pick(run.approvals, a).by.id : pick(names, a)
        const group = pick(groups, b)
        const mine = world.members[name] ?? []
        const changed = mine.includes(group) ? mine.filter((each) => each !== group) : [...mine, group]
        world = { ...world, members: { ...world.members, [name]: changed } }
        return
      }
      case 'freeze':
        world = { ...world, frozen: !world.frozen }
        return
      case 'files':
        world = { ...world, files: 1 - world.files }
        return
      case 'strict':
        world = { ...world, strict: !world.strict }
        return
      case 'preflight':
        return void record({
          type: 'preflighted',
          ...at,
          ok: c % 4 !== 0,
          reason: 'looked',
          result: null,
          ...capturedBy(at.step, b),
        })
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
        return void record(halt(run, 'needsHuman', 'a bug'))
      case 'brake':
        return finish('needsHuman', 'the alarm was raised')
      case 'takeover':
      case 'resume':
      case 'rollback':
        return void command({ do: kind, by: person(pick(names, a)), reason: 'so be it', released: b % 2 === 0 })
      case 'settle': {
        const one = c > 3 ? pick(unknowns(run), a) : undefined
        const place = { step: one?.step ?? null, target: one?.target ?? null }
        return void command({ do: 'settle', by: person('cy'), reason: 'looked', happened: b % 2 === 0, ...place })
      }
      case 'retry': {
        const target = c > 5 ? pick(hosts, b) : null
        return void command({ do: 'retry', by: person(pick(names, a)), reason: 'again', target })
      }
      case 'pickUp': {
        // Whoever finds it over: looks what became of it, then has it go on, or attempted anew.
        if (!run.finished) return
        const by = { by: person('cy'), reason: 'looked' }
        for (const lost of unknowns(run))
          command({ do: 'settle', ...by, happened: b % 2 === 0, step: lost.step, target: lost.target })
        if (!command({ do: 'resume', ...by })) command({ do: 'retry', ...by, target: c > 5 ? pick(hosts, a) : null })
        return
      }
      case 'sayWhetherItWorks':
        return void command({ do: 'confirm', by: 'cy', ok: a % 3 !== 1, reason: 'said' })
      case 'tick':
        now += pick([0, 1000, 30_000, 59_000, 61_000, 5 * minute, 10 * minute, 31 * minute], a)
        return
      case 'crash': {
        const before = owed(run, now, parties)
        const folded = refold(JSON.parse(JSON.stringify(log)) as readonly Logged[])
        assert.deepEqual(folded, run)
        assert.deepEqual(owed(folded, now, parties), before)
        run = folded
        return
      }
    }
  }
  const refold = (from: readonly Logged[] = log): Run =>
    from.reduce((state, each) => evolve(state, each.event, each.at), emptyRun('r-1'))

  append(proposed)
  return {
    log: log as readonly Logged[],
    parties,
    plans,
    passed: passed as ReadonlyMap<string, World & { readonly rules: ReadonlyMap<ApprovalScope, ApprovalRule> }>,
    state: () => run,
    move,
    refold,
    doNext,
    now: () => now,
    /** All that may be done now. */
    works: () => owed(run, now, parties).works,
    /** When the run wants to be looked at again, or null. */
    wakeAt: () => {
      const next = owed(run, now, parties)
      return next.works.length > 0 ? now : next.wakeAt
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
      const guide = shape.guided ? { approval: 'always' } : {}
      const bare = step(id, host, { ...rollback, ...look, ...guide, ...changes })
      return { ...bare, action: bare.action && { ...bare.action, with: { host, pool, id } } }
    }
    const rung = { when: 'steps["first"].failed', ...(shape.rung === 'asks' ? { approval: 'always' } : {}) }
    const confirm = shape.confirms ? { confirm: { by: 'caller' as const, withinMs: 60 * minute } } : {}
    return [
      capturing(shape, made('first', { ...retryOf(shape), ...confirm })),
      ...(shape.rung === 'none' ? [] : [made('rung', rung)]),
      ...(shape.last ? [made('last', { preflight: null })] : []),
    ]
  }
  return draft(hosts, steps, {
    parameters: { pool },
    waves: hosts.length > 1 ? [hosts.slice(0, 1), hosts.slice(1)] : [hosts],
    waveApproval: shape.wavesAsk ? 'always' : null,
    stopAfterFailures: shape.stopAfterFailures,
    concurrency: shape.guided ? 1 : shape.concurrency,
    ...(shape.batch === null ? {} : { batch: shape.batch }),
    ...(shape.guided ? { guided: true } : {}),
    onFailure: { escalate: null, assign: null, rollback: shape.undoAll ? 'all' : 'step' },
  })
}

const retryOf = ({ retry }: Shape): Partial<PlannedStep> =>
  retry === 'nobody' ? {} : { retry: { max: 2, ...(retry === 'runbot' ? { afterMs: 3 * minute } : {}) } }

/** What was captured is sent, and its rollback with it: both places are left in the plan as they are written. */
function capturing({ captures }: Shape, of: PlannedStep): PlannedStep {
  const { action, rollback, preflight } = of
  if (!captures || !action || !preflight) return of
  const late = { deferred: [['size']] }
  return {
    ...of,
    preflight: { ...preflight, capture: { size: { from: 'result.size', type: 'string', pattern: '.*' } } },
    action: { ...action, with: { ...(action.with as JsonObject), size: capturedSize }, ...late },
    rollback: rollback && { ...rollback, with: { ...(rollback.with as JsonObject), size: capturedSize }, ...late },
  }
}
