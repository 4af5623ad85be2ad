// Owns the work notes of a run that somebody took in hand, that was braked, or whose caller was asked.
import type { At, Run, RunEvent } from '../../core/run.ts'
import { plain } from './escape.ts'
import { attemptsOf } from './planned-calls.ts'

const words = {
  takenOver: 'Taken over by',
  nothingNew: 'nothing new is started',
  resumed: 'Automation goes on, by',
  looked: (name: string, what: string, happened: boolean) =>
    `${name} looked: ${what} ${happened ? 'happened' : 'did not happen'}`,
  theRollback: 'the rollback of ',
  attempt: (n: number, of: number) => `attempt ${n} of ${of}`,
  byItself: ', by itself as its runbook allows',
  by: (name: string) => `, asked by ${name}`,
  undo: 'Rollback of everything that ran, asked by',
  released: ' (released during the freeze)',
  braked: 'Automation braked: nothing new is started, what is under way comes to its end',
  asked: (of: string) => `asked ${of} whether it works`,
  caller: 'the caller',
  confirmed: { yes: 'confirmed', no: 'not confirmed' },
  via: ' (in ServiceNow)',
} as const

/** The lines of the note, without its marker; null: the event is none of these. */
export function inHandNote(run: Run, event: RunEvent): readonly string[] | null {
  switch (event.type) {
    case 'takenOver':
      return [`${words.takenOver} ${name(event.by.name)}, ${words.nothingNew}${because(event.reason)}`]
    case 'resumed':
      return [`${words.resumed} ${name(event.by.name)}${released(event)}${because(event.reason)}`]
    case 'settled': {
      const what = `${event.which === 'rollback' ? words.theRollback : ''}${where(event)}`
      return [`${words.looked(name(event.by.name), what, event.happened)}${because(event.reason)}`]
    }
    case 'retried': {
      const text = `${where(event)}: ${words.attempt(event.attempt, attemptsOf(run, event, event.attempt))}`
      return [event.by ? `${text}${words.by(name(event.by.name))}${because(event.reason)}` : `${text}${words.byItself}`]
    }
    case 'rollbackRequested':
      return [`${words.undo} ${name(event.by.name)}${released(event)}${because(event.reason)}`]
    case 'braked':
      return [`${words.braked}${because(event.reason)}`]
    case 'confirmAsked':
      return [`${where(event)}: ${words.asked(event.of === '' ? words.caller : name(event.of))}`]
    case 'confirmed': {
      const answer = event.ok ? words.confirmed.yes : words.confirmed.no
      return [`${where(event)}: ${answer}${because(event.reason)}${event.via ? words.via : ''}`]
    }
    default:
      return null
  }
}

const name = (text: string): string => plain(text, 60)
const where = (at: At): string => `${plain(at.step, 60)} on ${plain(at.target, 60)}`
const released = (event: { readonly released?: true }): string => (event.released ? words.released : '')
const because = (reason: string): string => (reason === '' ? '' : `: ${plain(reason, 300)}`)
