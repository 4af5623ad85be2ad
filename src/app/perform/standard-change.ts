// Owns opening the standard change of a pre-approved class: evidence that exists before anything is sent.
import type { Work } from '../../core/owed.ts'
import type { Millis } from '../../core/values.ts'
import { isPortError, isTransient } from '../../ports/errors.ts'
import { type Performed, type Performing, record, wait } from './context.ts'

/** How long the change is planned for; runbot closes it when the run ends. */
const PLANNED_FOR_MS: Millis = 4 * 3_600_000
const RETRY_MS: Millis = 10_000
const RETRY_FOR_MS: Millis = 5 * 60_000

/** Safe to repeat: the run is its key, so ServiceNow holds one change however often this is tried. */
export async function openStandardChange(
  work: Performing,
  { template }: Extract<Work, { do: 'openStandardChange' }>,
): Promise<Performed> {
  const { deps, run } = work
  const now = deps.clock.now()
  const targets = run.draft?.targets ?? []
  try {
    const change = await deps.tickets.openChange({
      template,
      key: run.id,
      ciIds: targets.flatMap(({ ci }) => (ci ? [ci.sysId] : [])),
      start: now,
      end: now + PLANNED_FOR_MS,
      shortDescription: `runbot: ${run.runbook?.title ?? ''} on ${targets.map(({ name }) => name).join(', ')}`.slice(
        0,
        160,
      ),
      text: [
        `Run ${run.id}, plan ${run.plan ?? ''}.`,
        ...(run.context.incident ? [`For ${run.context.incident.number}.`] : []),
        ...(run.decision?.because ?? []),
      ].join('\n'),
    })
    return await record(work, { type: 'standardChangeOpened', ...change })
  } catch (error) {
    if (!isPortError(error)) throw error
    const reason = `the standard change ${template} could not be opened: ${error.message}`
    const since = run.waiting?.since ?? now
    if (isTransient(error) && now - since < RETRY_FOR_MS) return wait(work, reason, RETRY_MS)
    return record(work, { type: 'finished', status: 'stoppedByPolicy', reason })
  }
}
