// Owns `breakglass`: the way around policy in an emergency, with its own role, a reason, two people and a loud trail.
import type { CommandOf } from '../../core/commands.ts'
import { decide } from '../../core/decide.ts'
import type { Person, Run, RunEvent } from '../../core/run.ts'
import type { ChatMessage } from '../../ports/inbound.ts'
import { moveEpisode } from '../episodes.ts'
import { runId } from '../ids.ts'
import { markdown } from '../views/escape.ts'
import { type CommandContext, type Handle, refusal, refuse, whyNotIn } from './context.ts'
import { find } from './show.ts'

export const breakGlass: Handle<CommandOf<'breakglass'>> = async (context, message, command) => {
  const { deps, journal } = context
  const { person } = message
  const rules = deps.files.current().governance.breakGlass
  if (!rules)
    return refuse(context, person, 'breakglass', {
      reason: 'nobody may break the glass here',
      fix: 'governance.yaml declares breakGlass, or does not',
    })
  const refused = await whyNotIn(context, person, rules.may, 'break the glass')
  if (refused) return refuse(context, person, 'breakglass', refused)
  const run = await find(context, command.run)
  if (!run) return refusal(`there is no run ${command.run} here`, 'status lists what is open')
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
  return { text: markdown(text, 900) }
}

type Broken = { readonly run: string } | { readonly refusal: { readonly reason: string; readonly fix?: string } }

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
  const again = run.finished?.status === 'stoppedByPolicy' || run.finished?.status === 'expired'
  if (!again || run.startedAt !== null || !run.runbook)
    return {
      refusal: {
        reason: `run ${run.id} has ended: ${run.finished?.reason ?? ''}`,
        fix: 'start a new run, then break the glass for it',
      },
    }
  const id = runId(deps.hash.digest, 'breakGlass', run.id)
  const events: readonly RunEvent[] = [
    {
      type: 'proposed',
      origin: { kind: 'chat', requester: person, because: reason, conversation, text: text.slice(0, 2000) },
      context: run.context,
      candidates: run.candidates,
      runbook: run.runbook,
      requested: run.requested,
      link: { run: run.id, why: 'breakGlass' },
    },
    { type: 'glassBroken', by: person, reason },
  ]
  const labels = (await deps.store.record(run.id))?.labels ?? {}
  const created = await journal.create(id, events, labels)
  if (!created)
    return { refusal: { reason: `the glass was broken for it before: run ${id}`, fix: `look at run ${id}` } }
  if (run.context.incident) await moveEpisode(deps.store, run.context.incident.sysId, run.id, id)
  return { run: id }
}
