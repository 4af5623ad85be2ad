// Owns how far a run has come, as lines of a card: one for each step, or with several targets one for each target.
import type { Run } from '../../core/run.ts'
import { voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { stepsOf } from './planned-calls.ts'
import { type Standing, standingOfStep, standingOfTarget } from './step-standing.ts'
import { type Line, type Look, line, quoted, said } from './text-run.ts'

const words = voiced({
  progress: (done: number, all: number) => `${done} of ${all} targets done`,
  running: (n: number) => ` · ${n} running`,
  failed: (n: number) => ` · ${n} failed`,
  unknown: (n: number) => ` · ${n} unknown`,
  undone: (n: number) => ` · ${n} rolled back`,
  asking: (n: number) => ` · ${n} ${n === 1 ? 'waits' : 'wait'} for approval`,
  more: (n: number) => `… and ${n} more`,
  moreOf: { unknown: 'unknown', failed: 'failed', running: 'running', undone: 'rolled back' },
} as const)

const marks: { readonly [is in Standing['is']]: readonly [string, Look] } = {
  waiting: ['○', 'subtle'],
  asking: ['!', 'warn'],
  running: ['●', 'accent'],
  done: ['✓', 'good'],
  failed: ['✗', 'bad'],
  unknown: ['?', 'warn'],
  undone: ['↩', 'warn'],
  skipped: ['–', 'subtle'],
}
/** Targets that get a line of their own, and how many of each kind; what happens now comes first. */
const notable = [
  ['running', 8],
  ['unknown', 4],
  ['failed', 5],
  ['undone', 4],
] as const
const quiet: readonly Standing['is'][] = ['asking', 'waiting', 'done', 'skipped']

interface Entry {
  readonly name: string
  readonly at: Standing
}

/** A line per step; with several targets a line per target that runs or went wrong, and one for all that did not. */
export function progressLines(run: Run, caps: Caps): readonly Line[] {
  const targets = run.draft?.targets.map((target) => target.name) ?? []
  const [only] = targets
  if (targets.length === 1 && only !== undefined) {
    const steps = stepsOf(run, only).map((step) => ({ name: step.title, at: standingOfStep(run, step, only) }))
    const { shown, more } = first(steps, caps.list(8))
    return [...shown.map((each) => entryLine(each, caps)), ...moreLine(words.more(more), more)]
  }
  const all = targets.map((target) => ({ name: target, at: standingOfTarget(run, target) }))
  const of = (is: Standing['is']) => all.filter((each) => each.at.is === is)
  return [
    headline(of),
    ...notable.flatMap(([is, most]) => {
      const { shown, more } = first(of(is), caps.list(most))
      return [
        ...shown.map((each) => entryLine(each, caps)),
        ...moreLine(`${words.more(more)} ${words.moreOf[is]}`, more),
      ]
    }),
    ...quiet.flatMap((is) => together(of(is), caps)),
  ]
}

function headline(of: (is: Standing['is']) => readonly Entry[]): Line {
  const all = Object.keys(marks).reduce((sum, is) => sum + of(is as Standing['is']).length, 0)
  const count = (is: 'running' | 'asking' | 'failed' | 'unknown' | 'undone', ...look: readonly Look[]) => {
    const { length } = of(is)
    return length > 0 ? [said(words[is](length), ...look)] : []
  }
  return line(
    said(words.progress(of('done').length, all), 'bold'),
    ...count('running', 'accent'),
    ...count('asking', 'warn'),
    ...count('failed', 'bad', 'bold'),
    ...count('unknown', 'warn', 'bold'),
    ...count('undone', 'warn'),
  )
}

function entryLine({ name, at }: Entry, caps: Caps): Line {
  const [mark, look] = marks[at.is]
  return line(
    said(`${mark}  `, look, 'bold'),
    quoted(name, 48, caps, ...(at.is === 'waiting' || at.is === 'skipped' ? (['subtle'] as const) : [])),
    said('  '),
    quoted(at.words, 80, caps, look),
    ...(at.reason === '' ? [] : [said(': ', 'subtle'), quoted(at.reason, 140, caps, 'subtle')]),
  )
}

/** Targets of which there is nothing to say but one word: on one line for each word. */
function together(same: readonly Entry[], caps: Caps): readonly Line[] {
  const kinds = [...new Set(same.map(({ at }) => at.words))]
  return kinds.map((kind) => {
    const alike = same.filter(({ at }) => at.words === kind)
    const [mark, look] = marks[alike[0]?.at.is ?? 'waiting']
    const { shown, more } = first(alike, caps.list(10))
    return line(
      said(`${mark}  `, look, 'bold'),
      quoted(kind, 80, caps, look),
      said(': ', look),
      quoted(shown.map((each) => each.name).join(', '), 400, caps, 'subtle'),
      ...(more > 0 ? [said(` ${words.more(more)}`, 'subtle')] : []),
    )
  })
}

const moreLine = (text: string, more: number): readonly Line[] => (more > 0 ? [line(said(text, 'subtle'))] : [])
