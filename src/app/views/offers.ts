// Owns the buttons of a card: which are there for whom, and what a person may do with a run beyond a yes or a no.
import type { Run } from '../../core/run.ts'
import type { JsonObject } from '../../core/values.ts'
import { voiced } from '../locale/voice.ts'
import { openAsk } from './asks.ts'
import { isUnderWay } from './status.ts'

/** What may be asked for now; whether this person may is decided when they do. */
export type Offer = 'resume' | 'retry' | 'rollback' | 'takeover' | 'close' | 'settle' | 'confirm' | 'suppress'

interface ButtonContext {
  readonly frozen?: string | null
  readonly preview?: boolean
  readonly viewer?: { readonly approve: boolean; readonly reject: boolean }
  readonly offers?: readonly Offer[]
}

const words = voiced({
  approve: 'Approve',
  proceed: 'Proceed',
  resume: 'Resume',
  retry: 'Retry what failed',
  takeover: 'Take over',
  rollback: 'Roll back',
  close: 'Close',
  stop: 'Stop',
  suppress: 'Keep quiet',
  note: {
    ask: { label: 'Note', hint: 'For the record (optional)' },
    hand: { label: 'Note: what you did or saw', hint: 'For the record (optional)' },
    close: { label: 'Note: what you did or saw', hint: 'Needed to close it' },
  },
} as const)

/** Buttons that carry nothing but the run: those that go on stand before those that hold it back or end it. */
const forward = ['resume', 'retry'] as const
const back = ['suppress', 'takeover', 'rollback', 'stop', 'close'] as const
type Act = (typeof forward)[number] | (typeof back)[number]

/** Which buttons the card shows, in two rows that a phone is wide enough for. `forward` and `back` send `{run}`. */
export function buttons(run: Run, context: ButtonContext): JsonObject {
  const live = context.preview !== true
  const ask = live && run.plan !== null ? openAsk(run) : undefined
  const frozen = (context.frozen ?? null) !== null
  const shows = {
    approve: ask !== undefined && !frozen && (context.viewer?.approve ?? true),
    reject: ask !== undefined && (context.viewer?.reject ?? true),
    refresh: ask !== undefined && frozen,
  }
  const [onward, backward] = [offered(run, context, forward), offered(run, context, back)]
  const main = mainOf(run, [...onward, ...backward])
  const guided = run.draft?.guided === true && ask?.scope.startsWith('step:') === true
  return {
    ...shows,
    yes: guided ? words.proceed : words.approve,
    forward: onward.map((each) => button(each, main)),
    back: backward.map((each) => button(each, main)),
    any: Object.values(shows).some(Boolean) || onward.length > 0,
    details: live,
  }
}

const button = (act: Act, main: Act | null): JsonObject => ({
  title: words[act],
  // Closing is a stop of what has ended (DESIGN §6: the verbs are a contract).
  verb: act === 'close' ? 'stop' : act,
  style: act === main ? 'positive' : act === 'rollback' || act === 'stop' ? 'destructive' : 'default',
})

/** The input beside the buttons; null: none of them takes a note. `confirm`: the caller may answer here. */
export function noteInput(run: Run, context: ButtonContext, confirm: boolean): JsonObject | null {
  const { approve, reject } = buttons(run, context)
  if (approve || reject) return words.note.ask
  const acts = [...offered(run, context, forward), ...offered(run, context, back)]
  if (acts.includes('close')) return words.note.close
  if (confirm) return words.note.ask
  // A stop of what is under way is one tap.
  const settles = context.preview !== true && context.offers?.includes('settle') === true
  return settles || acts.some((each) => each !== 'stop' && each !== 'suppress') ? words.note.hand : null
}

const offered = <A extends Act>(run: Run, { preview, offers = [] }: ButtonContext, acts: readonly A[]): readonly A[] =>
  preview ? [] : acts.filter((each) => isOffered(run, each, offers))

function isOffered(run: Run, act: Act, offers: readonly Offer[]): boolean {
  switch (act) {
    case 'stop':
      return isUnderWay(run) && run.status !== 'rollingBack' && run.stopRequested === null
    case 'takeover':
      // Before anything has begun, a yes or a no is what is wanted.
      return offers.includes(act) && (run.finished !== null || isUnderWay(run))
    case 'close':
      return offers.includes(act) && run.finished !== null
    default:
      return offers.includes(act)
  }
}

/** One button stands out where it is over: somebody takes it in hand first, then goes on with it. */
function mainOf({ finished, takenOver }: Run, acts: readonly Act[]): Act | null {
  if (!finished) return null
  const first = takenOver ? 'resume' : 'takeover'
  return acts.includes(first) ? first : 'retry'
}
