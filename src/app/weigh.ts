// Owns weighing what fits: what people said of it before, and what a model advises where one is configured (DESIGN §4.4).
import { advise, fillable, unheard } from '../core/advice.ts'
import type { IncidentContext } from '../core/incident.ts'
import type { Advice } from '../core/informed.ts'
import { best, type Candidate, type Choice } from '../core/match.ts'
import type { PastRecord } from '../core/memory.ts'
import type { JsonObject } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { Deps } from './deps.ts'
import { recordsOf } from './memory.ts'
import { plannerQuestion, type Weight } from './planner-question.ts'

/** What is proposed, and why. */
export interface Weighed {
  readonly candidates: readonly Candidate[]
  readonly choice: Choice
  /** Values that a model proposed, within their bounds. */
  readonly parameters: JsonObject
  /** null: no model was asked. */
  readonly advice: Advice | null
}

type Weighing = Pick<Deps, 'files' | 'hash' | 'log' | 'planner' | 'store'>

/**
 * Orders what fits equally well by what people said of it, and asks the model where there is something left to say:
 * several fit, or a parameter may be filled in. Never rejects: without memory or model the rules carry on.
 */
export async function weigh(deps: Weighing, context: IncidentContext, matched: readonly Candidate[]): Promise<Weighed> {
  const fitting = matched.filter((each) => each.fits)
  const records = fitting.length === 0 ? new Map<string, PastRecord>() : await remembered(deps, context, fitting)
  const candidates = ranked(matched, records)
  const byRules: Weighed = { candidates, choice: best(candidates), parameters: {}, advice: null }
  const planner = deps.planner()
  const weights = candidates.flatMap((candidate): Weight[] => {
    const runbook = candidate.fits ? deps.files.current().catalog.runbooks.get(candidate.runbook) : undefined
    return runbook ? [{ runbook, candidate, record: records.get(runbook.id)?.sentence ?? '' }] : []
  })
  const offered = weights.map(({ runbook }) => runbook)
  const isOpen = offered.length > 1 || offered.some((each) => Object.keys(fillable(each)).length > 0)
  if (!planner || !isOpen) return byRules
  try {
    const said = await planner.rank(plannerQuestion(context, weights))
    return { candidates, ...advise(planner.model, said, offered, byRules.choice) }
  } catch (error) {
    // What it was told and what it said are outside texts: neither belongs in a log line.
    if (!isPortError(error)) deps.log.error({ err: error }, 'a bug stopped the question to the model')
    const why = isPortError(error) ? error.message : 'runbot met a bug'
    return { ...byRules, advice: unheard(planner.model, why) }
  }
}

/** What the memory cannot tell now changes no order. */
async function remembered(
  deps: Weighing,
  context: IncidentContext,
  fitting: readonly Candidate[],
): Promise<ReadonlyMap<string, PastRecord>> {
  try {
    return await recordsOf(
      deps,
      context,
      fitting.map((each) => each.runbook),
    )
  } catch (error) {
    if (!isPortError(error)) throw error
    deps.log.warn({ reason: error.message }, 'what helped before could not be read')
    return new Map()
  }
}

/** Among those that fit equally well, what helped before comes first; the reasons say so. */
function ranked(candidates: readonly Candidate[], records: ReadonlyMap<string, PastRecord>): readonly Candidate[] {
  const standing = ({ runbook }: Candidate) => records.get(runbook)?.standing ?? 0
  return candidates
    .map((each) => {
      const record = records.get(each.runbook)
      return record && each.fits ? { ...each, reasons: [...each.reasons, record.sentence] } : each
    })
    .toSorted(
      (a, b) =>
        Number(b.fits) - Number(a.fits) ||
        b.specificity - a.specificity ||
        (a.fits && b.fits ? standing(b) - standing(a) : 0),
    )
}
