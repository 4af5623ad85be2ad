// Owns `suppress`: further members of a storm are counted and not told for a time, and a zero time ends that.
import type { CommandOf } from '../../core/commands.ts'
import { quietTimes } from '../quiet.ts'
import { inText } from '../views/figures.ts'
import { answer, type Handle, refusal } from './context.ts'
import { find } from './show.ts'

export const suppress: Handle<CommandOf<'suppress'>> = async (
  context,
  { person },
  { run: subject, forMs, because },
) => {
  const { deps, journal, authority } = context
  const run = await find(context, subject)
  if (!run) return refusal(`there is no run ${subject} here`, 'status lists what is open')
  const done = await quietTimes(deps, journal, authority)(run, { by: person, forMs, reason: because })
  if (!done.ok) {
    const { reason, fix } = done.refusal
    await journal.transact(run.id, () => ({
      ok: true,
      events: [{ type: 'clickRefused', by: person, verb: 'suppress', scope: 'run', reason }],
    }))
    return refusal(reason, fix)
  }
  const until = done.run.knowledge.suppressed?.until ?? 0
  if (until === 0) return answer(`The storm of run ${run.id} is told again.`, 300)
  const words = `The storm of run ${run.id} is quiet until ${inText(until)}: more of the same is counted and not told.`
  return answer(`${words} A new symptom or a resolution is told all the same.`, 400)
}
