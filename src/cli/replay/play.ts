// Owns replaying history: every update through runbot's own intake, match and policy, in the order in which it happened.
import { assessor } from '../../app/assess.ts'
import { authority } from '../../app/authority.ts'
import { propose } from '../../app/propose.ts'
import { storms as stormsOf } from '../../app/storms.ts'
import { classOf } from '../../core/classify.ts'
import { type IncidentContext, isOver } from '../../core/incident.ts'
import { stopsOnlyForUnknowns } from '../../core/policy.ts'
import type { Run } from '../../core/run.ts'
import type { Content } from '../../ports/catalog.ts'
import { isPortError } from '../../ports/errors.ts'
import type { Map as Columns } from './columns.ts'
import type { History, Update } from './history.ts'
import { records as recordsOf } from './records.ts'
import { recurring } from './recurring.ts'
import { runs as runsOf } from './runs.ts'
import { type Moment, stage } from './stage.ts'
import { count, emptySums, monthOf, ofClass, ofRunbook, type Sums } from './sums.ts'
import { triggerFits } from './trigger.ts'

export interface Replayed {
  readonly sums: Sums
  /** What would have become of each incident, by its number, in words that can be compared. */
  readonly outcomes: ReadonlyMap<string, string>
}

/** What is known of one incident so far. */
interface Seen {
  /** At its proposal, else as it was last. */
  class: string | null
  readonly month: string
  outcome: string
  /** Its episode has a run. */
  running: boolean
  /** It had one, whatever for. */
  taken: boolean
  /** A runbook would have been proposed, or several to choose from. */
  proposed: boolean
  /** The reason why nothing is proposed for it now. */
  declined: string | null
}

/** Replays everything under these files. Nothing leaves the process; what history does not say is unknown (P5). */
export async function replay(content: Content, history: History, map: Columns): Promise<Replayed> {
  const { deps, turn } = stage(content)
  const sums = emptySums()
  const seen = new Map<string, Seen>()
  let made: Run | undefined
  const { journal, end } = runsOf(deps.clock, (run) => {
    made = run
  })
  const storms = stormsOf(deps, journal, async () => undefined)
  const decide = decider(deps)
  const { incident: recordOf, ci: ciOf } = recordsOf(content.servicenow, map, triggerFits(content.servicenow.trigger))
  const recurrences = recurring(deps)

  const become = (one: Seen, what: string, proposed = true): void => {
    one.outcome = one.taken ? `${one.outcome}; then ${what}` : what
    one.taken = true
    one.proposed ||= proposed
    one.running = true
    if (one.declined !== null) count(sums.declined, one.declined, -1)
    one.declined = null
  }
  const weigh = async (update: Update, one: Seen, moment: Moment): Promise<void> => {
    made = undefined
    const outcome = await propose(deps, journal, 'replay', moment.record.incident.sysId, storms).catch(
      (error: unknown) => {
        if (!isPortError(error)) throw error
        return { kind: 'declined', reason: error.message } as const
      },
    )
    if (isOver(moment.record.incident)) one.running = false
    if (outcome.kind === 'nothing') return
    if (outcome.kind === 'over') return end(outcome.run)
    if (outcome.kind === 'declined') {
      // The same reason of many incidents is one.
      const reason = outcome.reason.replace(`${update.number}: `, '').replaceAll(update.number, 'the incident')
      if (one.taken) return
      if (one.declined !== null) count(sums.declined, one.declined, -1)
      one.declined = reason
      one.outcome = `declined: ${reason}`
      return count(sums.declined, reason)
    }
    if (outcome.kind === 'joined') {
      sums.kinds.joined += 1
      const into = (await journal.load(outcome.run))?.run.runbook?.id ?? '-'
      ofRunbook(sums, into).joined += 1
      return become(one, `joined ${into}`)
    }
    const run = made as Run | undefined
    if (!run?.runbook) {
      const kind = run?.finished ? 'tie' : 'handedOver'
      sums.kinds[kind] += 1
      return become(
        one,
        kind === 'tie' ? `tie: ${(run?.finished?.reason ?? '').split(':')[0]}` : 'handed over',
        kind === 'tie',
      )
    }
    sums.kinds.proposed += 1
    const { effect, because } = await decide(run, run.runbook.id)
    const own = ofRunbook(sums, run.runbook.id)
    own.proposed += 1
    count(own.months, monthOf(update.at))
    count(own.decisions, effect)
    for (const each of because) count(sums.because, each)
    become(one, `proposed ${run.runbook.id}: ${effect}`)
  }
  for (const update of history.inOrder()) {
    const record = recordOf(update)
    const ci = ciOf(update)
    const moment = { at: update.at, record, ci }
    turn(moment)
    sums.updates += 1
    if (record.fits === null) sums.untold += 1
    const context: IncidentContext = { incident: record.incident, ...(ci ? { ci } : {}), readAt: update.at }
    const one = seen.get(update.number) ?? {
      class: null,
      month: monthOf(update.at),
      outcome: '',
      running: false,
      taken: false,
      proposed: false,
      declined: null,
    }
    seen.set(update.number, one)
    if (!one.taken) one.class = classOf(context, content.governance)
    // One that has its run is not weighed again before it is over.
    const isWeighed = !one.running && record.triggers && !isOver(record.incident)
    await weigh(update, one, moment)
    if (isWeighed) await recurrences.look(update.number, context)
  }
  for (const each of Object.keys(sums.declined)) {
    sums.kinds.declined += sums.declined[each] ?? 0
    if (sums.declined[each] === 0) delete sums.declined[each]
  }
  for (const each of seen.values()) {
    const own = ofClass(sums, each.class)
    own.incidents += 1
    if (each.proposed) own.proposed += 1
    count(own.months, each.month)
  }
  sums.recurrence = recurrences.sums()
  return { sums, outcomes: new Map([...seen].map(([number, { outcome }]) => [number, outcome])) }
}

/** What policy would say of a proposed run, as far as history tells. */
function decider(deps: Parameters<typeof assessor>[0]) {
  const allowed = authority(deps.directory, () => deps.files.current())
  const assess = assessor(deps, allowed, { ask: async () => null })
  return async (
    run: Run,
    runbook: string,
  ): Promise<{ readonly effect: string; readonly because: readonly string[] }> => {
    const assessed = await assess({ ...run, runbook })
    if (!assessed.ok) return { effect: 'noPlan', because: assessed.problems.map((each) => `no plan: ${each}`) }
    const { decision } = assessed.value
    const { effect } = decision
    if (effect !== 'stop') return { effect, because: [] }
    const untold = stopsOnlyForUnknowns(decision)
    const reasons = decision.guardrails.filter(({ answer }) => answer === (untold ? 'unknown' : 'stop'))
    return {
      effect: untold ? 'untold' : 'stop',
      because: reasons.map(({ name }) => `${untold ? 'history cannot tell' : 'stopped by'}: ${name}`),
    }
  }
}
