// Owns `breakglass`: the way around policy in an emergency, with its own role, a reason, two people and a loud trail.
import type { CommandOf } from '../../core/commands.ts'
import { decide } from '../../core/decide.ts'
import type { Person, Run, RunEvent } from '../../core/run.ts'
import type { Refusal } from '../../core/verdict.ts'
import type { ChatMessage } from '../../ports/inbound.ts'
import { threadOf } from '../conversations.ts'
import { joinedOf, succeed } from '../correlation.ts'
import { runId } from '../ids.ts'
import { answer, type CommandContext, type Handle, refusal, refuse, whyNotIn } from './context.ts'
import { find } from './show.ts'

export const breakGlass: Handle<CommandOf<'breakglass'>> = async (context, message, command) => {
  const { deps, journal } = context
  const { person } = message
  const rules = deps.files.current().governance.breakGlass
  if (!rules)
    return refuse(context, person, 'breakglass', {
      reason: 'nobody may break the glass here',
      fix: 'breakGlass in governance.yaml names whose emergency role that is',
    })
  const run = await find(context, command.run)
  if (!run) return refusal(`there is no run ${command.run} here`, 'status lists what is open')
  const refused = (await whyNotIn(context, person, rules.may, 'break the glass', run.runbook?.owner)) ?? whyNotFor(run)
  if (refused) return refuse(context, person, 'breakglass', refused)
  const reason = command.because
  // First the trail: nobody breaks the glass unseen, even if what follows fails.
  await journal.control({ type: 'glassBroken', run: run.id, by: person, reason })
  deps.log.warn({ run: run.id }, 'the glass was broken')
  deps.meter.glassBroken()
  const asked = run.finished
    ? await startAnew(context, message, run, reason)
    : await overrule(context, run, person, reason)
  if ('refusal' in asked) return refuse(context, person, 'breakglass', asked.refusal)
  const text = `BREAK-GLASS: run ${asked.run} now asks ${rules.quorum} people of ${rules.may.join(', ')}, and sets aside ${rules.setsAside.join(', ')}. Everybody hears of it: ${reason}`
  return answer(text, 900)
}

/** What has ended begins again only where policy or the time had stopped it before anything was sent. */
function whyNotFor({ id, finished, startedAt, runbook }: Run): Refusal | null {
  if (!finished) return null
  const again = finished.status === 'stoppedByPolicy' || finished.status === 'expired'
  if (again && startedAt === null && runbook) return null
  return { reason: `run ${id} has ended: ${finished.reason}`, fix: 'start a new run, and break the glass for that one' }
}

type Broken = { readonly run: string } | { readonly refusal: Refusal }

async function overrule({ journal, wake }: CommandContext, run: Run, by: Person, reason: string): Promise<Broken> {
  const done = await journal.transact(run.id, (now, at) => decide({ do: 'breakGlass', by, reason }, now, at))
  if (!done.ok) return { refusal: done.refusal }
  await wake(run.id)
  return { run: run.id }
}

/** What policy had stopped, or nobody answered in time, begins again as a run of its own, with the glass broken. */
async function startAnew(
  { deps, journal }: CommandContext,
  { person, conversation, text }: ChatMessage,
  run: Run,
  reason: string,
): Promise<Broken> {
  if (!run.runbook) return { refusal: { reason: 'no runbook was chosen for it' } }
  const id = runId(deps.hash.digest, 'breakGlass', run.id)
  // Where those who were asked before see it, wherever the command was given.
  const place = (await threadOf(deps, run)) ?? conversation
  const { advice } = run.knowledge
  const events: readonly RunEvent[] = [
    {
      type: 'proposed',
      origin: { kind: 'chat', requester: person, because: reason, conversation: place, text: text.slice(0, 2000) },
      context: run.context,
      candidates: run.candidates,
      runbook: run.runbook,
      requested: run.requested,
      link: { run: run.id, why: 'breakGlass' },
    },
    // What was the model's is the model's still.
    ...(advice ? ([{ type: 'advised', ...advice }] as const) : []),
    ...joinedOf(run),
    { type: 'glassBroken', by: person, reason },
  ]
  const labels = (await deps.store.record(run.id))?.labels ?? {}
  const created = await journal.create(id, events, labels)
  // Also where it was there already: whoever began this may have died right here.
  await succeed(deps, run, id)
  return created
    ? { run: id }
    : { refusal: { reason: `the glass was broken for it before: run ${id}`, fix: `look at run ${id}` } }
}
