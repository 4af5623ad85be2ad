// Owns capturing a signal before the ask and at the end: its number and its past, kept as evidence like any other look.
import type { PlannedSignal } from '../../core/signals.ts'
import type { SignalReading } from '../../core/surroundings.ts'
import { byOf, readSignal } from '../signals.ts'
import { type Performed, type Performing, record, recordWith } from './context.ts'
import { captured } from './evidence.ts'

const SUMMARY = 200

/** What cannot be read is recorded with its reason, and the run goes on. */
export async function captureSignal(
  work: Performing,
  { id, target, request }: { readonly id: string; readonly target: string; readonly request: PlannedSignal },
): Promise<Performed> {
  const { deps, run } = work
  const { context, draft } = run
  const asked = { context, targets: draft?.targets ?? [], parameters: draft?.parameters ?? {} }
  const fact = await readSignal(deps, request, asked, byOf(run))
  const what = { id, do: request.do, target }
  if (!fact.known) {
    const summary = `not captured: ${fact.reason}`.slice(0, SUMMARY)
    return record(work, { type: 'evidenceCaptured', ...what, ok: false, summary, sha256: null, bytes: 0 })
  }
  const { value: reading, readAt } = fact
  const content = { operation: request.do, target, signal: request.signal.name, with: request.with, reading, readAt }
  const { artefact, event } = captured({ ...what, ok: reading.value !== null }, summaryOf(reading), content)
  return recordWith(work, [artefact], { ...event, reading })
}

/** As summary.ts writes it: names with their values, so that before and after can be compared word by word. */
function summaryOf({ value, unit, shows }: SignalReading): string {
  if (value === null) return 'value none: nothing was measured'
  const number = `value ${value}${unit === '' ? '' : ` ${unit}`}`
  return shows === null ? number : `${number} · issue ${shows ? 'shows' : 'gone'}`
}
