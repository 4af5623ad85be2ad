// Owns the comparison of a recorded run with what people did about the same episode, and what many comparisons show.
import { type Incident, type IncidentContext, knownValues } from './incident.ts'
import type { Informed } from './informed.ts'
import { instantOf } from './recurrence.ts'
import type { Run, RunStatus } from './run.ts'
import type { Runbook } from './runbook.ts'
import { scopeOf } from './scope.ts'
import { evaluateBoolean, type Instant, type JsonObject, type Millis } from './values.ts'

/** What is said of a recorded run, once its incident is over. */
export type Comparison = Omit<Extract<Informed, { type: 'compared' }>, 'type'>

/** A run that a person asked for, about the same incident or CI, while the episode lasted. */
export interface PeopleRun {
  readonly run: string
  readonly runbook: string
  readonly status: RunStatus
}

export interface Afterwards {
  /** As it is read now that the incident is over. */
  readonly context: IncidentContext
  readonly runs: readonly PeopleRun[]
  readonly shadow: Runbook['shadow']
  /** How long the runbook takes; null: nobody knows. */
  readonly takesMs: Millis | null
}

/** Resolution codes that say that nothing was changed; as new and old releases of ServiceNow ship them (CONTRACTS 1.3). */
const UNCHANGED = [
  'resolved by caller',
  'closed/resolved by caller',
  'user error',
  'not solved (not reproducible)',
  'not reproducible',
]
/** Ends of a run that ran and did not help. */
const UNHELPFUL: readonly RunStatus[] = ['failed', 'rolledBack', 'rollbackFailed']
const NOTES = 300

/** Whether people did the same. What cannot be told is null with its reason, never a yes (P5). */
export function compare(run: Run, after: Afterwards): Comparison {
  const { incident } = after.context
  const { agrees, reason } = verdict(run, after)
  const overAt = incident ? resolvedAt(incident, after.context.readAt) : null
  const tookMs = overAt === null ? null : overAt - run.proposedAt
  const savedMs = agrees !== true || tookMs === null || after.takesMs === null ? null : tookMs - after.takesMs
  return { agrees, reason, savedMs, actual: actualOf(after, tookMs), by: null }
}

interface Said {
  readonly agrees: boolean | null
  readonly reason: string
}

function verdict(run: Run, after: Afterwards): Said {
  const { incident } = after.context
  if (!incident) return { agrees: null, reason: 'the incident cannot be read any more' }
  if (incident.reopened > (run.context.incident?.reopened ?? 0))
    return { agrees: null, reason: 'it was reopened afterwards, so what people did did not last' }
  return byRuns(run, after.runs) ?? byRecord(incident, after)
}

/** What people ran themselves says the most. */
function byRuns(run: Run, runs: readonly PeopleRun[]): Said | null {
  const same = runs.filter(({ runbook }) => runbook === run.runbook?.id)
  const helped = same.find(({ status }) => status === 'succeeded')
  if (helped) return { agrees: true, reason: `people ran it themselves, and it succeeded (run ${helped.run})` }
  const other = runs.find(({ runbook, status }) => runbook !== run.runbook?.id && status === 'succeeded')
  if (other) return { agrees: false, reason: `people ran ${other.runbook} instead (run ${other.run})` }
  const failed = same.find(({ status }) => UNHELPFUL.includes(status))
  return failed ? { agrees: false, reason: `people ran it themselves, and it did not help (run ${failed.run})` } : null
}

function byRecord(incident: Incident, { context, shadow }: Afterwards): Said {
  const { close_code: code, close_notes: notes } = knownValues(incident.facts)
  const answer = shadow.agrees && evaluateBoolean(shadow.agrees, scopeOf({ context }))
  if (answer?.ok && answer.value) return { agrees: true, reason: 'the closed incident shows that people did the same' }
  if (incident.state === 'canceled') return { agrees: false, reason: 'it was not needed: the incident was cancelled' }
  if (typeof code === 'string' && UNCHANGED.includes(code.trim().toLowerCase()))
    return { agrees: false, reason: `it was not needed: the incident was closed as ${code.trim()}` }
  if (answer && !answer.ok)
    return { agrees: null, reason: `whether people did the same cannot be told: ${answer.reason}` }
  if (answer && typeof notes === 'string' && notes.trim() !== '')
    return { agrees: false, reason: 'the closed incident shows that people did something else' }
  return { agrees: null, reason: 'nothing tells what people did' }
}

/** A time that lies ahead of the reading is no time of its own. */
function resolvedAt(incident: Incident, readAt: Instant): Instant | null {
  const value = knownValues(incident.facts)['resolved_at']
  const at = typeof value === 'string' ? instantOf(value) : undefined
  return at === undefined || at > readAt ? null : at
}

function actualOf({ context, runs }: Afterwards, tookMs: Millis | null): JsonObject {
  const { incident, readAt } = context
  const facts = knownValues(incident?.facts ?? {})
  const text = (name: string) => (typeof facts[name] === 'string' ? facts[name].slice(0, NOTES) : null)
  return {
    state: incident?.state ?? null,
    closeCode: text('close_code'),
    closeNotes: text('close_notes'),
    resolvedBy: text('resolved_by'),
    tookMs,
    runs: runs.slice(0, 20).map(({ run, runbook, status }) => ({ run, runbook, status })),
    readAt,
  }
}

/** Whether a comparison says what another one said: when it was read does not count. */
export function isSameComparison(one: Comparison | null, other: Comparison): boolean {
  const said = (each: Comparison) =>
    JSON.stringify([each.agrees, each.reason, each.savedMs, { ...each.actual, readAt: 0 }, each.by?.id ?? null])
  return one !== null && said(one) === said(other)
}

/** One compared run, as the record of its runbook and environment keeps it. */
export interface ShadowCase {
  readonly run: string
  readonly incident: string
  readonly at: Instant
  readonly agrees: boolean | null
  readonly reason: string
  readonly savedMs: Millis | null
  /** How long it took people, from the proposal to the resolution; null: unknown. */
  readonly tookMs: Millis | null
}

/** What the compared runs of a runbook in an environment show together. */
export interface ShadowRecord {
  readonly compared: number
  readonly agreed: number
  readonly wrong: number
  readonly unknown: number
  /** Summed over those of which it is known; null: of none. */
  readonly savedMs: Millis | null
  /** The newest that would have been wrong. */
  readonly wrongCases: readonly Pick<ShadowCase, 'run' | 'incident' | 'reason'>[]
}

const WRONG_SHOWN = 10

/** Sums up cases, the newest first. */
export function recordOf(cases: readonly ShadowCase[]): ShadowRecord {
  const saved = cases.flatMap(({ savedMs }) => (savedMs === null ? [] : [savedMs]))
  const wrong = cases.filter(({ agrees }) => agrees === false)
  return {
    compared: cases.length,
    agreed: cases.filter(({ agrees }) => agrees === true).length,
    wrong: wrong.length,
    unknown: cases.filter(({ agrees }) => agrees === null).length,
    savedMs: saved.length === 0 ? null : saved.reduce((sum, each) => sum + each, 0),
    wrongCases: wrong.slice(0, WRONG_SHOWN).map(({ run, incident, reason }) => ({ run, incident, reason })),
  }
}

/** A recorded run that was compared, as a case; null: it is none. */
export function caseOf({ id, proposedAt, status, context, knowledge: { compared } }: Run): ShadowCase | null {
  if (status !== 'recorded' || compared === null) return null
  const { agrees, reason, savedMs, actual } = compared
  const took = actual['tookMs']
  const tookMs = typeof took === 'number' ? took : null
  return { run: id, incident: context.incident?.number ?? '', at: proposedAt, agrees, reason, savedMs, tookMs }
}

/** The middle of some values; null where there are none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
