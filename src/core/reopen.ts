// Owns what a run becomes when a person takes it up again: resumed, settled, retried, or rolled back.
import { stepAsk } from './plan.ts'
import type { At, Run, RunEvent } from './run.ts'
import { hasFailed, noStep, type Sent, type StepState, stepOf, withStep } from './step-state.ts'
import { type Instant, own } from './values.ts'

type Reopening = Extract<RunEvent, { type: 'resumed' | 'retried' | 'settled' | 'rollbackRequested' }>

/** The run goes on: its end is no longer one. What held it back is over, but for what a person merely settles. */
export function reopen(run: Run, event: Reopening, at: Instant): Run {
  // A retry of runbot's own takes nothing up again: it goes on.
  if (event.type === 'retried' && event.by === null)
    return attempted({ ...run, asks: asksOfKnown(run, event), waiting: null }, event)
  const again: Run = { ...run, finished: null, waiting: null, reopened: run.reopened + (run.finished ? 1 : 0) }
  // Steps and waves ask anew: what was allowed before something went wrong is not allowed for ever.
  const asks = Object.fromEntries(Object.entries(run.asks).filter(([scope]) => scope === 'run'))
  // What a person saw is no word to go on: its target comes to its end, the others wait for a resume.
  if (event.type === 'settled')
    return settled(run.finished ? { ...again, asks, retrying: also(run, event.target) } : again, event, at)
  const free: Run = { ...again, takenOver: null, brake: null, asks }
  const released = 'released' in event && event.released ? { by: event.by, reason: event.reason } : null
  switch (event.type) {
    case 'resumed':
      // Who may only freeze lets the rollback through that is owed, and starts nothing else.
      return { ...free, stopRequested: null, retrying: released ? brokenOn(run) : [], released }
    case 'retried': {
      // Also when one of them ends as unknown and is settled: they, and nothing else, until a person resumes the run.
      const retrying = run.finished ? [event.target] : also(run, event.target)
      return renewed(attempted({ ...free, stopRequested: null, released: null, retrying }, event), event.target)
    }
    case 'rollbackRequested': {
      const steps = mapped(free.steps, (ofTarget) => mapped(ofTarget, readyToUndo))
      return {
        ...free,
        stopRequested: null,
        retrying: [],
        steps,
        released,
        undo: { by: event.by, reason: event.reason },
      }
    }
  }
}

/** Targets with a failed step whose rollback was not sent. */
const brokenOn = (run: Run): readonly string[] =>
  Object.entries(run.steps).flatMap(([target, steps]) =>
    Object.values(steps).some((step) => hasFailed(step) && step.action && !step.rollback) ? [target] : [],
  )

const also = (run: Run, target: string): readonly string[] => [
  ...run.retrying.filter((each) => each !== target),
  target,
]

/** What is captured anew may differ from what people agreed to: a step that captures asks again. */
const asksOfKnown = (run: Run, at: At): Run['asks'] => {
  const captures = Object.keys(stepOf(run, at).preflight?.captured ?? {}).length > 0
  const scope = run.draft && captures ? stepAsk(run.draft, at.step, at.target) : ''
  return Object.fromEntries(Object.entries(run.asks).filter(([name]) => name !== scope))
}

const attempted = (run: Run, event: Extract<Reopening, { type: 'retried' }>): Run =>
  withStep(run, event, ({ rollbackAttempt, rollback }) => ({
    ...noStep,
    attempt: event.attempt,
    // What undid the attempt before had a key; the next one needs another.
    rollbackAttempt: rollbackAttempt + (rollback ? 1 : 0),
  }))

/** What followed from the failure is weighed anew: steps that were skipped, and rungs that were reached. */
const renewed = (run: Run, target: string): Run => {
  const steps = mapped(own(run.steps, target) ?? {}, (step) => ({ ...step, skipped: null }))
  return { ...run, steps: { ...run.steps, [target]: steps }, rungs: { ...run.rungs, [target]: [] } }
}

/** A rollback that certainly failed may be tried once more, with a key of its own. */
const readyToUndo = (step: StepState): StepState =>
  step.rollback?.ended?.outcome === 'failed'
    ? { ...step, rollback: null, rollbackAttempt: step.rollbackAttempt + 1 }
    : step

function settled(run: Run, event: Extract<Reopening, { type: 'settled' }>, at: Instant): Run {
  const { happened, by, reason } = event
  const words = `${by.name} looked: it ${happened ? 'happened' : 'did not happen'}${reason === '' ? '' : ` (${reason})`}`
  const end = (sent: Sent | null): Sent | null =>
    sent && {
      ...sent,
      ended: {
        outcome: happened ? 'succeeded' : 'failed',
        effect: happened ? 'possible' : 'none',
        reason: words,
        at,
      },
    }
  return withStep(run, event, (step) =>
    event.which === 'action' ? { ...step, action: end(step.action) } : { ...step, rollback: end(step.rollback) },
  )
}

const mapped = <T, U>(of: { readonly [name: string]: T }, change: (each: T) => U): { [name: string]: U } =>
  Object.fromEntries(Object.entries(of).map(([name, each]) => [name, change(each)]))
