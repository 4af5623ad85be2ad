// Owns the data of the one run card, cards/run.json: what a person must see first, what folds away, which buttons show.
import { approvalsFor } from '../../core/approval.ts'
import { differencesOf } from '../../core/differences.ts'
import type { PlannedRequest } from '../../core/plan.ts'
import type { Ask, Run } from '../../core/run.ts'
import type { Instant, Json, JsonObject } from '../../core/values.ts'
import type { CardMessage } from '../../ports/channel.ts'
import { openAsk, peopleNeeded, scopeName, voided } from './asks.ts'
import { besides, type Caps, first, fitted, hasRoomFor } from './caps.ts'
import { literal, orDash } from './escape.ts'
import { onCard } from './figures.ts'
import { folds } from './folds.ts'
import { concernLines } from './guardrail-lines.ts'
import { howFar, whatRuns, whatUndoes, whatWasCaptured, whereItRuns } from './plan-facts.ts'
import { stepsOf } from './planned-calls.ts'
import { progressLines } from './progress.ts'
import { isAsking, isUnderWay, standingOf, toneOf } from './status.ts'
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
  /** What a person may do with a run that needs one; nothing unless the app can do it. */
  readonly offers?: readonly ('takeover' | 'rollback')[]
}

/** What one person may do about what is asked; `note` says why not. */
export interface Viewer {
  readonly approve: boolean
  readonly reject: boolean
  readonly edit: boolean
  readonly note: string
}

const words = {
  glass: (name: string) => `BREAK-GLASS by ${name}`,
  follows: { edit: 'Asked anew with other values, after run ', breakGlass: 'Break-glass, after run ' },
  via: ' in ServiceNow',
  approved: 'Approved, about to start',
  preview: 'Dry run · nothing will be sent',
  held: 'Frozen · approval waits',
  until: 'until ',
  asked: (name: string) => `${name} asks for this`,
  noIncident: 'Asked for in chat',
  noRunbook: 'No runbook was chosen',
  may: 'Approve',
  count: (have: number, need: number) => `${have} of ${need} · `,
  missing: 'Still missing: ',
  apart: { requester: 'not the requester', author: 'not the author', opener: 'not the opener' },
  by: 'Approved',
  outcome: 'Outcome',
  frozen: 'Frozen. Approvals are refused until the unfreeze: ',
  changed: 'The plan has changed, so this approval is void: ',
  stopping: 'Stop asked by ',
  waiting: 'Waiting: ',
  again: 'Once more, for the answer to the first post was lost: this card is the one that is kept up to date.',
  step: 'For ',
  note: { label: 'Note', hint: 'For the record (optional)' },
  more: (n: number) => `… and ${n} more`,
} as const

/** The data of the run card as it looks now. All of it together stays small enough for a card of 25 KB. */
export function runCardView(run: Run, context: RunCardContext): JsonObject {
  const whole = fitted((caps, folded) => view(run, context, caps, folded))
  const viewers = openAsk(run) && !context.preview ? (context.viewers ?? []) : []
  // In a big channel the folds give way: whoever is a viewer gets a card of their own with them, others have "Details".
  const data = hasRoomFor(whole, viewers) ? whole : { ...whole, folds: [] }
  return { ...data, viewers: besides(data, viewers) }
}

/** The run card with the sentence that stands for it in notifications. */
export const runCard = (render: RenderCard, run: Run, context: RunCardContext): CardMessage => ({
  card: render('run', runCardView(run, context)),
  summary: runSummary(run, context.preview),
})

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
  const early = !run.finished && (!isUnderWay(run) || isAsking(run))
  const scope = ask?.scope ?? 'run'
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
          : standingOf(run),
    when: ask
      ? `${words.until}${onCard(ask.expiresAt, context.at)}`
      : run.finished
        ? onCard(run.finished.at, context.at)
        : '',
    subject: subject(run, caps),
    notices: context.preview ? [] : notices(run, context, frozen, caps),
    facts: [
      whatRuns(run, scope, caps),
      whereItRuns(run, caps),
      ...(run.draft && (early || context.preview)
        ? [howFar(run), whatUndoes(run, scope, caps), whatWasCaptured(run, caps)]
        : []),
      ...approvalFacts(run, context, caps),
    ],
    progress: run.draft && stepsOf(run).length > 0 && (isUnderWay(run) || touched(run)) ? progressLines(run, caps) : [],
    concerns: concernsShow(run, context) ? concernLines(run.decision?.guardrails ?? [], caps) : [],
    buttons: buttons(run, context, frozen !== null),
    banner: banner(run, context, caps),
    differences: ask ? differences(run, caps) : [],
    viewer: { note: ask ? literal(context.viewer?.note ?? '', caps.text(200)) : '' },
    edit: offersEdit(ask, context) && caps.list(10) >= 7 ? (context.fields ?? []) : [],
    note: words.note,
    expanded: context.expanded === true,
    folds: folds(run, context, folded),
  }
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
      what: literal(what, caps.text(80)),
      before: orDash(literal(before, caps.text(160))),
      after: orDash(literal(after, caps.text(160))),
    }))

function notices(run: Run, context: RunCardContext, frozen: string | null, caps: Caps): readonly Line[] {
  const old = voided(run)
  return [
    ...(context.again ? [line(said(words.again, 'warn'))] : []),
    ...(run.link ? [line(said(words.follows[run.link.why], 'subtle'), said(run.link.run, 'mono'))] : []),
    ...(run.finished && run.finished.reason !== '' ? [line(quoted(run.finished.reason, 240, caps, 'bold'))] : []),
    ...(frozen !== null && !run.finished ? [line(said(words.frozen, 'bad', 'bold'), quoted(frozen, 160, caps))] : []),
    ...(isAsking(run) && old.length > 0
      ? [line(said(words.changed, 'warn', 'bold'), quoted(old.map((each) => each.by.name).join(', '), 120, caps))]
      : []),
    ...(run.stopRequested
      ? [
          line(
            said(words.stopping, 'warn', 'bold'),
            quoted(run.stopRequested.by.name, 60, caps, 'bold'),
            ...(run.stopRequested.reason === '' ? [] : [said(': '), quoted(run.stopRequested.reason, 160, caps)]),
          ),
        ]
      : []),
    ...(run.waiting && !run.finished
      ? [line(said(words.waiting, 'warn', 'bold'), quoted(run.waiting.reason, 160, caps))]
      : []),
  ]
}

/** Who may still say yes, and who has said yes already with when and with which note. */
function approvalFacts(run: Run, context: RunCardContext, caps: Caps): readonly Fact[] {
  const ask = openAsk(run)
  const given = ask ? approvalsFor(run, ask) : run.approvals.filter((each) => each.plan === run.plan)
  const { shown, more } = first(given, caps.list(4))
  const yes: readonly Line[] = [
    ...shown.map((each) =>
      line(
        said('✓ ', 'good', 'bold'),
        quoted(each.by.name, 60, caps),
        said(`  ${onCard(each.at, context.at)}${each.via === undefined ? '' : words.via}`, 'subtle'),
        ...(each.note === '' ? [] : [said('  “', 'subtle'), quoted(each.note, 160, caps), said('”', 'subtle')]),
      ),
    ),
    ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : []),
  ]
  const rule = ask?.rule ?? (context.preview ? run.decision?.rule : undefined)
  if (!rule) return yes.length > 0 ? [fact(words.by, ...yes)] : []
  const scope = ask ? scopeName(ask.scope) : ''
  const need = peopleNeeded({ rule })
  const apart = rule.not.map((each) => words.apart[each]).join(', ')
  const who = line(
    ...(scope === '' ? [] : [said(words.step), quoted(scope, 60, caps, 'bold'), said(': ')]),
    ...(need > 1 && given.length > 0 ? [said(words.count(given.length, need))] : []),
    quoted(capital(context.approvers), 240, caps, 'bold'),
    ...(apart === '' ? [] : [said(` · ${apart}`, 'subtle')]),
  )
  // Before the first yes the rule itself says what is wanted.
  const missing = ask && given.length > 0 ? (context.missing ?? '') : ''
  const left = missing === '' ? [] : [line(said(words.missing, 'warn'), quoted(missing, 160, caps, 'bold'))]
  return [fact(words.may, who, ...yes, ...left)]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const touched = (run: Run): boolean => Object.keys(run.steps).length > 0

/** Guardrails matter until somebody has decided, and where they are why nothing ran. */
const concernsShow = (run: Run, context: RunCardContext): boolean =>
  context.preview === true ||
  run.status === 'awaitingApproval' ||
  run.status === 'stoppedByPolicy' ||
  run.status === 'recorded' ||
  run.status === 'proposed'

function buttons(run: Run, context: RunCardContext, frozen: boolean): JsonObject {
  const live = context.preview !== true
  const asks = live && openAsk(run) !== undefined && run.plan !== null
  const offers = live && run.status === 'needsHuman' ? (context.offers ?? []) : []
  const shows = {
    approve: asks && !frozen && (context.viewer?.approve ?? true),
    reject: asks && (context.viewer?.reject ?? true),
    refresh: asks && frozen,
    stop: live && isUnderWay(run) && run.status !== 'rollingBack' && run.stopRequested === null,
    takeover: offers.includes('takeover'),
    rollback: offers.includes('rollback'),
  }
  return { ...shows, any: Object.values(shows).some(Boolean), details: live }
}
