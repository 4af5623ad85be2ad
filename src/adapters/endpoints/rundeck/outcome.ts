// Owns how an execution of Rundeck ended: what is not certainly a success or a failure is unknown (CONTRACTS §4).
import type { Outcome } from '../../../ports/endpoint.ts'
import { plainText } from '../../wire/text.ts'
import type { Execution } from './schema.ts'

export const underWay: ReadonlySet<string> = new Set(['running', 'queued', 'scheduled', 'failed-with-retry'])

/** `missed`: its time passed and it never ran. */
const outcomes: ReadonlyMap<string, Outcome> = new Map([
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['aborted', 'failed'],
  ['timedout', 'failed'],
  ['missed', 'failed'],
  // With customStatus `incomplete` the server restarted meanwhile: nobody knows how far it came.
  ['other', 'unknown'],
])

/** The outcome; undefined for what is no end: a status that nobody knows is one where the execution has an end. */
export function outcomeOf(execution: Execution): Outcome | undefined {
  if (underWay.has(execution.status)) return undefined
  return outcomes.get(execution.status) ?? (execution['date-ended'] ? 'unknown' : undefined)
}

export function reasonOf({ status, customStatus, abortedby, failedNodes }: Execution): string {
  const more = [
    customStatus ? `"${plainText(customStatus, 60)}"` : '',
    status === 'aborted' && abortedby ? `by ${plainText(abortedby, 60)}` : '',
    failedNodes && failedNodes.length > 0 ? `on ${plainText(failedNodes.join(', '), 200)}` : '',
  ].filter(Boolean)
  return [plainText(status, 60), ...more].join(' ')
}
