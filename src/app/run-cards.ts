// Owns the run's card as it looks now: the view, with what only the app knows (approvers, freeze, who is looking).
import { exclusionOf } from '../core/approval.ts'
import { awaitingCaller, offersOf, unknowns } from '../core/intervene.ts'
import type { PlannedRequest } from '../core/plan.ts'
import { groupsAt } from '../core/rule.ts'
import type { Person, Run } from '../core/run.ts'
import { stepOf } from '../core/step-state.ts'
import type { CardMessage, Conversation } from '../ports/channel.ts'
import type { Approvers } from './approvers.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { exactFor } from './exact.ts'
import { whyFrozen } from './freezes.ts'
import { partiesOf } from './parties.ts'
import { offersQuiet } from './quiet.ts'
import { newestAsk, openAsk } from './views/asks.ts'
import { editFields } from './views/edit-fields.ts'
import { type Offer } from './views/offers.ts'
import { openFor, stillMissing, whoseWord } from './views/rule-words.ts'
import { type RunCardContext, runCard, type Viewer } from './views/run-card.ts'

export interface Drawing {
  /** With everything unfolded. */
  readonly expanded?: boolean
  /** It may stand twice, and says so. */
  readonly again?: boolean
  /** Where it stands: people there get a view of their own when they look (`refresh`). */
  readonly in?: Conversation
  /** For this person alone: buttons only for who may use them, and why not for the others. */
  readonly viewer?: Person
}

export interface RunCards {
  card(run: Run, how?: Drawing): Promise<CardMessage>
  /** Whose word is wanted, as a phrase. */
  approvers(run: Run): string
  /** What is missing by now of what is asked; empty where nothing is asked. */
  missing(run: Run): string
  /** What a freeze says of this run, for people to read; it decides nothing. */
  frozen(run: Run): Promise<string | null>
  /** A dry run: shows what would be, offers nothing. */
  preview(run: Run): CardMessage
}

/** Teams takes no more in `refresh.userIds` (TEAMS, Cards). */
const VIEWERS = 60

export function runCards(deps: Deps, authority: Authority, people: Approvers): RunCards {
  const describe = (request: PlannedRequest): string =>
    deps.endpoints(request)?.describe(request) ?? `${request.do} (${request.kind} cannot be called by this version)`

  const approvers = (run: Run): string => {
    const ask = openAsk(run) ?? newestAsk(run)
    const rule = ask?.rule ?? run.decision?.rule
    return rule ? whoseWord(rule, run.runbook?.owner ?? '', openFor(ask, deps.clock.now())) : ''
  }

  const missing = (run: Run): string => {
    const ask = openAsk(run)
    return ask ? stillMissing(run, ask, run.runbook?.owner ?? '', partiesOf(deps, run)) : ''
  }

  const context = (run: Run): RunCardContext => ({
    at: deps.clock.now(),
    approvers: approvers(run),
    missing: missing(run),
    describe,
    ...(deps.settings.publicUrl === undefined ? {} : { publicUrl: deps.settings.publicUrl }),
  })

  const frozen = async (run: Run): Promise<string | null> => {
    if (run.finished) return null
    return whyFrozen(deps, run).catch(() => null)
  }

  /** Handles of those whose client should ask for a view of their own: approvers first, then the requester, then others. */
  const viewersIn = async (run: Run, place: Conversation | undefined): Promise<readonly string[]> => {
    const ask = openAsk(run)
    if (!ask || !place) return []
    const roster = await deps.channel.members(place).catch(() => [])
    const named = roster.length > VIEWERS ? await people.of(run, ask) : []
    const first = new Set(named.map(({ id }) => id.toLowerCase()))
    if (run.origin.kind === 'chat') first.add(run.origin.requester.id.toLowerCase())
    const sorted = roster.toSorted((a, b) => Number(first.has(b.id)) - Number(first.has(a.id)))
    return sorted.slice(0, VIEWERS).map(({ handle }) => handle)
  }

  /** What this person may do about what is asked; undefined where nothing is asked. */
  const viewed = async (run: Run, person: Person | undefined): Promise<Viewer | undefined> => {
    const ask = openAsk(run)
    if (!person || !ask) return undefined
    const standing = await authority.standing(person.id, ask.rule, run.runbook?.owner ?? '', false)
    const counted = groupsAt(ask.rule, ask.at, deps.clock.now())
    const belongs = standing.groups.some((group) => counted.includes(group))
    const excluded = exclusionOf(ask.rule, person, partiesOf(deps, run))
    const requester = run.origin.kind === 'chat' && run.origin.requester.id === person.id
    const approved = run.approvals.some(
      (each) => each.by.id === person.id && each.scope === ask.scope && each.plan === ask.plan,
    )
    const unsure = standing.unknown.map(({ group, reason }) => `${group}: ${reason}`).join('; ')
    const why = approved
      ? 'You have approved it; somebody else has to approve it too.'
      : excluded
        ? `You cannot approve it: ${excluded}.`
        : belongs
          ? ''
          : unsure
            ? `Whether you may approve it cannot be told: ${unsure}.`
            : `You cannot approve it: that takes ${approvers(run)}.`
    return { approve: belongs && !excluded && !approved, reject: belongs, edit: belongs || requester, note: why }
  }

  /** What may be asked for now; whether this person may is decided when they do. */
  const offers = (run: Run): readonly Offer[] => {
    const somebody = { id: '', name: '', tenant: '' }
    return [
      ...(unknowns(run).length > 0 ? (['settle'] as const) : []),
      ...(awaitingCaller(run).length > 0 && !run.finished ? (['confirm'] as const) : []),
      ...offersOf(run, somebody, deps.clock.now()),
      ...(run.finished?.status === 'needsHuman' ? (['close'] as const) : []),
      ...(offersQuiet(run, deps.files.current().governance.storm.from, deps.clock.now())
        ? (['suppress'] as const)
        : []),
    ]
  }

  const callerOf = (run: Run): Pick<RunCardContext, 'caller'> => {
    const [name] = awaitingCaller(run).flatMap((at) => stepOf(run, at).confirm?.of || [])
    return name === undefined ? {} : { caller: name }
  }

  return {
    approvers,
    missing,
    frozen,
    async card(run, how = {}) {
      const runbook = run.runbook ? deps.files.current().catalog.runbooks.get(run.runbook.id) : undefined
      const viewer = await viewed(run, how.viewer)
      return runCard(deps.card, run, {
        ...context(run),
        expanded: how.expanded ?? false,
        again: how.again ?? false,
        frozen: await frozen(run),
        viewers: await viewersIn(run, how.in),
        ...(viewer ? { viewer } : {}),
        fields: runbook ? editFields(runbook, run) : [],
        offers: offers(run),
        ...callerOf(run),
        fill: exactFor(deps, run),
      })
    },
    preview: (run) => runCard(deps.card, run, { ...context(run), preview: true }),
  }
}
