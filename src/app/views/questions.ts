// Owns what a card asks of a person beyond approvals: what became of a request, and whether it works again.
import { awaitingCaller, type Unknown, unknowns } from '../../core/intervene.ts'
import type { Run } from '../../core/run.ts'
import { stepOf } from '../../core/step-state.ts'
import type { Instant, JsonObject } from '../../core/values.ts'
import { voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { onCard } from './figures.ts'
import type { Offer } from './offers.ts'
import { stepsOf } from './planned-calls.ts'
import { type Line, line, quoted, said } from './text-run.ts'

interface QuestionContext {
  readonly at: Instant
  readonly offers?: readonly Offer[]
  /** Whom the question went to, where their name is known. */
  readonly caller?: string
}

const words = voiced({
  unknown: (n: number) =>
    n === 1
      ? 'Nobody can tell what became of it. Please look there.'
      : `Nobody can tell what became of ${n} requests. Please look there.`,
  yes: 'It happened: ',
  no: 'It did not happen: ',
  verifies: 'runbot goes on with its verification.',
  goesOn: 'it counts as done, and runbot goes on.',
  neverStarted: 'it counts as never started. It may then be retried where the runbook allows, rolled back, or closed.',
  undone: 'it counts as rolled back.',
  notUndone: 'the rollback counts as failed, and may be asked for once more.',
  which: { action: '', rollback: 'the rollback of ' },
  on: ' on ',
  more: (n: number) => `… and ${n} more, which come next. Or in chat: `,
  works: (many: boolean) => (many ? 'Do ' : 'Does '),
  again: ' work again',
  end: '?',
  alsoThere: 'The answer counts from whoever reported it: here, or as a comment in ',
  here: 'The answer counts from whoever asked for this run.',
  until: (time: string) => `Until ${time}.`,
} as const)

/** Longer names are settled in chat: each stands on a card four times. */
const LONGEST = 160
const MOST = 3

/** `lines` ask; `unknowns` are the requests with buttons of their own; `confirm`: the caller may answer here. */
export function questions(run: Run, context: QuestionContext, caps: Caps): JsonObject {
  const may = (offer: Offer) => context.offers?.includes(offer) ?? false
  const open = may('settle') ? unknowns(run) : []
  const asked = run.finished ? [] : awaitingCaller(run)
  const named = open.filter(({ step, target }) => step.length + target.length <= LONGEST)
  const shown = named.slice(0, Math.min(MOST, caps.list(MOST)))
  return {
    lines: [
      ...settling(run, open, shown.length, caps),
      ...confirming(run, asked, context, caps),
    ] as readonly JsonObject[],
    unknowns: shown.map((each) => ({
      // What the buttons carry back names things, so it is not made to look like anything.
      step: each.step,
      target: each.target,
      inlines: [
        said(words.which[each.which]),
        quoted(each.step, 60, caps, 'bold'),
        said(words.on),
        quoted(each.target, 80, caps, 'bold'),
      ],
    })),
    confirm: asked.length > 0 && may('confirm'),
  }
}

function settling(run: Run, open: readonly Unknown[], shown: number, caps: Caps): readonly Line[] {
  if (open.length === 0) return []
  const [action, rollback] = [
    open.find(({ which }) => which === 'action'),
    open.find(({ which }) => which === 'rollback'),
  ]
  const verifies = action && stepsOf(run, action.target).find(({ id }) => id === action.step)?.verify
  const choice = (which: string, then: string) => line(said(which, 'bold'), said(then))
  return [
    line(said(words.unknown(open.length), 'warn', 'bold')),
    ...(action
      ? [choice(words.yes, verifies ? words.verifies : words.goesOn), choice(words.no, words.neverStarted)]
      : []),
    ...(rollback
      ? [
          choice(`${action ? capital(words.which.rollback).trim() : ''} ${words.yes}`.trimStart(), words.undone),
          choice(words.no, words.notUndone),
        ]
      : []),
    ...(open.length > shown
      ? [
          line(
            said(words.more(open.length - shown), 'subtle'),
            quoted(`settle ${run.id} yes|no <target>`, 80, caps, 'mono'),
          ),
        ]
      : []),
  ]
}

function confirming(
  run: Run,
  asked: ReturnType<typeof awaitingCaller>,
  { at, caller }: QuestionContext,
  caps: Caps,
): readonly Line[] {
  if (asked.length === 0) return []
  const { incident } = run.context
  const name = incident || run.origin.kind === 'event' ? (caller ?? '') : run.origin.requester.name
  const { shown, more } = first([...new Set(asked.map(({ target }) => target))], caps.list(3))
  const until = Math.min(
    ...asked.map((each) => {
      const within = stepsOf(run, each.target).find(({ id }) => id === each.step)?.confirm?.withinMs ?? 0
      return (stepOf(run, each).confirm?.askedAt ?? 0) + within
    }),
  )
  return [
    line(
      said(words.works(asked.length > 1), 'bold'),
      quoted(`${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`, 160, caps, 'bold'),
      said(words.again, 'bold'),
      ...(name === '' ? [] : [said(', ', 'bold'), quoted(name, 60, caps, 'bold')]),
      said(words.end, 'bold'),
    ),
    line(
      ...(incident
        ? [said(words.alsoThere, 'subtle'), quoted(incident.number, 40, caps, 'subtle'), said('. ', 'subtle')]
        : [said(`${words.here} `, 'subtle')]),
      said(words.until(onCard(until, at)), 'subtle'),
    ),
  ]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
