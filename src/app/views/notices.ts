// Owns the sentences that a card opens with: why it ended, what is stale, who has it in hand, what it waits for.
import { stepEnd } from '../../core/progress.ts'
import type { Run } from '../../core/run.ts'
import { type Preflighted, stepOf } from '../../core/step-state.ts'
import type { Instant } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { adviceNotice } from './advice-lines.ts'
import { voided } from './asks.ts'
import { type Caps, first } from './caps.ts'
import { parted } from './contradiction.ts'
import { onCard } from './figures.ts'
import { stepsOf } from './planned-calls.ts'
import { isAsking } from './status.ts'
import { stormNotice } from './storm-lines.ts'
import { type Line, line, quoted, said } from './text-run.ts'

export interface NoticeContext {
  readonly at: Instant
  /** The answer to an earlier post of this card was lost, so it may stand twice (P6). */
  readonly again?: boolean
}

const words = voiced({
  follows: { edit: 'Asked anew with other values, after run ', breakGlass: 'Break-glass, after run ' },
  again: 'Once more, for the answer to the first post was lost: this card is the one that is kept up to date.',
  stale: 'Possibly stale: ',
  assumed: ' assumes ',
  found: ', found ',
  owner: '. Its owner should look at the runbook: ',
  moreStale: (n: number) => `The same or the like on ${n} more`,
  inHand: ' has it in hand since ',
  nothingNew: '. Nothing new is started.',
  frozen: 'Frozen. Approvals are refused until the unfreeze: ',
  released: 'Released during the freeze by ',
  changed: 'The plan has changed, so this approval is void: ',
  stopping: 'Stop asked by ',
  brake: 'Brake: ',
  winding: 'Nothing new is started; what is under way comes to its end.',
  undoing: 'Rollback asked by ',
  waiting: 'Waiting: ',
} as const)

/** Each at most one sentence or two. `frozen`: why nothing may be approved now. */
export function notices(run: Run, context: NoticeContext, frozen: string | null, caps: Caps): readonly Line[] {
  const old = voided(run)
  return [
    ...(context.again ? [line(said(words.again, 'warn'))] : []),
    ...(run.link ? [line(said(words.follows[run.link.why], 'subtle'), said(run.link.run, 'mono'))] : []),
    ...stormNotice(run, context.at, caps),
    ...stale(run, caps),
    ...adviceNotice(run, caps),
    ...inHand(run, context, caps),
    ...ended(run, caps),
    ...(frozen !== null && !run.finished
      ? [line(said(words.frozen, 'bad', 'bold'), quoted(say(frozen), 160, caps))]
      : []),
    ...(isAsking(run) && old.length > 0
      ? [line(said(words.changed, 'warn', 'bold'), quoted(old.map((each) => each.by.name).join(', '), 120, caps))]
      : []),
    ...(run.finished ? [] : underWay(run, caps)),
  ]
}

/** What holds a run back, or what a person has asked of it, while it goes on. */
function underWay(run: Run, caps: Caps): readonly Line[] {
  const { stopRequested, brake, undo, released, waiting } = run
  return [
    ...(stopRequested ? [asked(words.stopping, stopRequested, caps)] : []),
    ...(undo ? [asked(words.undoing, undo, caps)] : []),
    ...(released ? [asked(words.released, released, caps)] : []),
    ...(brake
      ? [
          line(said(words.brake, 'bad', 'bold'), quoted(say(brake.reason), 200, caps)),
          line(said(words.winding, 'subtle')),
        ]
      : []),
    ...(waiting ? [line(said(words.waiting, 'warn', 'bold'), quoted(say(waiting.reason), 160, caps))] : []),
  ]
}

type Word = NonNullable<Run['stopRequested']>

const asked = (what: string, { by, reason }: Word, caps: Caps): Line =>
  line(
    said(what, 'warn', 'bold'),
    quoted(by.name, 60, caps, 'bold'),
    ...(reason === '' ? [] : [said(': '), quoted(reason, 160, caps)]),
  )

function inHand({ takenOver, finished }: Run, { at }: NoticeContext, caps: Caps): readonly Line[] {
  if (!takenOver || (finished && finished.status !== 'needsHuman')) return []
  return [
    line(
      quoted(takenOver.by.name, 60, caps, 'bold'),
      said(words.inHand, 'bold'),
      said(onCard(takenOver.at, at), 'bold'),
      ...(takenOver.reason === '' ? [] : [said(': '), quoted(takenOver.reason, 160, caps)]),
      ...(finished ? [] : [said(words.nothingNew, 'subtle')]),
    ),
  ]
}

/** Why it ended. What another notice or the lines per target say better is not said twice. */
function ended(run: Run, caps: Caps): readonly Line[] {
  if (!run.finished || run.finished.reason === '') return []
  const { takenOver, finished, draft } = run
  const [contradiction] = contradictions(run)
  if (contradiction && draft?.targets.length === 1 && finished.reason.includes(contradiction.preflight.reason))
    return []
  const taken = takenOver ? takenPrefix(takenOver) : ''
  const reason =
    taken !== '' && finished.reason.startsWith(taken) ? finished.reason.slice(taken.length) : finished.reason
  const text = (draft?.targets.length ?? 0) > FEW ? withoutTargets(run, reason) : reason
  const braked = run.brake !== null && text.startsWith(run.brake.reason)
  const label = braked ? [said(words.brake, 'bad', 'bold')] : []
  return text === '' ? [] : [line(...label, quoted(say(text), 240, caps, 'bold'))]
}

/** With more targets than this the lines per target below tell what became of each. */
const FEW = 3

/** As ending.ts words it: who or what stopped the run, then each target with what became of it. */
function withoutTargets({ draft }: Run, reason: string): string {
  const [one = ''] = draft?.waves.flat() ?? []
  const begins = reason.indexOf(`${one}: `)
  return begins < 0 ? reason : reason.slice(0, begins).trim()
}

const takenPrefix = ({ by, reason }: NonNullable<Run['takenOver']>): string =>
  `${by.name} has taken it over${reason === '' ? '' : `: ${reason}`}. `

interface Contradiction {
  readonly step: string
  readonly target: string
  readonly assumed: string | null
  readonly preflight: Preflighted
}

/** Where the world is not as the runbook assumes, and the step was not begun because of it. */
const contradictions = (run: Run): readonly Contradiction[] =>
  (run.draft?.targets ?? []).flatMap(({ name: target }) =>
    stepsOf(run, target).flatMap((step) => {
      const state = stepOf(run, { step: step.id, target })
      const { preflight } = state
      return preflight?.contradicts && stepEnd(step, state) === 'contradicted'
        ? [{ step: step.id, target, assumed: step.preflight?.expect ?? null, preflight }]
        : []
    }),
  )

function stale(run: Run, caps: Caps): readonly Line[] {
  const { shown, more } = first(contradictions(run), 2)
  return [
    ...shown.map((each, index) => {
      const { assumed, found } = parted(each.assumed, each.preflight.reason)
      return line(
        said(words.stale, 'bad', 'bold'),
        quoted(`${each.step} on ${each.target}`, 80, caps, 'bold'),
        ...(assumed === ''
          ? [said(': ')]
          : [said(words.assumed), quoted(assumed, 120, caps, 'mono'), said(words.found)]),
        quoted(found, 140, caps, 'bold'),
        ...(index === 0 ? [said(words.owner), quoted(run.runbook?.owner ?? '', 60, caps, 'bold')] : []),
      )
    }),
    ...(more > 0 ? [line(said(words.moreStale(more), 'subtle'))] : []),
  ]
}
