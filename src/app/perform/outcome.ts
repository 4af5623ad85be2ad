// Owns recording what an endpoint said of a request: its handle, its end, and its answer as evidence.
import type { At, RunEvent } from '../../core/run.ts'
import { type Sent, stepOf } from '../../core/step-state.ts'
import type { Json } from '../../core/values.ts'
import type { Progress } from '../../ports/endpoint.ts'
import type { Artefact } from '../../ports/store.ts'
import type { Performed, Performing } from './context.ts'
import { type Captured, captured } from './evidence.ts'

export async function recordProgress(
  work: Performing,
  at: At,
  which: 'action' | 'rollback',
  sent: Pick<Sent, 'key' | 'request'>,
  progress: Progress,
): Promise<Performed> {
  const { key } = sent
  const known = stepOf(work.run, at)[which]?.handle === progress.handle
  const type = which === 'action' ? 'actionAccepted' : 'rollbackAccepted'
  const accepted: readonly RunEvent[] = known ? [] : [{ type, ...at, key, handle: progress.handle }]
  if (progress.state === 'running') return recordOpen(work, at, which, key, [], accepted)
  const { outcome, reason, result, log } = progress
  const end: End = { outcome, effect: 'possible', reason, result, ...(log === undefined ? {} : { log }) }
  return recordEnd(work, at, which, sent, end, accepted)
}

interface End {
  readonly outcome: 'succeeded' | 'failed' | 'unknown'
  readonly effect: 'none' | 'possible'
  readonly reason: string
  readonly result?: Json
  readonly log?: string
}

export async function recordEnd(
  work: Performing,
  at: At,
  which: 'action' | 'rollback',
  sent: Pick<Sent, 'key' | 'request'>,
  end: End,
  before: readonly RunEvent[] = [],
): Promise<Performed> {
  const { outcome, effect, reason, result = null } = end
  const { key } = sent
  work.deps.meter.acted(which, outcome)
  const answer = effect === 'none' ? null : answerOf(at, which, sent, end)
  const artefacts = answer ? [answer.artefact] : []
  const first = [...before, ...(answer ? [answer.event] : [])]
  if (which === 'rollback')
    return recordOpen(work, at, which, key, artefacts, [
      ...first,
      { type: 'rollbackEnded', ...at, key, outcome, reason, ...(effect === 'none' ? { effect } : {}) },
    ])
  const ended: RunEvent = { type: 'actionEnded', ...at, key, outcome, effect, reason, result }
  // What follows a success at once goes into the same commit: each costs a sync of the disk.
  const step = work.run.draft?.steps[at.target]?.find(({ id }) => id === at.step)
  const verifies = outcome === 'succeeded' && step?.verify && !stepOf(work.run, at).verify
  const then: readonly RunEvent[] = verifies ? [{ type: 'verifyStarted', ...at }] : []
  return recordOpen(work, at, which, key, artefacts, [...first, ended, ...then])
}

/** Only while this very request is open in the log: an answer that was recorded already, and its reply lost, is not told twice. */
const recordOpen = (
  work: Performing,
  at: At,
  which: 'action' | 'rollback',
  key: string,
  artefacts: readonly Artefact[],
  events: readonly RunEvent[],
): Promise<Performed> =>
  work.transact(
    (run) => {
      const sent = stepOf(run, at)[which]
      const isOpen = !run.finished && sent?.key === key && sent.ended === null
      const news = events.filter((each) => !('handle' in each) || each.handle !== sent?.handle)
      return { ok: true, events: isOpen ? news : [] }
    },
    artefacts.length > 0 ? artefacts : undefined,
  )

/** What the endpoint answered, its log included, is evidence beside the request that it answers. */
function answerOf(
  at: At,
  which: 'action' | 'rollback',
  { key, request }: Pick<Sent, 'key' | 'request'>,
  { outcome, reason, result = null, log = '' }: End,
): Captured {
  const { do: operation, url, with: values } = request
  const { target, step } = at
  const what = { id: `${which}-${key.slice(-24)}`, do: operation, target, ok: outcome === 'succeeded' }
  const content = { operation, step, target, key, request: { url, with: values }, outcome, reason, result, log }
  return captured(what, `${outcome}: ${reason}`, content)
}
