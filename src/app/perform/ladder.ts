// Owns the steps between steps: weighing a rung, skipping, asking for a step, rolling back, finishing.
import { decide } from '../../core/decide.ts'
import { halt, haltNow, isUnderWay } from '../../core/ending.ts'
import { owed, type Work, workKey } from '../../core/owed.ts'
import { partRule } from '../../core/policy.ts'
import type { Run, RunEvent } from '../../core/run.ts'
import { stepScope } from '../../core/scope.ts'
import { evaluateBoolean, type Millis } from '../../core/values.ts'
import { events, refuse } from '../../core/verdict.ts'
import { governanceNow } from '../autonomy.ts'
import { partiesOf } from '../parties.ts'
import { heldElsewhere, keyOf, recordStart, SEND_WITHIN_MS, send, stopFor } from './act.ts'
import { type Performed, type Performing, record, wait } from './context.ts'
import { frozenNow } from './leaving.ts'

const HELD_MS: Millis = 5_000

/** A rung is climbed only where its condition is known to hold. */
export function weighRung(work: Performing, { at, step }: Extract<Work, { do: 'weighRung' }>): Promise<Performed> {
  const when = step.when ?? 'false'
  const answer = evaluateBoolean(work.deps.compile(when), stepScope(work.run, at.target))
  if (answer.ok && answer.value) return record(work, { type: 'rungReached', ...at, reason: when })
  const reason = answer.ok ? `not needed: ${when} does not hold` : `${when} cannot be told: ${answer.reason}`
  return record(work, { type: 'stepSkipped', ...at, reason })
}

/** The runbook lets it be attempted anew; not once somebody, or the brake, holds the run back. */
export const retry = (work: Performing, { at, attempt, reason }: Extract<Work, { do: 'retry' }>): Promise<Performed> =>
  work.transact((run) =>
    run.finished || run.stopRequested || run.takenOver || run.brake || run.undo
      ? refuse('nothing new is started any more')
      : events({ type: 'retried', ...at, attempt, by: null, reason }),
  )

/** Asks for a step or a wave, by the rule that it needs now. */
export async function askPart(work: Performing, { part, scope }: Extract<Work, { do: 'askPart' }>): Promise<Performed> {
  const { run, deps } = work
  const { draft, context, glass } = run
  if (!draft) return { againMs: Number.POSITIVE_INFINITY }
  const governance = await governanceNow(deps, run.id)
  const answer = partRule({ draft, governance, facts: { context, glass }, at: deps.clock.now() }, part)
  if ('refused' in answer) return stopFor(work, 'needsHuman', `${scope}: ${answer.refused}`)
  return work.transact((current, at) => decide({ do: 'askPart', scope, rule: answer.rule, again: false }, current, at))
}

/** A rollback is gated by plan hash, fence and freeze alone (P2). */
export async function rollBack(
  work: Performing,
  { at, request }: Extract<Work, { do: 'rollBack' }>,
): Promise<Performed> {
  const { deps, run } = work
  const elsewhere = await heldElsewhere(work)
  if (elsewhere !== null)
    return wait(work, `${at.step} on ${at.target} is to be rolled back, but ${elsewhere}`, HELD_MS)
  const checkedAt = deps.clock.now()
  const frozen = run.released ? null : await frozenNow(work)
  if (frozen) return leave(work, `${at.step} on ${at.target} is to be rolled back, but ${frozen}`)
  const key = keyOf(work, at, 'rollback')
  const deadlineAt = deps.clock.now() + Math.min(request.timeoutMs, SEND_WITHIN_MS)
  const gate = { plan: run.plan ?? '', checked: ['plan hash', 'fence', 'freeze'] }
  const { performed, sent } = await recordStart(work, { do: 'startRollback', at, key, gate, deadlineAt })
  if (sent) await send(work, at, sent, { key, deadlineAt, checkedAt, freezable: !run.released }, 'rollback')
  return performed
}

/** What a freeze holds back is left to a person; what is under way on other targets ends first. */
async function leave(work: Performing, reason: string): Promise<Performed> {
  const status = 'needsHuman'
  let waits = false
  const performed = await work.transact((run) => {
    waits = isUnderWay(run)
    if (run.finished || (waits && run.brake)) return { ok: true, events: [] }
    return { ok: true, events: [waits ? { type: 'braked', status, reason } : haltNow(run, status, reason)] }
  })
  return waits ? { againMs: HELD_MS } : performed
}

export function expire(work: Performing, owing: Extract<Work, { do: 'expire' }>): Promise<Performed> {
  const { run } = work
  const { scope } = owing
  const missing = run.asks[scope]?.rule.name ?? scope
  const reason = `nobody decided in time (${missing}${scope === 'run' ? '' : `, ${scope}`})`
  return ifStillOwed(work, owing, (now) => halt(now, now.startedAt ? 'needsHuman' : 'expired', reason))
}

export const finish = (work: Performing, owing: Extract<Work, { do: 'finish' }>): Promise<Performed> =>
  ifStillOwed(work, owing, () => ({ type: 'finished', status: owing.status, reason: owing.reason }))

/** A person may have taken the run up again since this was found to be owed. */
const ifStillOwed = (work: Performing, owing: Work, event: (run: Run) => RunEvent): Promise<Performed> =>
  work.transact((run, at) => {
    const { works } = owed(run, at, partiesOf(work.deps, run))
    const still = works.some((each) => workKey(each) === workKey(owing) && sameEnd(each, owing))
    return still ? events(event(run)) : refuse('it is owed no more')
  })

const sameEnd = (one: Work, other: Work): boolean =>
  one.do !== 'finish' || (other.do === 'finish' && one.status === other.status)
