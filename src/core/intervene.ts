// Owns what a person may do to a run that is under way or over: stop it, take it over, and give it back, each with words.
import type { RunCommand } from './decide.ts'
import type { PlannedStep } from './plan.ts'
import { type StepEnd, stepEnd, toUndo } from './progress.ts'
import type { At, EndStatus, Person, Run, RunEvent } from './run.ts'
import { hasFailed, stepOf } from './step-state.ts'
import { type Instant, own } from './values.ts'
import { events, type Refusal, refuse, type Verdict } from './verdict.ts'

type Of<D extends RunCommand['do']> = Extract<RunCommand, { do: D }>

interface Word {
  readonly by: Person
  readonly reason: string
  /** The person may freeze, so a rollback may be sent although it is frozen. */
  readonly released?: boolean
}

export function stop({ by, reason }: Word, run: Run): Verdict {
  if (run.finished && run.finished.status !== 'needsHuman')
    return refuse(`this run has already ended: ${run.finished.reason}`)
  if (run.edit && !run.finished)
    return refuse(`${run.edit.by.name} has asked for it with other values`, `stop ${run.edit.run} instead`)
  if (run.stopRequested && !run.finished) return refuse(`${run.stopRequested.by.name} has already stopped it`)
  const requested: RunEvent = { type: 'stopRequested', by, reason }
  if (run.finished)
    return events(requested, { type: 'finished', status: 'cancelled', reason: `closed by ${by.name}: ${reason}` })
  return events(requested)
}

/** After these ends somebody is called: who takes it in hand lets nobody else be. */
const CALLS_FOR_A_PERSON: ReadonlySet<EndStatus> = new Set(['needsHuman', 'rollbackFailed', 'failed'])

/** What is under way comes to its end; then the run waits for this person. */
export function takeOver({ by, reason }: Word, run: Run, at: Instant): Verdict {
  if (run.finished && !CALLS_FOR_A_PERSON.has(run.finished.status)) return refuse(...ended(run))
  if (run.edit && !run.finished)
    return refuse(`${run.edit.by.name} has asked for it with other values`, `take over ${run.edit.run} instead`)
  if (run.takenOver?.by.id === by.id) return refuse('you have it already', 'resume it, roll it back, or close it')
  if (run.stopRequested && !run.finished)
    return refuse(`${run.stopRequested.by.name} has stopped it`, 'wait for its end')
  const taken: RunEvent = { type: 'takenOver', by, reason }
  // It had ended; in somebody's hand it waits for them, and nobody else is called.
  if (run.finished && run.finished.status !== 'needsHuman') {
    const late = tooLate(run, at)
    if (late) return { ok: false, refusal: late }
    return events(taken, { type: 'finished', status: 'needsHuman', reason: run.finished.reason })
  }
  if (run.finished || run.startedAt) return events(taken)
  const words = `${by.name} has taken it over${reason === '' ? '' : `: ${reason}`}; nothing was sent`
  return events(taken, { type: 'finished', status: 'needsHuman', reason: words })
}

/** runbot goes on from where it stands; every check is made again before anything leaves. */
export function resume({ by, reason, released }: Word, run: Run, at: Instant): Verdict {
  if (run.finished && run.finished.status !== 'needsHuman') return refuse(...ended(run))
  if (!run.finished && !run.takenOver) return refuse('it is under way', 'nothing more is needed')
  const unsure = unsettled(run)
  if (unsure) return { ok: false, refusal: unsure }
  if (!run.startedAt) return refuse('it never began', `start it again with run ${run.runbook?.id ?? ''}`)
  const late = tooLate(run, at)
  if (late) return { ok: false, refusal: late }
  return events({ type: 'resumed', by, reason, ...(released ? { released: true } : {}) })
}

/** A person looked what became of a request that runbot could not tell. */
export function settle(command: Of<'settle'>, run: Run, at: Instant): Verdict {
  const { by, reason, happened } = command
  const open = unknowns(run).filter(
    (each) =>
      (command.step === null || command.step === each.step) &&
      (command.target === null || command.target === each.target),
  )
  if (open.length === 0) return refuse('nothing of this run is unknown', 'look at its newest card')
  if (open.length > 1)
    return refuse(
      `${open.length} requests are unknown: ${open.map((each) => `${each.step} on ${each.target}`).join(', ')}`,
      new Set(open.map((each) => each.target)).size > 1 ? 'name the target' : 'name the step',
    )
  // Too late to go on: what was in doubt is followed to its end, and that is all.
  const late = tooLate(run, at)
  const held: readonly RunEvent[] = late ? [{ type: 'braked', status: 'needsHuman', reason: late.reason }] : []
  return events(...open.map((each): RunEvent => ({ type: 'settled', ...each, happened, by, reason })), ...held)
}

/** A new attempt of what failed, and of nothing else, where the runbook allows one. */
export function retry(command: Of<'retry'>, run: Run, at: Instant): Verdict {
  const { by, reason, target } = command
  if (!run.finished) return refuse('it is under way', 'wait for its end, or take it over')
  const unsure = unsettled(run)
  if (unsure) return { ok: false, refusal: unsure }
  const late = tooLate(run, at)
  if (late) return { ok: false, refusal: late }
  const failed = failedSteps(run).filter((each) => target === null || each.at.target === target)
  if (failed.length === 0)
    return refuse('nothing of this run has failed', target === null ? undefined : 'name another target, or none')
  const undone = (name: string) =>
    run.undo !== null || everyStep(run).some(({ at: { target: of }, end }) => of === name && end === 'undone')
  const kept = failed.filter(({ at: place }) => !undone(place.target))
  if (kept.length === 0 && failed[0])
    return refuse(
      `what ran before ${failed[0].step.id} on ${failed[0].at.target} was rolled back`,
      'run the runbook anew',
    )
  // A target is attempted anew as a whole: one failure of it that may not be repeated would keep it failed.
  const spent = kept.filter(({ step, attempt }) => attempt > (step.retry?.max ?? 0))
  const able = kept.filter(({ at: place }) => spent.every((each) => each.at.target !== place.target))
  const [first] = spent
  if (able.length === 0 && first)
    return refuse(
      first.step.retry
        ? `${first.step.id} was attempted ${first.attempt} times, and its runbook allows no more`
        : `the runbook lets nobody retry ${first.step.id}`,
      'roll it back, close it, or run the runbook anew',
    )
  return events(
    ...able.map(
      ({ at: place, attempt }): RunEvent => ({ type: 'retried', ...place, attempt: attempt + 1, by, reason }),
    ),
  )
}

/** Everything that ran is undone, the last step first. The plan that was approved holds what undoes it. */
export function rollBack({ by, reason, released }: Word, run: Run, at: Instant): Verdict {
  if (!run.finished && !run.takenOver) return refuse('it is under way', 'stop it or take it over first')
  if (run.undo && !run.finished) return refuse(`${run.undo.by.name} has already asked for its rollback`)
  const unsure = unsettled(run, 'rollback')
  if (unsure) return { ok: false, refusal: unsure }
  const targets = (run.draft?.targets ?? []).map(({ name }) => name)
  const ready = targets.some((name) => toUndo(run, name).length > 0) || targets.some((name) => hasFailedUndo(run, name))
  if (!ready)
    return run.startedAt
      ? refuse(
          'nothing that ran can be rolled back, or it already is',
          'look at its steps: who has no rollback says so',
        )
      : refuse('nothing of it ran', 'there is nothing to roll back')
  const late = run.finished?.status === 'needsHuman' ? null : tooLate(run, at)
  if (late) return { ok: false, refusal: late }
  return events({ type: 'rollbackRequested', by, reason, ...(released ? { released: true } : {}) })
}

/** The caller says whether it works: the answer to the question that a step asked, and to nothing else. */
export function confirm(command: Of<'confirm'>, run: Run): Verdict {
  const { at } = command
  const open = awaitingCaller(run)
  const asked = at ? open.filter((each) => each.step === at.step && each.target === at.target) : open
  if (run.finished) return refuse(...ended(run))
  if (asked.length === 0) return refuse('nobody is asked whether it works', 'look at its newest card')
  const { by, ok, reason, via } = command
  return events(
    ...asked.map((each): RunEvent => ({ type: 'confirmed', ...each, ok, reason, by, ...(via ? { via } : {}) })),
  )
}

/** Where the caller was asked, and has not answered. */
export const awaitingCaller = (run: Run): readonly At[] =>
  everyStep(run).flatMap(({ at }) => {
    const { confirm: asked } = stepOf(run, at)
    return asked && !asked.ended ? [at] : []
  })

/** A rollback is owed that was not sent: what failed, or what a person asked for. */
export const owesRollback = (run: Run): boolean =>
  everyStep(run).some(({ at, step }) => {
    const state = stepOf(run, at)
    if (run.undo) return toUndo(run, at.target).some(({ id }) => id === step.id)
    return stepEnd(step, state) === 'open' && state.rollback === null && hasFailed(state)
  })

export interface Unknown extends At {
  readonly which: 'action' | 'rollback'
}

/** Requests of which nobody can tell what became. */
export const unknowns = (run: Run): readonly Unknown[] =>
  everyStep(run).flatMap(({ at }): readonly Unknown[] => {
    const { action, rollback } = stepOf(run, at)
    if (rollback?.ended?.outcome === 'unknown') return [{ ...at, which: 'rollback' }]
    return action?.ended?.outcome === 'unknown' && !rollback ? [{ ...at, which: 'action' }] : []
  })

/** What may be offered on a card: each is decided again when it is asked for. */
export function offersOf(run: Run, by: Person, at: Instant): readonly ('resume' | 'retry' | 'rollback' | 'takeover')[] {
  const ask = { by, reason: '' }
  return [
    ...(resume(ask, run, at).ok && run.finished ? (['resume'] as const) : []),
    ...(retry({ do: 'retry', ...ask, target: null }, run, at).ok ? (['retry'] as const) : []),
    ...(rollBack(ask, run, at).ok ? (['rollback'] as const) : []),
    ...(takeOver(ask, run, at).ok ? (['takeover'] as const) : []),
  ]
}

/** Steps that failed and stayed so, with the attempt that did. */
function failedSteps(run: Run): readonly { readonly at: At; readonly step: PlannedStep; readonly attempt: number }[] {
  return everyStep(run).flatMap(({ at, step, end }, index, all) => {
    const failed = end === 'failed' || end === 'notStarted' || end === 'contradicted'
    const later = all.slice(index + 1).filter((each) => each.at.target === at.target)
    // A rung that succeeded after it has mended it.
    const mended = later.some((each) => each.step.when !== null && each.end === 'succeeded')
    return failed && !mended ? [{ at, step, attempt: stepOf(run, at).attempt }] : []
  })
}

const hasFailedUndo = (run: Run, target: string): boolean =>
  everyStep(run).some(({ at }) => at.target === target && stepOf(run, at).rollback?.ended?.outcome === 'failed')

const everyStep = (run: Run): readonly { readonly at: At; readonly step: PlannedStep; readonly end: StepEnd }[] =>
  (run.draft?.targets ?? []).flatMap(({ name: target }) =>
    (own(run.draft?.steps ?? {}, target) ?? []).map((step) => {
      const at = { target, step: step.id }
      return { at, step, end: stepEnd(step, stepOf(run, at)) }
    }),
  )

/** Both choices, in words (P12): nobody may go on before a person has looked. */
function unsettled(run: Run, only?: Unknown['which']): Refusal | null {
  const first = unknowns(run).find(({ which }) => only === undefined || which === only)
  if (!first) return null
  return {
    reason: `what became of ${first.which === 'rollback' ? 'the rollback of ' : ''}${first.step} on ${first.target} is unknown`,
    fix: 'look there, then say whether it happened: if it did, runbot goes on with its verification; if not, it counts as never started',
  }
}

/** An approval is not for ever: a run is taken up again within its window, or not at all. */
function tooLate(run: Run, at: Instant): Refusal | null {
  const { finished, endedAt, draft } = run
  if (!finished || endedAt === null || !draft || at < endedAt + draft.reopenWithinMs) return null
  const minutes = Math.round(draft.reopenWithinMs / 60_000)
  const ago = minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 6) / 10} h`
  return {
    reason: `it ended more than ${ago} ago, and what was approved then counts no longer`,
    fix: `start it anew with run ${run.runbook?.id ?? ''}`,
  }
}

const ended = (run: Run): [string] => [`this run has already ended: ${run.finished?.reason ?? ''}`]
