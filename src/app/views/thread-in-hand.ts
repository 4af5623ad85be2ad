// Owns what is said in the thread of a run that somebody took in hand, that was braked, or whose caller was asked.
import type { At, Run, RunEvent } from '../../core/run.ts'
import type { TextMessage } from '../../ports/channel.ts'
import { say, voiced } from '../locale/voice.ts'
import { markdown } from './escape.ts'
import { attemptsOf } from './planned-calls.ts'

const words = voiced({
  takenOver: (name: string) => `🤝 **${name}** has taken it over; nothing new is started`,
  resumed: (name: string) => `▶️ **${name}** lets it go on; everything is checked again`,
  settled: (name: string, what: string, happened: boolean) =>
    `🔎 **${name}** looked: ${what} ${happened ? 'happened' : 'did not happen'}`,
  theRollback: 'the rollback of ',
  retried: (where: string, attempt: number, of: number) => `🔁 ${where}: attempt ${attempt} of ${of}`,
  by: (name: string) => `, asked by **${name}**`,
  undo: (name: string) => `↩️ **${name}** wants what ran undone, the last step first`,
  released: ' (released during the freeze)',
  braked: '🛑 **Brake**: nothing new is started, what is under way comes to its end',
  asked: (where: string, of: string) => `🙋 ${where}: asked **${of}** whether it works`,
  caller: 'the caller',
  answers: (number: string) => `, here or as a comment in ${number}`,
  confirmed: (where: string, ok: boolean) => `${ok ? '✅' : '❌'} ${where}`,
  via: ' (in ServiceNow)',
  where: (step: string, target: string) => `**${step}** on ${target}`,
} as const)

/** null: the event is none of these. */
export function inHandReply(run: Run, event: RunEvent): TextMessage | null {
  const text = textOf(run, event)
  return text === null ? null : { text }
}

function textOf(run: Run, event: RunEvent): string | null {
  switch (event.type) {
    case 'takenOver':
      return `${words.takenOver(name(event.by.name))}${because(event.reason)}`
    case 'resumed':
      return `${words.resumed(name(event.by.name))}${event.released ? words.released : ''}${because(event.reason)}`
    case 'settled': {
      const what = `${event.which === 'rollback' ? words.theRollback : ''}${where(event)}`
      return `${words.settled(name(event.by.name), what, event.happened)}${because(event.reason)}`
    }
    case 'retried': {
      const text = words.retried(where(event), event.attempt, attemptsOf(run, event, event.attempt))
      return event.by ? `${text}${words.by(name(event.by.name))}${because(event.reason)}` : text
    }
    case 'rollbackRequested':
      return `${words.undo(name(event.by.name))}${event.released ? words.released : ''}${because(event.reason)}`
    case 'braked':
      return `${words.braked}${because(say(event.reason))}`
    case 'confirmAsked': {
      const { incident } = run.context
      const there = incident ? words.answers(markdown(incident.number, 40)) : ''
      return `${words.asked(where(event), event.of === '' ? words.caller : name(event.of))}${there}`
    }
    case 'confirmed':
      return `${words.confirmed(where(event), event.ok)}${because(say(event.reason))}${event.via ? words.via : ''}`
    default:
      return null
  }
}

const name = (text: string): string => markdown(text, 60)
const where = (at: At): string => words.where(markdown(at.step, 60), markdown(at.target, 60))
const because = (reason: string): string => (reason === '' ? '' : `: ${markdown(reason, 300)}`)
