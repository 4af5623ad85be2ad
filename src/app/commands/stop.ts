// Owns the command `stop` (P11).
import type { CommandOf } from '../../core/commands.ts'
import { stoppedWords } from '../../core/ending.ts'
import { stopRun } from '../stop-run.ts'
import { markdown } from '../views/escape.ts'
import { type Handle, refusal } from './context.ts'
import { find } from './show.ts'

export const stop: Handle<CommandOf<'stop'>> = async (context, { person }, command) => {
  const { deps, journal, authority } = context
  const run = await find(context, command.run)
  if (!run) return refusal(`there is no run ${command.run} here`, 'status lists what is open')
  const reason = command.because || 'stopped in chat'
  const stopped = await stopRun(deps, journal, authority, run, person, reason)
  if (!stopped.ok) {
    await journal.transact(run.id, () => ({
      ok: true,
      events: [{ type: 'clickRefused', by: person, verb: 'stop', scope: 'run', reason: stopped.refusal.reason }],
    }))
    return refusal(stopped.refusal.reason, stopped.refusal.fix)
  }
  return { text: markdown(`Run ${run.id} is stopped: nothing new leaves. ${stoppedWords(stopped.run)}`, 1500) }
}
