// Owns opening the standard change of a pre-approved class: evidence that exists before anything is sent.
import type { Work } from '../../core/owed.ts'
import type { Run } from '../../core/run.ts'
import type { Millis } from '../../core/values.ts'
import { isPortError, isTransient } from '../../ports/errors.ts'
import type { StandardChange } from '../../ports/tickets.ts'
import { holderOf } from '../locks.ts'
import { plain } from '../views/escape.ts'
import { type Performed, type Performing, record, wait } from './context.ts'
import { frozenNow } from './leaving.ts'

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
  const stop = (reason: string) => record(work, { type: 'finished', status: 'stoppedByPolicy', reason })
  // A run that cannot begin leaves no change behind.
  const inTheWay = (await frozenNow(work)) ?? (await held(work))
  if (inTheWay !== null) return stop(inTheWay)
  const now = deps.clock.now()
  try {
    const change = await deps.tickets.openChange({
      template,
      key: run.id,
      start: now,
      end: now + PLANNED_FOR_MS,
      ...aboutOf(run),
    })
    return await record(work, { type: 'standardChangeOpened', ...change })
  } catch (error) {
    if (!isPortError(error)) throw error
    const reason = `the standard change ${template} could not be opened: ${error.message}`
    const since = run.waiting?.since ?? now
    return isTransient(error) && now - since < RETRY_FOR_MS ? wait(work, reason, RETRY_MS) : stop(reason)
  }
}

async function held({ deps, run }: Performing): Promise<string | null> {
  for (const target of run.draft?.targets ?? []) {
    const holder = await holderOf(deps.store, target)
    if (holder !== null && holder !== run.id) return `run ${holder} is at work on ${target.name}`
  }
  return null
}

function aboutOf(run: Run): Pick<StandardChange, 'ciIds' | 'shortDescription' | 'text'> {
  const targets = run.draft?.targets ?? []
  const names = targets.map(({ name }) => name).join(', ')
  return {
    ciIds: targets.flatMap(({ ci }) => (ci ? [ci.sysId] : [])),
    shortDescription: plain(`runbot: ${run.runbook?.title ?? ''} on ${names}`, 160),
    text: [
      `Run ${run.id}, plan ${run.plan ?? ''}.`,
      ...(run.context.incident ? [`For ${plain(run.context.incident.number, 40)}.`] : []),
      ...(run.decision?.because ?? []).map((each) => plain(each, 300)),
    ].join('\n'),
  }
}
