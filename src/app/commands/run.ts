// Owns `run` and `plan`: a person asks for a runbook by name, or looks what an incident would lead to.
import type { CommandOf } from '../../core/commands.ts'
import { emptyRun, evolve } from '../../core/evolve.ts'
import { type IncidentContext, isOver } from '../../core/incident.ts'
import { NOTHING_LEARNT } from '../../core/informed.ts'

import { type Candidate, match } from '../../core/match.ts'
import type { Origin } from '../../core/origin.ts'
import type { Run, RunEvent } from '../../core/run.ts'
import type { Runbook } from '../../core/runbook.ts'
import { isPortError } from '../../ports/errors.ts'
import type { ChatMessage } from '../../ports/inbound.ts'
import type { Assessment } from '../assess.ts'
import { nearest } from '../chat/suggest.ts'
import { visibleCi } from '../cis.ts'
import { runId } from '../ids.ts'
import { recurrencesOf } from '../recurrence.ts'
import { weigh } from '../weigh.ts'
import { type CommandContext, type Handle, refusal, refuse } from './context.ts'

type RunCommand = CommandOf<'plan' | 'run'>
type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string; readonly fix?: string }

export const startRun: Handle<RunCommand> = async (context, message, command) => {
  const { deps, journal } = context
  const asked = await ask(context, message, command)
  if (!asked.ok) return refuse(context, message.person, 'run', asked)
  const { id, proposed, assessment } = asked.value
  if (assessment.decision.effect === 'ask' && command.because === '')
    return refuse(context, message.person, 'run', {
      reason: 'people will be asked to approve this, so say why',
      fix: `add because "…", for example: run ${command.subject} … because "5xx since 02:10"`,
    })
  const { draft, blast, context: read } = assessment
  const planned: RunEvent = { type: 'planned', draft, blast, context: read, replaces: null }
  const [only, ...others] = draft.targets
  await journal.create(id, [proposed, planned], {
    runbook: assessment.runbook.id,
    ...(read.incident ? { incident: read.incident.number, sysId: read.incident.sysId } : {}),
    // What people do about a CI is compared with what a recorded run would have done.
    ...(only?.ci && others.length === 0 ? { ci: only.ci.sysId } : {}),
  })
  deps.log.info({ run: id, runbook: assessment.runbook.id }, 'a run was requested in chat')
  // Its card appears in this thread as soon as it is decided.
  return undefined
}

export const planRun: Handle<RunCommand> = async (context, message, command) => {
  const asked = await ask(context, message, command)
  if (!asked.ok) return refusal(asked.reason, asked.fix)
  return context.cards.preview(preview(context, asked.value))
}

interface Asked {
  readonly id: string
  readonly proposed: RunEvent & { type: 'proposed' }
  readonly assessment: Assessment
}

async function ask(context: CommandContext, message: ChatMessage, command: RunCommand): Promise<Read<Asked>> {
  const { deps, assess } = context
  const read = await contextOf(context, command)
  if (!read.ok) return read
  const chosen = await choose(context, command, read.value)
  if (!chosen.ok) return chosen
  const { runbook, candidates } = chosen.value
  const id = runId(deps.hash.digest, 'chat', JSON.stringify(message.conversation), message.id)
  const origin: Origin = {
    kind: 'chat',
    requester: message.person,
    because: command.because,
    conversation: message.conversation,
    text: message.text.slice(0, 2000),
  }
  const requested = { parameters: command.parameters, targets: command.targets }
  const assessed = await assess({
    id,
    origin,
    context: read.value,
    requested,
    glass: null,
    standardChange: null,
    knowledge: NOTHING_LEARNT,
    runbook: runbook.id,
  })
  if (!assessed.ok)
    return {
      ok: false,
      reason: assessed.problems.join('; '),
      ...(assessed.retry ? { fix: 'try again in a moment' } : {}),
    }
  const proposed = {
    type: 'proposed',
    origin,
    context: read.value,
    candidates,
    runbook: { id: runbook.id, title: runbook.title, owner: runbook.owner },
    requested,
  } as const
  return { ok: true, value: { id, proposed, assessment: assessed.value } }
}

/** The incident that `for INC…` (or `plan INC…`) names, read back; without one an empty context. */
async function contextOf({ deps }: CommandContext, command: RunCommand): Promise<Read<IncidentContext>> {
  const number = command.incident ?? (isNumber(command.subject) ? command.subject : null)
  const readAt = deps.clock.now()
  if (number === null) return { ok: true, value: { readAt } }
  try {
    const { incident, ciId } = await deps.tickets.incidentByNumber(number)
    if (isOver(incident))
      return { ok: false, reason: `${number} is ${incident.state}`, fix: `reopen ${number} if it still hurts` }
    const ci = ciId === undefined ? undefined : await visibleCi(deps.tickets, ciId)
    return { ok: true, value: { incident, ...(ci ? { ci } : {}), readAt } }
  } catch (error) {
    if (!isPortError(error, 'notFound')) throw error
    return { ok: false, reason: `ServiceNow shows no incident ${number}`, fix: 'look at the number' }
  }
}

async function choose(
  { deps }: CommandContext,
  command: RunCommand,
  read: IncidentContext,
): Promise<Read<{ readonly runbook: Runbook; readonly candidates: readonly Candidate[] }>> {
  const { catalog, governance } = deps.files.current()
  if (isNumber(command.subject)) {
    const recurrences = await recurrencesOf(deps, read, false)
    const matched = match(read, catalog.runbooks.values(), governance, recurrences)
    // A dry run shows what helped before, and asks no model.
    const { candidates, choice } = await weigh({ ...deps, planner: () => undefined }, read, matched)
    const { runbook: id, tie } = choice
    const runbook = id === null ? undefined : catalog.runbooks.get(id)
    if (runbook) return { ok: true, value: { runbook, candidates } }
    return tie.length > 0
      ? { ok: false, reason: `${tie.join(' and ')} fit equally well`, fix: `plan one of them for ${command.subject}` }
      : {
          ok: false,
          reason: `no runbook fits ${command.subject}`,
          fix: `name one: plan <runbook> for ${command.subject}`,
        }
  }
  const runbook = catalog.runbooks.get(command.subject)
  if (runbook) return { ok: true, value: { runbook, candidates: [] } }
  const off = catalog.problems.find((problem) => problem.file.endsWith(`/${command.subject}.yaml`))
  if (off)
    return { ok: false, reason: `${command.subject} is off: ${off.message}`, fix: `mend ${off.file}, line ${off.line}` }
  const near = nearest(command.subject, [...catalog.runbooks.keys()])
  return {
    ok: false,
    reason: `there is no runbook ${command.subject}`,
    fix: near ? `did you mean ${near}?` : 'runbooks lists those that there are',
  }
}

/** The run as it would be, folded from events that are never stored. */
function preview({ deps }: CommandContext, { id, proposed, assessment }: Asked): Run {
  const { draft, blast, context, decision, plan } = assessment
  const events: readonly RunEvent[] = [
    proposed,
    { type: 'planned', draft, blast, context, replaces: null },
    { type: 'decided', plan, decision, rule: decision.rule, expiresAt: null },
  ]
  return events.reduce((run, event) => evolve(run, event, deps.clock.now()), emptyRun(id))
}

const isNumber = (subject: string): boolean => /^INC\d+$/i.test(subject)
