// Owns what people may answer to an ask: yes, no, the same with other values, or going around it in an emergency.
import { approvalsFor, exclusionOf, type Parties, type Standing, tally } from './approval.ts'
import type { RunCommand } from './decide.ts'
import { halt } from './ending.ts'
import { groupsAt, groupsOf } from './rule.ts'
import type { ApprovalScope, Ask, Run } from './run.ts'
import { type Instant, own } from './values.ts'
import { events, type Refusal, refuse, type Verdict } from './verdict.ts'

type Answer = Extract<RunCommand, { do: 'approve' | 'reject' }>

export function answer(command: Answer, run: Run, at: Instant): Verdict {
  const { by, scope, plan, note } = command
  const via = command.via === undefined ? {} : { via: command.via }
  const asked = openAsk(run, scope, plan, command.parties, at)
  if ('refusal' in asked) return { ok: false, refusal: asked.refusal }
  const names = groupNames(run, groupsOf(asked.rule))
  const counted = groupsAt(asked.rule, asked.at, at)
  const groups = command.standing.groups.filter((group) => counted.includes(group))
  if (groups.length === 0) return noStanding(command.standing, run, asked, at)
  // The brake has fallen already: what is under way, or has to be undone, comes to its end first.
  if (command.do === 'reject' && run.brake) return events({ type: 'rejected', by, scope, plan, note, ...via })
  if (command.do === 'reject')
    return events(
      { type: 'rejected', by, scope, plan, note, ...via },
      run.startedAt
        ? halt(run, 'needsHuman', `${by.name} rejected ${scope}${note ? `: ${note}` : ''}`)
        : { type: 'finished', status: 'refused', reason: `${by.name} rejected it${note ? `: ${note}` : ''}` },
    )
  const excluded = exclusionOf(asked.rule, by, command.parties)
  if (excluded) return refuse(excluded, `ask another member of ${names}`)
  if (command.frozen) return refuse(command.frozen, 'wait for the unfreeze, or look at the newest card')
  if (approvalsFor(run, asked).some((each) => each.by.id === by.id))
    return refuse('you have already approved this', 'somebody else has to approve it too')
  return events({ type: 'approved', by, scope, plan, note, groups, ...via })
}

/** The ask that an answer is about, or why there is nothing to answer. */
function openAsk(
  run: Run,
  scope: ApprovalScope,
  plan: string,
  parties: Parties,
  at: Instant,
): Ask | { readonly refusal: Refusal } {
  const no = (reason: string, fix: string) => ({ refusal: { reason, fix } })
  const asked = own(run.asks, scope)
  if (run.finished) return no(`this run has already ended: ${run.finished.reason}`, 'nothing more is needed')
  if (run.edit) return no(`${run.edit.by.name} has asked for it with other values`, `look at run ${run.edit.run}`)
  if (!asked)
    return run.startedAt && scope === 'run'
      ? no('this run was already decided', 'nothing more is needed')
      : no(`nothing is being asked for ${scope}`, 'look at the newest card of this run')
  if (plan !== asked.plan || plan !== run.plan)
    return no('the plan has changed since this card was drawn', 'look at the newest card: it shows what would run now')
  if (tally(asked.rule, approvalsFor(run, asked), parties).complete)
    return no('this was already decided', 'nothing more is needed')
  if (at >= asked.expiresAt) return no('the time to decide is over', `start it again with run ${run.runbook?.id ?? ''}`)
  return asked
}

/** Why this person's word does not count (P12): no group, a group whose time has not come, or nobody can tell. */
function noStanding(standing: Standing, run: Run, asked: Ask, at: Instant): Verdict {
  const names = groupNames(run, groupsAt(asked.rule, asked.at, at))
  const later = asked.rule.lines.find((line) => line.substitute?.from.some((group) => standing.groups.includes(group)))
  if (later?.substitute) {
    const minutes = Math.ceil((asked.at + later.substitute.afterMs - at) / 60_000)
    return refuse(
      `you stand in for ${groupNames(run, later.from)} only if they do not answer`,
      `ask a member of ${names}, or come back in ${minutes} min`,
    )
  }
  const unsure = standing.unknown.map((each) => `${each.group}: ${each.reason}`).join('; ')
  return unsure
    ? refuse(`whether you belong to ${names} cannot be told (${unsure})`, 'try again when the directory answers')
    : refuse(`you are not in ${names}`, `ask a member of ${names}`)
}

/** Names of groups for a person; `owner` is the runbook's. */
const groupNames = (run: Run, groups: readonly string[]): string =>
  groups.map((name) => (name === 'owner' ? (run.runbook?.owner ?? name) : name)).join(', ')

/** Whoever may approve, or asked for it, may ask for the same with other values; nothing of it has begun. */
export function edit(command: Extract<RunCommand, { do: 'edit' }>, run: Run, at: Instant): Verdict {
  const { by, parameters, next, note } = command
  const asked = own(run.asks, 'run')
  if (run.finished) return refuse(`this run has already ended: ${run.finished.reason}`, 'start it again')
  if (run.stopRequested) return refuse(`${run.stopRequested.by.name} has stopped it`, 'start it again')
  if (run.edit) return refuse(`${run.edit.by.name} has already asked for other values`, `look at run ${run.edit.run}`)
  if (run.startedAt || !asked)
    return refuse('it is no longer waiting for approval', 'its values cannot change any more')
  if (command.plan !== run.plan)
    return refuse('the plan has changed since this card was drawn', 'look at the newest card')
  const requester = run.origin.kind === 'chat' && run.origin.requester.id === by.id
  const counted = groupsAt(asked.rule, asked.at, at)
  if (!requester && !command.standing.groups.some((group) => counted.includes(group)))
    return noStanding(command.standing, run, asked, at)
  return events({ type: 'editRequested', by, parameters, note, ...next })
}

/** The role is checked by whoever asks; here only whether there is anything to be freed. */
export function breakGlass({ by, reason }: Extract<RunCommand, { do: 'breakGlass' }>, run: Run): Verdict {
  if (run.finished) return refuse(`this run has already ended: ${run.finished.reason}`)
  if (run.stopRequested) return refuse(`${run.stopRequested.by.name} has stopped it`, 'start it again')
  if (run.glass) return refuse(`${run.glass.by.name} has already broken the glass`, 'two people of its role approve it')
  if (run.startedAt) return refuse('it has begun already', 'nothing more is needed')
  if (run.edit) return refuse(`${run.edit.by.name} has asked for it with other values`, `look at run ${run.edit.run}`)
  return events({ type: 'glassBroken', by, reason })
}
