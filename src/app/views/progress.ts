// Owns how far a run has come: one state per step and target, with its mark and its words.
import type { PlannedStep } from '../../core/plan.ts'
import type { Run } from '../../core/run.ts'
import { type StepState, stepOf } from '../../core/step-state.ts'
import { type Caps, first } from './caps.ts'
import { stepsOf } from './planned-calls.ts'
import { type Line, type Look, line, quoted, said } from './text-run.ts'

/** What became of one step on one target. `reason` is outside text. */
interface Standing {
  readonly is: 'waiting' | 'running' | 'done' | 'failed' | 'unknown' | 'undone' | 'skipped'
  readonly words: string
  readonly reason: string
}

const words = {
  notReached: 'not reached',
  stopped: 'stopped before it began',
  waiting: 'waiting',
  skipped: 'skipped',
  checked: 'checked, about to run',
  preflightFailed: 'preflight failed',
  running: 'running',
  stillRunning: 'may still be running',
  unknown: 'outcome unknown',
  failed: 'failed',
  done: 'done',
  verifyNext: 'done, verification next',
  verifying: 'verifying',
  verified: 'done and verified',
  verifyFailed: 'done, but the verification failed',
  undoing: 'rolling back',
  undone: 'rolled back',
  undoFailed: 'rollback failed',
  undoUnknown: 'rollback outcome unknown',
  progress: (done: number, all: number) => `${done} of ${all} targets done`,
  failures: (n: number) => ` · ${n} failed`,
  unsure: (n: number) => ` · ${n} unknown`,
  more: (n: number) => `… and ${n} more`,
} as const

const marks: { readonly [is in Standing['is']]: readonly [string, Look] } = {
  waiting: ['○', 'subtle'],
  running: ['●', 'accent'],
  done: ['✓', 'good'],
  failed: ['✗', 'bad'],
  unknown: ['?', 'warn'],
  undone: ['↩', 'warn'],
  skipped: ['–', 'subtle'],
}
const order: readonly Standing['is'][] = ['unknown', 'failed', 'running', 'undone']
const quiet: readonly Standing['is'][] = ['waiting', 'done', 'skipped']

const standing = (is: Standing['is'], text: string, reason = ''): Standing => ({ is, words: text, reason })

/** Where one step stands, in a few words; a run that has ended leaves nothing "waiting" (P11). */
function standingOfStep(run: Run, step: PlannedStep, state: StepState): Standing {
  const over = run.finished !== null
  if (state.rollback) return rollbackStanding(state.rollback.ended, over)
  if (state.skipped !== null) return standing('skipped', words.skipped, state.skipped)
  if (state.verify) {
    const { ended } = state.verify
    if (!ended) return over ? standing('unknown', words.unknown) : standing('running', words.verifying)
    return ended.ok ? standing('done', words.verified) : standing('failed', words.verifyFailed, ended.reason)
  }
  if (state.action) return actionStanding(state.action.ended, step.verify !== null, over)
  if (state.preflight)
    return state.preflight.ok && !over
      ? standing('running', words.checked)
      : state.preflight.ok
        ? standing('waiting', words.notReached)
        : standing('failed', words.preflightFailed, state.preflight.reason)
  if (!over) return standing('waiting', words.waiting)
  return standing('waiting', run.finished?.status === 'cancelled' ? words.stopped : words.notReached)
}

type Ended = NonNullable<StepState['action']>['ended']

function actionStanding(ended: Ended, verifies: boolean, over: boolean): Standing {
  if (!ended) return over ? standing('unknown', words.stillRunning) : standing('running', words.running)
  if (ended.outcome === 'unknown') return standing('unknown', words.unknown, ended.reason)
  if (ended.outcome === 'failed') return standing('failed', words.failed, ended.reason)
  return verifies && !over ? standing('running', words.verifyNext) : standing('done', words.done)
}

function rollbackStanding(ended: Ended, over: boolean): Standing {
  if (!ended) return over ? standing('unknown', words.undoUnknown) : standing('running', words.undoing)
  if (ended.outcome === 'unknown') return standing('unknown', words.undoUnknown, ended.reason)
  return ended.outcome === 'failed'
    ? standing('failed', words.undoFailed, ended.reason)
    : standing('undone', words.undone)
}

/** A line per step; with several targets a line per target, those that need attention first. */
export function progressLines(run: Run, caps: Caps): readonly Line[] {
  const targets = run.draft?.targets.map((target) => target.name) ?? []
  const [only] = targets
  if (targets.length === 1 && only !== undefined)
    return steppedLines(
      stepsOf(run, only).map((step) => ({
        name: step.title,
        at: standingOfStep(run, step, stepOf(run, { step: step.id, target: only })),
      })),
      caps,
    )
  const all = targets.map((target) => ({ name: target, at: standingOfTarget(run, target) }))
  const count = (is: Standing['is']) => all.filter((each) => each.at.is === is).length
  const [failed, unsure] = [count('failed'), count('unknown')]
  const notable = all.filter((each) => !quiet.includes(each.at.is))
  return [
    line(
      said(words.progress(count('done'), all.length), 'bold'),
      ...(failed > 0 ? [said(words.failures(failed), 'bad', 'bold')] : []),
      ...(unsure > 0 ? [said(words.unsure(unsure), 'warn', 'bold')] : []),
    ),
    ...steppedLines(
      notable.toSorted((a, b) => order.indexOf(a.at.is) - order.indexOf(b.at.is)),
      caps,
    ),
    ...quiet.flatMap((is) =>
      together(
        all.filter((each) => each.at.is === is),
        caps,
      ),
    ),
  ]
}

/** Targets of which there is nothing to say but one word: on one line. */
function together(same: readonly { name: string; at: Standing }[], caps: Caps): readonly Line[] {
  const [one] = same
  if (!one) return []
  const [mark, look] = marks[one.at.is]
  const { shown, more } = first(same, caps.list(10))
  return [
    line(
      said(`${mark}  `, look, 'bold'),
      said(`${one.at.words}: `, look),
      quoted(shown.map((each) => each.name).join(', '), 400, caps, 'subtle'),
      ...(more > 0 ? [said(` ${words.more(more)}`, 'subtle')] : []),
    ),
  ]
}

function standingOfTarget(run: Run, target: string): Standing {
  const steps = stepsOf(run, target)
  const all = steps.map((step) => ({ step, at: standingOfStep(run, step, stepOf(run, { step: step.id, target })) }))
  const reached = all.filter(({ at }) => at.is !== 'waiting' && at.is !== 'skipped')
  const last = reached.at(-1)
  if (!last) return all[0]?.at ?? standing('waiting', words.waiting)
  const waiting = all.some(({ at }) => at.is === 'waiting')
  if (last.at.is === 'done' && waiting && !run.finished) return standing('running', `${last.step.id} ${last.at.words}`)
  return last.at.is === 'done' ? last.at : { ...last.at, words: `${last.step.id} ${last.at.words}` }
}

function steppedLines(entries: readonly { name: string; at: Standing }[], caps: Caps): readonly Line[] {
  const { shown, more } = first(entries, caps.list(8))
  return [
    ...shown.map(({ name, at }) => {
      const [mark, look] = marks[at.is]
      return line(
        said(`${mark}  `, look, 'bold'),
        quoted(name, 48, caps, ...(at.is === 'waiting' || at.is === 'skipped' ? (['subtle'] as const) : [])),
        said('  '),
        quoted(at.words, 60, caps, look),
        ...(at.reason === '' ? [] : [said(': ', 'subtle'), quoted(at.reason, 140, caps, 'subtle')]),
      )
    }),
    ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : []),
  ]
}
