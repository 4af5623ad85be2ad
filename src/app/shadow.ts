// Owns what recorded runs are compared with: the incident once it is over, people's own runs, and a person's word.
import { isOver } from '../core/incident.ts'
import { OPEN, type Person, type Run, type RunStatus } from '../core/run.ts'
import {
  type Afterwards,
  type Comparison,
  compare,
  isSameComparison,
  medianOf,
  type PeopleRun,
} from '../core/shadow.ts'
import type { Instant, Millis } from '../core/values.ts'
import { events, type Refusal, refuse } from '../core/verdict.ts'
import { isPortError } from '../ports/errors.ts'
import type { ChainRecord } from '../ports/store.ts'
import { visibleCi } from './cis.ts'
import type { Deps } from './deps.ts'
import type { Journal } from './journal.ts'
import { keepCase } from './shadow-records.ts'

const HOUR: Millis = 3_600_000
const DAY: Millis = 24 * HOUR
/** An incident that stays open for so long is waited for no more. */
const WAIT_MS: Millis = 30 * DAY
/** For so long a resolved incident is looked at again: a reopening says that what people did did not last. */
const REOPEN_MS: Millis = 14 * DAY
const SOONEST_MS: Millis = 10 * 60_000
/** People's runs about one incident, and as many about its CI; and runs that tell how long a runbook takes. */
const RUNS = 20

/** Only a run that was recorded for an incident can be compared. */
const isComparable = (run: Run): boolean => run.status === 'recorded' && run.runbook !== null && !!run.context.incident

/**
 * Looks whether the incident of a recorded run is over, and records how the run compares with what people did. Safe to
 * repeat on any replica. Answers when to look again; Infinity: never. Rejects with a PortError where it cannot be read.
 */
export async function lookBack(deps: Deps, journal: Journal, run: Run): Promise<Instant> {
  if (!isComparable(run)) return Number.POSITIVE_INFINITY
  const { compared } = run.knowledge
  if (compared) await keepCase(deps, run)
  // A person's word stands.
  if (compared?.by) return Number.POSITIVE_INFINITY
  const now = deps.clock.now()
  const since = run.finished?.at ?? now
  const readBefore = compared?.actual['readAt']
  if (typeof readBefore === 'number' && now - readBefore > REOPEN_MS) return Number.POSITIVE_INFINITY
  const { context, known } = await contextNow(deps, run)
  if (compared && !known) return Number.POSITIVE_INFINITY
  const { incident } = context
  const before = run.context.incident?.reopened ?? 0
  const reopened = incident !== undefined && incident.reopened > before
  // A closed incident is not opened again, and a reopened one is another episode.
  const isFinal = !known || reopened || incident?.state === 'closed' || incident?.state === 'canceled'
  const over = !known || reopened || (incident !== undefined && isOver(incident))
  if (!over && now - since < WAIT_MS) return laterThan(now, since)
  if (over && compared && !reopened) return isFinal ? Number.POSITIVE_INFINITY : laterThan(now, since)
  const runs = await peopleRuns(deps, journal, run, context.readAt)
  // What people began is still on its way: how it ends is what counts.
  if (!reopened && now - since < WAIT_MS && runs.some(({ status }) => isOpen(status))) return now + SOONEST_MS
  const comparison = over
    ? await comparisonOf(deps, journal, run, { context, runs })
    : { ...NOTHING, reason: 'the incident was not over within 30 days', actual: { readAt: now } }
  await record(deps, journal, run.id, comparison)
  return isFinal || !over ? Number.POSITIVE_INFINITY : laterThan(now, since)
}

const NOTHING: Comparison = { agrees: null, reason: '', savedMs: null, actual: {}, by: null }

/** Ever less often, as the wait grows; the intake of the incident's end wakes the run sooner. */
const laterThan = (now: Instant, since: Instant): Instant => now + Math.min(DAY, Math.max(SOONEST_MS, now - since))

/** The incident as it is now; not `known` where it is gone, or hidden by now. */
async function contextNow({ tickets, clock }: Deps, run: Run): Promise<{ known: boolean; context: Run['context'] }> {
  try {
    const { incident, ciId } = await tickets.incident(run.context.incident?.sysId ?? '')
    const ci = ciId === undefined ? undefined : await visibleCi(tickets, ciId)
    return { known: true, context: { incident, ...(ci ? { ci } : {}), readAt: clock.now() } }
  } catch (error) {
    if (!isPortError(error, 'notFound')) throw error
    return { known: false, context: { readAt: clock.now() } }
  }
}

const isOpen = (status: RunStatus): boolean => (OPEN as readonly RunStatus[]).includes(status)

async function comparisonOf(
  deps: Deps,
  journal: Journal,
  run: Run,
  now: Pick<Afterwards, 'context' | 'runs'>,
): Promise<Comparison> {
  const shadow = deps.files.current().catalog.runbooks.get(run.runbook?.id ?? '')?.shadow ?? {}
  return compare(run, { ...now, shadow, takesMs: await takesOf(deps, journal, run) })
}

/** Writes it where it says something new, and nobody's word stands. */
async function record(deps: Deps, journal: Journal, id: string, comparison: Comparison): Promise<void> {
  const written = await journal.transact(id, ({ knowledge: { compared } }) =>
    compared?.by || isSameComparison(compared, comparison) ? events() : events({ type: 'compared', ...comparison }),
  )
  if (written.run) await keepCase(deps, written.run)
}

/** Runs that people asked for themselves, about this incident or this CI, from the proposal to the incident's end. */
async function peopleRuns(deps: Deps, journal: Journal, run: Run, until: Instant): Promise<readonly PeopleRun[]> {
  const { incident, ci } = run.context
  const labels = [
    ...(incident ? [{ name: 'incident', value: incident.number }] : []),
    ...(ci ? [{ name: 'ci', value: ci.sysId }] : []),
  ]
  const found = new Map<string, ChainRecord>()
  for (const label of labels)
    for (const each of await deps.store.list({ label, limit: RUNS }))
      if (each.chain !== run.id && each.createdAt >= run.proposedAt && each.createdAt <= until)
        found.set(each.chain, each)
  const loaded = await Promise.all([...found.values()].map((each) => journal.see(each)))
  return loaded.flatMap(({ run: each }) =>
    each.origin.kind === 'chat' && each.runbook
      ? [{ run: each.id, runbook: each.runbook.id, status: each.status }]
      : [],
  )
}

/** How long a runbook takes: as its file says, else the median of its newest real runs; null: nobody knows. */
export async function takesOf(deps: Deps, journal: Journal, { runbook }: Pick<Run, 'runbook'>): Promise<Millis | null> {
  if (!runbook) return null
  const declared = deps.files.current().catalog.runbooks.get(runbook.id)?.shadow.takesMs
  if (declared !== undefined) return declared
  const label = { name: 'runbook', value: runbook.id }
  const records = await deps.store.list({ label, statuses: ['succeeded'], limit: RUNS })
  const runs = await Promise.all(records.map((each) => journal.see(each)))
  return medianOf(runs.flatMap(({ run }) => tookOf(run) ?? []))
}

/** How long a run took to do its work; null: it did none, or is not over. */
export const tookOf = ({ startedAt, finished }: Pick<Run, 'startedAt' | 'finished'>): Millis | null =>
  startedAt === null || finished === null ? null : finished.at - startedAt

/**
 * A person says whether a recorded run would have been right; their word stands before what runbot reads from the record.
 * Who may say it is the caller's to check. Answers why not, or null when it is recorded.
 */
export async function judge(
  deps: Deps,
  journal: Journal,
  run: string,
  agrees: boolean,
  person: Person,
  because: string,
): Promise<Refusal | null> {
  const loaded = await journal.load(run)
  const takesMs = loaded ? await takesOf(deps, journal, loaded.run) : null
  const written = await journal.transact(run, (newest) => {
    if (newest.status !== 'recorded')
      return refuse(`run ${run} was not only recorded`, 'say it of a run that shadow or advise has recorded')
    const { compared } = newest.knowledge
    const actual = compared?.actual ?? {}
    const { tookMs } = actual as { readonly tookMs?: unknown }
    const savedMs = agrees && typeof tookMs === 'number' && takesMs !== null ? tookMs - takesMs : null
    const said: Comparison = { agrees, reason: because, savedMs, actual, by: person }
    return isSameComparison(compared, said) ? events() : events({ type: 'compared', ...said })
  })
  if (!written.ok) return written.refusal
  await keepCase(deps, written.run)
  return null
}
