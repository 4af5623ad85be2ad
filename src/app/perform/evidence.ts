// Owns making an artefact: its bytes, size-capped, and the event that bears their SHA-256.
import { createHash } from 'node:crypto'
import type { RunEvent } from '../../core/run.ts'
import type { JsonObject } from '../../core/values.ts'
import type { Artefact } from '../../ports/store.ts'

const MAX_BYTES = 256 * 1024
const SUMMARY = 200

export interface Captured {
  readonly artefact: Artefact
  readonly event: Extract<RunEvent, { type: 'evidenceCaptured' }>
}

/** What is to be recorded together: the bytes and the event that speaks of them. */
export function captured(
  what: { readonly id: string; readonly do: string; readonly target: string; readonly ok: boolean },
  summary: string,
  content: JsonObject,
): Captured {
  const bytes = Buffer.from(JSON.stringify(content, null, 2)).subarray(0, MAX_BYTES)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    artefact: { id: what.id, bytes },
    event: { type: 'evidenceCaptured', ...what, summary: summary.slice(0, SUMMARY), sha256, bytes: bytes.length },
  }
}
