// Owns keeping an artefact: its bytes beside the log, size-capped, and the event that bears its SHA-256.
import { createHash } from 'node:crypto'
import type { RunEvent } from '../../core/run.ts'
import type { JsonObject } from '../../core/values.ts'
import type { Performing } from './context.ts'

const MAX_BYTES = 256 * 1024
const SUMMARY = 200

/** Stores the artefact and answers the event to record; bytes without their event are never shown. */
export async function keep(
  { deps, run }: Performing,
  id: string,
  operation: string,
  target: string,
  ok: boolean,
  summary: string,
  artefact: JsonObject,
): Promise<Extract<RunEvent, { type: 'evidenceCaptured' }>> {
  const bytes = Buffer.from(JSON.stringify(artefact, null, 2)).subarray(0, MAX_BYTES)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await deps.store.putEvidence(run.id, id, bytes)
  const event = { type: 'evidenceCaptured', id, do: operation, target } as const
  return { ...event, ok, summary: summary.slice(0, SUMMARY), sha256, bytes: bytes.length }
}
