// Owns capturing evidence before the ask: the answer is stored with its SHA-256, a failure is recorded and goes on.
import { createHash } from 'node:crypto'
import type { Work } from '../../core/owed.ts'
import { isPortError } from '../../ports/errors.ts'
import { summaryOf } from '../summary.ts'
import { call, lookKey } from './calls.ts'
import { type Performed, type Performing, record, sentence } from './context.ts'

const MAX_BYTES = 256 * 1024
const SUMMARY = 200

export async function capture(work: Performing, owed: Extract<Work, { do: 'capture' }>): Promise<Performed> {
  const { deps, run } = work
  const { id, target, request } = owed
  const event = { type: 'evidenceCaptured', id, do: request.do, target } as const
  try {
    const called = await call(work, request, target, lookKey(work, `evidence ${id}`))
    const ok = called.outcome === 'succeeded'
    const text = JSON.stringify(
      { operation: request.do, target, result: called.result, log: called.log ?? '' },
      null,
      2,
    )
    const bytes = Buffer.from(text).subarray(0, MAX_BYTES)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await deps.store.putEvidence(run.id, id, bytes)
    const summary = ok ? summaryOf(called.result, SUMMARY) : `failed: ${called.reason}`.slice(0, SUMMARY)
    return record(work, { ...event, ok, summary, sha256, bytes: bytes.length })
  } catch (error) {
    if (!isPortError(error) || work.signal.aborted) throw error
    return record(work, { ...event, ok: false, summary: `not captured: ${sentence(error)}`, sha256: null, bytes: 0 })
  }
}
