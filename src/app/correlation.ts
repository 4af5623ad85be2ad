// Owns correlation: incidents of one CI and signature join the run that is open for them (DESIGN §4.3).
import type { IncidentContext } from '../core/incident.ts'
import { best, type Choice } from '../core/match.ts'
import type { Run, RunEvent } from '../core/run.ts'
import { type Instant, isObject, type Json } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'
import { moveEpisode } from './episodes.ts'

const KIND = 'signature'

/** The mapped signature column, else class and CI; without either, no correlation (DESIGN §9 Facts). */
export function signatureOf(deps: Deps, { incident, ci }: IncidentContext, runbook: string | null): string | null {
  if (!ci) return null
  const mapped = incident?.facts['signature']
  if (mapped?.known && typeof mapped.value === 'string' && mapped.value !== '')
    return deps.hash.digest(JSON.stringify([ci.sysId, 'signature', mapped.value]))
  const name = runbook === null ? undefined : deps.files.current().catalog.runbooks.get(runbook)?.match?.class
  return name === undefined ? null : deps.hash.digest(JSON.stringify([ci.sysId, 'class', name]))
}

/**
 * The runbook whose class stands for a proposal: what the rules choose, the first by name of several that fit equally.
 * A model may choose another one for one incident and not for the next, and both are of one signature.
 */
export const ruledBy = ({ runbook, tie }: Choice): string | null => runbook ?? tie.toSorted()[0] ?? null

/** The same of a run, as it was weighed; what was asked for in chat was not. */
export const ruledFor = ({ candidates, runbook }: Pick<Run, 'candidates' | 'runbook'>): string | null =>
  ruledBy(best(candidates)) ?? runbook?.id ?? null

/** The run that incidents of a signature join. It is named before it is made, so it may not be there yet. */
export interface Open {
  readonly run: string
  readonly at: Instant
}

/** The run that incidents of this signature join, while the window lasts. */
export const openRun = async (deps: Deps, key: string): Promise<Open | null> =>
  openIn(deps, (await deps.store.get(KIND, key))?.value)

/**
 * Names `run` as the one to join in place of `before`; false where another incident's was named meanwhile. Of many
 * incidents with one cause that arrive at once, at whichever replica, one alone begins a run.
 */
export const nameOpen = (deps: Deps, key: string, run: string, before: Open | null): Promise<boolean> =>
  swap<boolean>(deps.store, KIND, key, (value) => {
    const now = openIn(deps, value)
    if (now?.run === run) return { result: true }
    return now !== null && now.run !== before?.run
      ? { result: false }
      : { write: { run, at: deps.clock.now() }, result: true }
  })

function openIn(deps: Deps, value: Json | undefined): Open | null {
  if (!isObject(value) || typeof value['run'] !== 'string' || typeof value['at'] !== 'number') return null
  const { run, at } = value as unknown as Open
  return at > deps.clock.now() - deps.files.current().governance.correlationWindowMs ? { run, at } : null
}

/** The incidents that joined a run, as events of the run that takes its place. */
export const joinedOf = (run: Run): readonly RunEvent[] => run.joined.map((incident) => ({ type: 'joined', incident }))

/** Episodes and correlation go on under the run that takes another's place. Safe to repeat. */
export async function succeed(deps: Deps, run: Run, next: string): Promise<void> {
  const incidents = [run.context.incident, ...run.joined].flatMap((each) => (each ? [each.sysId] : []))
  for (const sysId of incidents) await moveEpisode(deps.store, sysId, run.id, next)
  const key = signatureOf(deps, run.context, ruledFor(run))
  if (key === null) return
  await swap<void>(deps.store, KIND, key, (value) =>
    isObject(value) && value['run'] === run.id
      ? { write: { ...value, run: next }, result: undefined }
      : { result: undefined },
  )
}
