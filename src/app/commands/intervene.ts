// Owns the commands that take a run in hand: stop, takeover, resume, retry, settle, rollback, confirm (P11).
import type { CommandOf } from '../../core/commands.ts'
import { stoppedWords } from '../../core/ending.ts'
import type { Run } from '../../core/run.ts'
import type { Intervention } from '../interventions.ts'
import { answer, type Handle, refusal } from './context.ts'
import { find } from './show.ts'

type Intervening = CommandOf<'stop' | 'takeover' | 'resume' | 'rollback' | 'retry' | 'settle' | 'confirm'>

export const intervene: Handle<Intervening> = async (context, { person }, command) => {
  const { journal } = context
  const run = await find(context, command.run)
  if (!run) return refusal(`there is no run ${command.run} here`, 'status lists what is open')
  const done = await context.intervene(run, wantedOf(command, person))
  if (!done.ok) {
    const { reason, fix } = done.refusal
    await journal.transact(run.id, () => ({
      ok: true,
      events: [{ type: 'clickRefused', by: person, verb: command.do, scope: 'run', reason }],
    }))
    return refusal(reason, fix)
  }
  return answer(answers[command.do](done.run), 1500)
}

function wantedOf(command: Intervening, by: Intervention['by']): Intervention {
  const reason = command.because
  switch (command.do) {
    case 'retry':
      return { do: 'retry', by, reason, target: command.target }
    case 'settle':
      return { do: 'settle', by, reason, happened: command.happened, target: command.target, step: null }
    case 'confirm':
      return { do: 'confirm', by, reason, works: command.works }
    default:
      return { do: command.do, by, reason }
  }
}

const answers: { readonly [name in Intervening['do']]: (run: Run) => string } = {
  stop: (run) =>
    run.finished
      ? `Run ${run.id} is closed: ${run.finished.reason}`
      : `Run ${run.id} is stopped: nothing new leaves. ${stoppedWords(run)}`,
  takeover: (run) => `Run ${run.id} is yours: runbot starts nothing more of it. ${stoppedWords(run)}`,
  resume: (run) => `Run ${run.id} goes on; everything is checked again before anything leaves.`,
  rollback: (run) => `Run ${run.id} is being rolled back, the last step first.`,
  retry: (run) => `Run ${run.id} tries again what failed, and nothing else.`,
  settle: (run) => `Noted for run ${run.id}.`,
  confirm: (run) => `Thank you. Noted for run ${run.id}.`,
}
