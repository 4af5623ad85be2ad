// Owns capturing evidence before the ask and at the end: a failure is recorded, and the run goes on.
import { AFTER, type Work } from '../../core/owed.ts'
import type { Millis } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import { summaryOf } from '../summary.ts'
import { call, lookKey } from './calls.ts'
import { captureSignal } from './capture-signal.ts'
import { type Performed, type Performing, record, recordWith, sentence } from './context.ts'
import { captured } from './evidence.ts'

const SUMMARY = 200
/** At the end a person waits for the news: what does not answer soon is not waited for. */
const AFTER_TIMEOUT: Millis = 15_000

export async function capture(work: Performing, owed: Extract<Work, { do: 'capture' }>): Promise<Performed> {
  const { id, target, request } = owed
  const { signal } = request
  if (signal) return captureSignal(work, { id, target, request: { ...request, signal } })
  const timeoutMs = id.startsWith(AFTER) ? Math.min(AFTER_TIMEOUT, request.timeoutMs) : request.timeoutMs
  try {
    const called = await call(work, { ...request, timeoutMs }, target, lookKey(work, `evidence ${id}`))
    const ok = called.outcome === 'succeeded'
    const summary = ok ? summaryOf(called.result, SUMMARY) : `failed: ${called.reason}`
    const { result, log = '' } = called
    const what = { id, do: request.do, target, ok }
    const { artefact, event } = captured(what, summary, { operation: request.do, target, result, log })
    return await recordWith(work, [artefact], event)
  } catch (error) {
    if (!isPortError(error) || work.signal.aborted) throw error
    const summary = `not captured: ${sentence(error)}`.slice(0, SUMMARY)
    const event = { type: 'evidenceCaptured', id, do: request.do, target } as const
    return record(work, { ...event, ok: false, summary, sha256: null, bytes: 0 })
  }
}
