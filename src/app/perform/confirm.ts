// Owns waiting for the caller's word: asked once in ServiceNow, answered there or on the card, given up after its time.
import { decide } from '../../core/decide.ts'
import type { Work } from '../../core/owed.ts'
import { stepOf } from '../../core/step-state.ts'
import type { Instant, Millis } from '../../core/values.ts'
import type { CallerAnswer, CallerRecords } from '../../ports/caller.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import { type Performed, type Performing, record } from './context.ts'

/** How often ServiceNow is asked whether the caller has written; a card answers at once. */
const LOOK_MS: Millis = 15_000

export async function confirm(
  work: Performing,
  { at, withinMs, askedAt }: Extract<Work, { do: 'confirm' }>,
): Promise<Performed> {
  const { deps, run } = work
  const { incident } = run.context
  if (askedAt === null) return record(work, { type: 'confirmAsked', ...at, of: await callerOf(work) })
  const now = deps.clock.now()
  if (now >= askedAt + withinMs) {
    const reason = `nobody confirmed within ${Math.round(withinMs / 60_000)} min that it works`
    // An answer may have come in this very moment: it counts.
    return work.transact((current) => ({
      ok: true,
      events:
        current.finished || stepOf(current, at).confirm?.ended
          ? []
          : [{ type: 'confirmed', ...at, ok: false, reason, by: null }],
    }))
  }
  const againMs = Math.min(LOOK_MS, askedAt + withinMs - now)
  if (!incident || !deps.callerRecords) return { againMs }
  // The card can still be answered where ServiceNow cannot be read; it is asked again.
  const read = await answerTo(deps.callerRecords, incident.sysId, askedAt)
  if ('error' in read) return { againMs: read.error.retryAfterMs ?? LOOK_MS }
  const { answer } = read
  if (!answer) return { againMs }
  const reason = `the caller says ${answer.works ? 'it works' : 'it does not work'}: ${answer.text}`
  const by = stepOf(run, at).confirm?.of || 'the caller'
  const said = { do: 'confirm', at, by, ok: answer.works, reason, via: 'servicenow' } as const
  return work.transact((current) => decide(said, current, now))
}

/** Only ServiceNow's own errors are caught here, never the store's. */
async function answerTo(
  records: CallerRecords,
  incident: string,
  since: Instant,
): Promise<{ readonly answer: CallerAnswer | undefined } | { readonly error: PortError }> {
  try {
    return { answer: await records.answer(incident, since) }
  } catch (error) {
    if (!isPortError(error)) throw error
    return { error }
  }
}

/** Who is asked, by name: the incident's caller, else who asked for the run. */
async function callerOf({ deps, run }: Performing): Promise<string> {
  const { incident } = run.context
  const requester = run.origin.kind === 'chat' ? run.origin.requester.name : ''
  if (!incident || !deps.callerRecords) return requester
  try {
    return (await deps.callerRecords.of(incident.sysId))?.name ?? requester
  } catch (error) {
    if (!isPortError(error)) throw error
    return requester
  }
}
