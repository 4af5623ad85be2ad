// Owns the beginning of a run that proposes nothing: the incident is looked at, and handed to a person.
import { type Gather, gatherFirst, gatherUnfit } from '../core/gather.ts'
import { type IncidentContext, known, unknown } from '../core/incident.ts'
import type { best, Candidate } from '../core/match.ts'
import type { RunEvent } from '../core/run.ts'
import type { Deps } from './deps.ts'
import { similar } from './memory.ts'
import { around } from './surroundings.ts'

const REMEMBERED = 5
/** No runbook, so nothing is decided by what is around. */
const NO_LIMITS = { reopenWithinMs: 0 } as const

/** What is handed over instead of a proposal; null: a runbook may be proposed, or the incident is declined. */
export function toGather(
  { files }: Pick<Deps, 'files'>,
  context: IncidentContext,
  chosen: ReturnType<typeof best>,
): Gather | null {
  const { catalog, governance } = files.current()
  const first = gatherFirst(context, governance, catalog)
  if (first || chosen.runbook !== null || chosen.tie.length > 0) return first
  return gatherUnfit(context, governance, catalog)
}

/**
 * The first entry of such a run, with what is known around its CI: what it looks at, and how it ends, follows from it
 * (core/owed.ts). What cannot be read in time is unknown; it rejects for nothing.
 */
export async function gathering(
  deps: Deps,
  intake: string,
  context: IncidentContext,
  candidates: readonly Candidate[],
  gather: Gather,
): Promise<readonly RunEvent[]> {
  return [
    {
      type: 'proposed',
      origin: { kind: 'event', intake },
      context: await around(deps).gather(context, NO_LIMITS, []),
      candidates,
      runbook: null,
      requested: { parameters: {}, targets: [] },
      gather: { ...gather, remembered: await rememberedOf(deps, context) },
    },
  ]
}

/** What people confirmed; how others closed such incidents stands in what is around it. */
async function rememberedOf(deps: Deps, context: IncidentContext): Promise<Gather['remembered'] & object> {
  const at = deps.clock.now()
  try {
    const all = (await similar(deps, context)).filter(({ confirmed }) => confirmed).slice(0, REMEMBERED)
    return known(
      all.map(({ runbook, words, worked, failed, incidents }) => ({
        how: runbook ?? words.slice(0, 200),
        worked,
        failed,
        incidents: incidents.slice(0, 5),
      })),
      'memory',
      at,
    )
  } catch (error) {
    return unknown(error instanceof Error ? error.message : 'it failed', 'memory', at)
  }
}
