// Owns the data of the one run card, cards/run.json: what a person must see first, what folds away, which buttons show.
import { differencesOf } from '../../core/differences.ts'
import type { PlannedRequest } from '../../core/plan.ts'
import type { Ask, Run } from '../../core/run.ts'
import type { Instant, Json, JsonObject } from '../../core/values.ts'
import type { CardMessage } from '../../ports/channel.ts'
import { say, spoken, voiced } from '../locale/voice.ts'
import { approvalFacts } from './approval-facts.ts'
import { openAsk } from './asks.ts'
import { beforeAfter, isSame } from './before-after.ts'
import { besides, type Caps, first, fitted, hasRoomFor } from './caps.ts'
import { literal, orDash } from './escape.ts'
import { onCard } from './figures.ts'
import { folds } from './folds.ts'
import { concernLines } from './guardrail-lines.ts'
import { handOffFact } from './handoff-lines.ts'
import { notices } from './notices.ts'
import { buttons, noteInput, type Offer } from './offers.ts'
import { howFar, whatRuns, whatUndoes, whatWasCaptured, whereItRuns } from './plan-facts.ts'
import { stepsOf } from './planned-calls.ts'
import { progressLines } from './progress.ts'
import { questions } from './questions.ts'
import { whatFollows } from './rollout.ts'
import { isCharted, signalCharts } from './signal-lines.ts'
import { isAsking, isUnderWay, standingOf, toneOf } from './status.ts'
import { preflightFact } from './step-ask.ts'
import { type Fact, fact, type Line, line, quoted, said } from './text-run.ts'

/** Fills a card template; comes in as a function because templates belong to an adapter. */
export type RenderCard = (name: string, data: JsonObject) => Json

export interface RunCardContext {
  readonly at: Instant
  readonly publicUrl?: string
  /** Whose word is wanted, as a phrase: `one of web-platform and one of change-managers`. */
  readonly approvers: string
  /** What is missing of it by now; empty: nothing. */
  readonly missing?: string
  /** The exact request as a person reads it, without secrets. */
  readonly describe: (request: PlannedRequest) => string
  /** The request with the values that a preflight captured on this target; as it is planned while there are none. */
  readonly fill?: (request: PlannedRequest, target: string) => PlannedRequest
  /** Why nothing may be approved now; the card then offers to look again instead. */
  readonly frozen?: string | null
  /** A dry run: shows what would be, and offers nothing. */
  readonly preview?: boolean
  /** Opens every fold, for somebody who asked for the details. */
  readonly expanded?: boolean
  /** The answer to an earlier post of this card was lost, so it may stand twice (P6). */
  readonly again?: boolean
  /** Who is looking, and what they may do about what is asked; without it the card is for everybody. */
  readonly viewer?: Viewer
  /** Handles of those whose client asks for a view of their own. */
  readonly viewers?: readonly string[]
  /** Inputs for other values, where the run may still be asked for with them. */
  readonly fields?: readonly JsonObject[]
  /** What may be asked for now; whether this person may is decided when they do. */
  readonly offers?: readonly Offer[]
  /** Whom a step asked whether it works, where their name is known. */
  readonly caller?: string
}

/** What one person may do about what is asked; `note` says why not. */
export interface Viewer {
  readonly approve: boolean
  readonly reject: boolean
  readonly edit: boolean
  readonly note: string
}

const words = voiced({
  glass: (name: string) => `BREAK-GLASS by ${name}`,
  approved: 'Approved, about to start',
  preview: 'Dry run · nothing will be sent',
  wave: 'Wave approval needed',
  held: 'Frozen · approval waits',
  until: 'until ',
  asked: (name: string) => `${name} asks for this`,
  noRunbook: 'No runbook was chosen',
  effect: 'Effect',
  unchanged: (n: number) => `${n} unchanged`,
  more: (n: number) => `… and ${n} more`,
} as const)

/** What the template says by itself. */
const fixed = voiced({
  refresh: 'Refresh',
  changed: 'What has changed',
  works: 'Yes, it works',
  worksNot: 'No, it does not',
  happened: 'It happened',
  happenedNot: 'It did not happen',
  reject: 'Reject',
  change: 'Change…',
  look: 'Look again',
  yes: 'Yes',
  askAgain: 'Ask again with these values',
  keep: 'Keep as it is',
  details: 'Details',
})

/** The data of the run card as it looks now. All of it together stays small enough for a card of 25 KB. */
export function runCardView(run: Run, context: RunCardContext): JsonObject {
  const whole = fitted((caps, folded) => view(run, context, caps, folded))
  const viewers = openAsk(run) && !context.preview ? (context.viewers ?? []) : []
  // In a big channel the folds give way: whoever is a viewer gets a card of their own with them, others have "Details".
  const data = hasRoomFor(whole, viewers) ? whole : { ...whole, folds: [] }
  return { ...data, viewers: besides(data, viewers), words: { ...fixed } }
}

/** The run card with the sentence that stands for it in notifications. */
export const runCard = (render: RenderCard, run: Run, context: RunCardContext): CardMessage =>
  spoken(() => ({
    card: render('run', runCardView(run, context)),
    summary: runSummary(run, context.preview),
  }))

/** `Approval needed: Recycle the IIS application pool, web-01, INC0010001`. */
function runSummary(run: Run, preview = false): string {
  const parts = [
    run.runbook?.title ?? words.noRunbook,
    run.draft?.targets[0]?.name ?? run.context.ci?.name ?? '',
    run.context.incident?.number ?? '',
  ].filter((part) => part !== '')
  return `${preview ? words.preview : standingOf(run)}: ${literal(parts.join(', '), 200)}`
}

function view(run: Run, context: RunCardContext, caps: Caps, folded: Caps): JsonObject {
  const ask = context.preview ? undefined : openAsk(run)
  const decided = isAsking(run) && !ask && !run.stopRequested
  const frozen = context.frozen ?? null
  const scope = ask?.scope ?? 'run'
  const asked = context.preview ? NOTHING_ASKED : questions(run, context, caps)
  return {
    run: run.id,
    scope,
    plan: run.plan ?? '',
    tone: context.preview ? 'emphasis' : decided ? 'accent' : isHeld(ask, frozen) ? 'attention' : toneOf(run.status),
    state: context.preview
      ? words.preview
      : decided
        ? words.approved
        : isHeld(ask, frozen)
          ? words.held
          : scope.startsWith('wave:')
            ? words.wave
            : standingOf(run),
    when: ask
      ? `${words.until}${onCard(ask.expiresAt, context.at)}`
      : run.finished
        ? onCard(run.finished.at, context.at)
        : '',
    subject: subject(run, caps),
    notices: context.preview ? [] : notices(run, context, frozen, caps),
    facts: facts(run, context, scope, caps),
    charts: context.preview ? [] : signalCharts(run, caps),
    progress: run.draft && stepsOf(run).length > 0 && (isUnderWay(run) || touched(run)) ? progressLines(run, caps) : [],
    concerns: concernsShow(run, context) ? concernLines(run.decision?.guardrails ?? [], caps) : [],
    questions: asked,
    buttons: buttons(run, context),
    banner: banner(run, context, caps),
    differences: ask ? differences(run, caps) : [],
    viewer: { note: ask ? literal(say(context.viewer?.note ?? ''), caps.text(200)) : '' },
    edit: offersEdit(ask, context) && caps.list(10) >= 7 ? (context.fields ?? []) : [],
    note: noteInput(run, context, asked['confirm'] === true) ?? {},
    expanded: context.expanded === true,
    folds: folds(run, context, folded),
  }
}

const NOTHING_ASKED: JsonObject = { lines: [], unknowns: [], confirm: false }

/** What an approver has to know while something is asked; afterwards what ran, where, and what it did. */
function facts(run: Run, context: RunCardContext, scope: string, caps: Caps): readonly Fact[] {
  const early = context.preview === true || (!run.finished && (!isUnderWay(run) || isAsking(run)))
  return [
    ...(run.gather ? [] : [whatRuns(run, { scope, early }, caps, context)]),
    whereItRuns(run, { scope, early }, caps),
    ...(run.draft && early
      ? [
          ...preflightFact(run, scope, context.at, caps),
          howFar(run),
          whatUndoes(run, scope, caps, context),
          ...whatFollows(run, scope, caps),
          ...(scope === 'run' ? [whatWasCaptured(run, caps)] : []),
        ]
      : []),
    ...(run.finished ? [...handOffFact(run, caps), ...whatItDid(run, caps)] : []),
    ...approvalFacts(run, context, caps),
  ]
}

/** The same look before and after, changes only; nothing where nothing was looked at twice. */
function whatItDid(run: Run, caps: Caps): readonly Fact[] {
  const pairs = beforeAfter(run)
  const drawn = pairs.filter(({ readings }) => readings && isCharted(readings)).length
  const { shown, more } = first(
    pairs.filter((each) => !isSame(each) && !(each.readings && isCharted(each.readings))),
    caps.list(4),
  )
  const rest = pairs.length - shown.length - drawn
  const lines = [
    ...shown.map(({ what, before, after }) =>
      line(
        quoted(what, 80, caps, 'subtle'),
        said(': ', 'subtle'),
        quoted(before, 80, caps),
        said(' → ', 'subtle'),
        quoted(after, 80, caps, 'bold'),
      ),
    ),
    ...(rest > 0 ? [line(said(more > 0 ? words.more(rest) : words.unchanged(rest), 'subtle'))] : []),
  ]
  return lines.length > 0 ? [fact(words.effect, ...lines)] : []
}

function subject(run: Run, caps: Caps): readonly Line[] {
  const { incident, ci } = run.context
  if (incident) {
    const about = [quoted(incident.number, 40, caps, 'subtle')]
    if (ci) about.push(said(' · ', 'subtle'), quoted(ci.name, 60, caps, 'subtle'))
    return [line(quoted(incident.shortDescription, 160, caps, 'head')), line(...about), ...askedBy(run, caps)]
  }
  if (run.origin.kind === 'event') return []
  const { because } = run.origin
  return [...(because === '' ? [] : [line(quoted(because, 160, caps, 'head'))]), ...askedBy(run)]
}

/** Who asked for it, and where an incident says the what, also why. */
function askedBy({ origin }: Run, caps?: Caps): readonly Line[] {
  if (origin.kind === 'event') return []
  const why = caps && origin.because !== '' ? [said(': ', 'subtle'), quoted(origin.because, 160, caps, 'subtle')] : []
  return [line(said(words.asked(literal(origin.requester.name, 60)), 'subtle'), ...why)]
}

const isHeld = (ask: Ask | undefined, frozen: string | null): boolean => ask !== undefined && frozen !== null

const offersEdit = (ask: Ask | undefined, context: RunCardContext): boolean =>
  ask?.scope === 'run' && !context.frozen && (context.viewer?.edit ?? true)

/** What nobody may overlook. */
function banner(run: Run, context: RunCardContext, caps: Caps): readonly JsonObject[] {
  if (!run.glass || context.preview) return []
  const text = `${words.glass(literal(run.glass.by.name, 60))}: ${literal(run.glass.reason, caps.text(200))}`
  return [{ text, tone: 'attention' }]
}

/** What this ask differs in from the one before: what somebody who had approved must see. */
const differences = (run: Run, caps: Caps): readonly JsonObject[] =>
  differencesOf(run)
    .slice(0, caps.list(6))
    .map(({ what, before, after }) => ({
      what: literal(say(what), caps.text(80)),
      before: orDash(literal(before, caps.text(160))),
      after: orDash(literal(after, caps.text(160))),
    }))

const touched = (run: Run): boolean => Object.keys(run.steps).length > 0

/** Guardrails matter until somebody has decided, and where they are why nothing ran. */
const concernsShow = (run: Run, context: RunCardContext): boolean =>
  context.preview === true ||
  run.status === 'awaitingApproval' ||
  run.status === 'stoppedByPolicy' ||
  run.status === 'recorded' ||
  run.status === 'proposed'
