// Owns the question to the person who reported an incident, as a comment that they see in ServiceNow.
import type { Run, RunEvent } from '../../core/run.ts'
import type { Entry } from '../../ports/store.ts'
import { plain } from './escape.ts'
import { dated } from './figures.ts'

/** Plain text; says what was done, how to answer and until when. Its first line is no answer. */
export function questionFor(run: Run, entry: Entry, marker: string): string {
  const event = entry.event as unknown as Extract<RunEvent, { type: 'confirmAsked' }>
  const number = plain(run.context.incident?.number ?? '', 40)
  const steps = run.draft?.steps[event.target] ?? []
  const step = steps.find(({ id }) => id === event.step)
  const until = step?.confirm ? `, until ${dated(entry.at + step.confirm.withinMs)}` : ''
  return [
    `For ${number} we did this on ${plain(event.target, 60)}: ${plain(step?.title ?? event.step, 120)}.`,
    `Please write a comment here: YES if it works again for you, NO if it does not, as the first word${until}.`,
    marker,
  ].join('\n')
}
