// Owns what a report counts: how runs ended, what policy stopped and why, what recorded runs showed, and the time saved.
import type { Run, RunStatus } from './run.ts'
import { caseOf, medianOf, recordOf, type ShadowCase, type ShadowRecord } from './shadow.ts'
import type { Instant, Millis } from './values.ts'

/** What a report needs to know of one run. */
export interface Counted {
  /** Empty: none was chosen. */
  readonly runbook: string
  /** Empty: it was never decided. */
  readonly environment: string
  readonly status: RunStatus
  /** Why policy or people said no. */
  readonly reasons: readonly string[]
  /** From the proposal to the end, of a run that an incident began; null: something else, or not over. */
  readonly tookMs: Millis | null
  readonly compared: ShadowCase | null
}

/** How the runs of one runbook in one environment ended. */
export interface ReportRow {
  readonly runbook: string
  readonly environment: string
  readonly runs: number
  readonly succeeded: number
  readonly rolledBack: number
  readonly failed: number
  readonly needsHuman: number
  /** Rejected, expired or withdrawn. */
  readonly declined: number
  readonly stopped: number
  readonly recorded: number
  readonly open: number
  /** The commonest, with how often. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[]
  /** What succeeded, against how long people took before; null: nobody knows how long they take. */
  readonly savedMs: Millis | null
  readonly shadow: ShadowRecord
}

export interface Report {
  readonly since: Instant
  readonly until: Instant
  readonly rows: readonly ReportRow[]
  /** Older runs of the time were left out: there were too many. */
  readonly isCut: boolean
  /** Runs that a newer runbot wrote. */
  readonly unread: number
}

type Ending = Exclude<keyof ReportRow, 'runbook' | 'environment' | 'runs' | 'reasons' | 'savedMs' | 'shadow'>

const ENDINGS: { readonly [status in RunStatus]?: Ending } = {
  succeeded: 'succeeded',
  rolledBack: 'rolledBack',
  rollbackFailed: 'failed',
  failed: 'failed',
  needsHuman: 'needsHuman',
  refused: 'declined',
  expired: 'declined',
  cancelled: 'declined',
  stoppedByPolicy: 'stopped',
  recorded: 'recorded',
}
const DECLINED: { readonly [status in RunStatus]?: string } = {
  refused: 'rejected',
  expired: 'nobody answered in time',
  cancelled: 'stopped by people',
}
const REASONS = 3
const LONGEST = 160

export const countedOf = (run: Run): Counted => ({
  runbook: run.runbook?.id ?? '',
  environment: run.decision?.environment.name ?? '',
  status: run.status,
  reasons: reasonsOf(run),
  tookMs: run.finished && run.origin.kind === 'event' ? run.finished.at - run.proposedAt : null,
  compared: caseOf(run),
})

/** Guardrails by name, for their reasons differ from run to run; else what ended it. */
function reasonsOf({ status, finished, decision }: Run): readonly string[] {
  const declined = DECLINED[status]
  if (declined !== undefined) return [declined]
  if (status !== 'stoppedByPolicy') return []
  const guardrails = decision?.effect === 'stop' ? decision.guardrails : []
  const stops = guardrails.filter(({ answer }) => answer === 'stop')
  const names = (stops.length > 0 ? stops : guardrails.filter(({ answer }) => answer === 'unknown')).map(
    ({ name, answer }) => (answer === 'stop' ? name : `${name} (unknown)`),
  )
  return names.length > 0 ? names : [(finished?.reason ?? '').slice(0, LONGEST)]
}

/** `humanMs`: how long people take with what this runbook mends there, in the median; null: nobody knows. */
export function rowsOf(
  runs: readonly Counted[],
  humanMs: (runbook: string, environment: string) => Millis | null,
): readonly ReportRow[] {
  const groups = new Map<string, Counted[]>()
  for (const run of runs) {
    const key = JSON.stringify([run.runbook, run.environment])
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups.values()]
    .map((group) => rowOf(group, humanMs))
    .toSorted(
      (a, b) => b.runs - a.runs || compareText(a.runbook, b.runbook) || compareText(a.environment, b.environment),
    )
}

function rowOf(group: readonly Counted[], humanMs: (runbook: string, environment: string) => Millis | null): ReportRow {
  const { runbook = '', environment = '' } = group[0] ?? {}
  const ended = (wanted: Ending) => group.filter(({ status }) => (ENDINGS[status] ?? 'open') === wanted).length
  const usual = humanMs(runbook, environment)
  const took = group.flatMap(({ status, tookMs }) => (status === 'succeeded' && tookMs !== null ? [tookMs] : []))
  return {
    runbook,
    environment,
    runs: group.length,
    succeeded: ended('succeeded'),
    rolledBack: ended('rolledBack'),
    failed: ended('failed'),
    needsHuman: ended('needsHuman'),
    declined: ended('declined'),
    stopped: ended('stopped'),
    recorded: ended('recorded'),
    open: ended('open'),
    reasons: commonest(group.flatMap(({ reasons }) => reasons)),
    savedMs: usual === null || took.length === 0 ? null : took.reduce((sum, each) => sum + usual - each, 0),
    shadow: recordOf(group.flatMap(({ compared }) => compared ?? [])),
  }
}

function commonest(reasons: readonly string[]): ReportRow['reasons'] {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .toSorted((a, b) => b.count - a.count || compareText(a.reason, b.reason))
    .slice(0, REASONS)
}

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** How long people took, in the median of the compared runs of which it is known. */
export const humanMsOf = (cases: readonly ShadowCase[]): Millis | null =>
  medianOf(cases.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs])))
