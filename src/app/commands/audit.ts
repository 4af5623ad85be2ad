// Owns the command `audit`: whether a run's log is whole, and its head to compare with the closing work note.
import { verifyChain } from '../../core/audit.ts'
import type { CommandOf } from '../../core/commands.ts'
import { lastCheckpoint } from '../anchor-state.ts'
import { answer, type Handle, refusal } from './context.ts'
import { find } from './show.ts'

export const audit: Handle<CommandOf<'audit'>> = async (context, _message, command) => {
  const { deps, journal } = context
  const run = await find(context, command.run)
  if (!run) return refusal(`there is no run ${command.run} here`, 'status lists what is open')
  const checked = verifyChain(await journal.entries(run.id, 1), deps.hash)
  if (!checked.ok) return refusal(`the log of ${run.id} is broken at entry ${checked.seq}: ${checked.reason}`)
  const { n } = await lastCheckpoint(deps.store)
  const rest = `Head ${checked.head}. The closing work note carries the head of its own moment; npm run audit -- export --run ${run.id} writes the log.`
  if (n > 0)
    return answer(
      `Run ${run.id}: ${checked.length} entries, consistent. npm run audit -- verify compares them with the checkpoints. ${rest}`,
      900,
    )
  return answer(`Run ${run.id}: ${checked.length} entries, consistent, not anchored. ${rest}`, 900)
}
