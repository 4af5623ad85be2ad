// Owns what is read around an incident: once when its run is planned, and again what guardrails decide by (P2, P5).
import type { Known } from '../core/guardrails/input.ts'
import { type Ci, type Fact, type IncidentContext, known, unknown } from '../core/incident.ts'
import type { Target } from '../core/plan.ts'
import type { Limits } from '../core/runbook.ts'
import type { NearChange, NearDeploy, Neighbour, Recent, Surroundings } from '../core/surroundings.ts'
import type { Instant, Json, Millis } from '../core/values.ts'
import { deploysNear } from './deploys.ts'
import type { Deps } from './deps.ts'
import { kept } from './kept.ts'
import { within } from './within.ts'

/** A part that takes longer is unknown. */
const PATIENCE_MS: Millis = 5_000
/** Deploys and changes are read again at each assessment, and are this old at most; the commander is always read. */
const FRESH_MS: Millis = 30_000
/** Relations in a CMDB do not change while a run is decided. */
const NEIGHBOURS_MS: Millis = 10 * 60_000
/** How far back a card looks for what may be the cause, unless the runbook looks further. */
const RECENT_MS: Millis = 24 * 3_600_000
/** CIs whose changes are asked for: the CI itself and the nearest around it. */
const CHANGES_OF = 60
/** Remembered answers of one kind; the oldest is forgotten. */
const REMEMBERED = 500
/** How much of each a run's log keeps. */
const MOST = { neighbours: 40, changes: 20, deploys: 20, history: 10, people: 10 } as const

export interface Around {
  /**
   * The context with what is known around its CI, or around the first target of a run without an incident. What the run
   * has read before stays, but for what its runbook's limits decide by. Never rejects.
   */
  gather(context: IncidentContext, limits: Limits, targets: readonly Target[]): Promise<IncidentContext>
  /** Deploys on the target, its services and what it depends on, and changes that ended on the target or below it. */
  recent(target: Target, withinMs: Millis): Promise<Known<readonly Recent[]>>
}

type World = Pick<Deps, 'surroundings' | 'files' | 'store' | 'clock' | 'hash'>

export function around(deps: World): Around {
  const { surroundings: port, clock } = deps
  const settings = () => deps.files.current().servicenow.context
  const limited = <T extends Json>(source: string, ask: Promise<Fact<T>>): Promise<Fact<T>> =>
    within(clock, PATIENCE_MS, ask, () => unknown(`no answer within ${PATIENCE_MS / 1000} s`, source, clock.now()))
  /** Only what is known is remembered: what could not be read is asked for again. */
  const remembered = <T extends Json>(forMs: Millis) =>
    kept<Fact<T>>({ clock, forMs, most: REMEMBERED, worth: (fact) => fact.known })

  const neighbours = remembered<readonly Neighbour[]>(NEIGHBOURS_MS)
  const changes = remembered<readonly NearChange[]>(FRESH_MS)
  const deploys = remembered<readonly NearDeploy[]>(FRESH_MS)

  const absent = (): Fact<never> => unknown('there is no ServiceNow to ask', 'ServiceNow', clock.now())

  const neighboursOf = (ci: Ci): Promise<Fact<readonly Neighbour[]>> =>
    port
      ? limited(
          'ServiceNow cmdb_rel_ci',
          neighbours(`${ci.sysId} ${settings().neighbours}`, () => port.neighbours(ci.sysId, settings().neighbours)),
        )
      : Promise.resolve(absent())

  const changesOn = (ids: readonly string[], backMs: Millis): Promise<Fact<readonly NearChange[]>> =>
    port
      ? limited(
          'ServiceNow change_request',
          changes(`${backMs} ${ids.join()}`, () => port.changes(ids, clock.now() - backMs)),
        )
      : Promise.resolve(absent())

  const deploysOf = (ci: Ci, near: readonly Neighbour[], services: readonly string[], backMs: Millis) => {
    const names = (direction: Neighbour['direction']) =>
      near.filter((each) => each.direction === direction).map((each) => each.name)
    const cis = [ci.name, ...names('up')]
    const all = [...services, ...names('down')]
    const source = 'deployment events'
    const read = async (): Promise<Fact<readonly NearDeploy[]>> => {
      const readAt = clock.now()
      try {
        return known(await deploysNear(deps, all, cis, readAt - backMs), source, readAt)
      } catch (error) {
        return unknown(error instanceof Error ? error.message : 'it failed', source, readAt)
      }
    }
    return limited(source, deploys(`${backMs} ${ci.sysId} ${[...cis, ...all].join('\n')}`, read))
  }

  const commanderOf = (incident: string): Promise<Fact<string>> =>
    port ? limited('ServiceNow incident', port.commander(incident)) : Promise.resolve(absent())

  /** What may be the cause: read when the run is planned, and again where a limit decides by it. */
  const causes = async (ci: Ci, near: Fact<readonly Neighbour[]>, services: readonly string[], backMs: Millis) => {
    const others = near.known ? near.value : []
    const [onCis, deployed] = await Promise.all([
      changesOn([ci.sysId, ...others.slice(0, CHANGES_OF).map((each) => each.sysId)], backMs),
      deploysOf(ci, others, services, backMs),
    ])
    return { changes: first(nearest(onCis, clock.now()), MOST.changes), deploys: first(deployed, MOST.deploys) }
  }

  /** Everything that does not depend on something else is asked for at once. */
  const everything = async (context: IncidentContext, ci: Ci | undefined, backMs: Millis): Promise<Surroundings> => {
    const { incident } = context
    const parts: Promise<Surroundings>[] = []
    if (ci) {
      const near = neighboursOf(ci)
      parts.push(
        near.then(async (fact) => ({
          ...(port ? { neighbours: first(fact, MOST.neighbours) } : {}),
          ...(await causes(ci, fact, servicesOf(context, ci), backMs)),
        })),
      )
      if (port) parts.push(limited('ServiceNow cmdb_ci', port.owner(ci)).then((owner) => ({ owner })))
    }
    if (incident && port) {
      const since = clock.now() - settings().historyMs
      parts.push(
        limited('ServiceNow incident and task_ci', port.affected(incident.sysId)).then((affected) => ({ affected })),
        limited('ServiceNow incident', port.history(incident, ci, since)).then((history) => ({
          history: first(history, MOST.history),
        })),
      )
      const { group } = incident
      if (group !== undefined)
        parts.push(
          limited('ServiceNow on-call', port.onCall(group)).then((onCall) => ({ onCall: first(onCall, MOST.people) })),
        )
      if (settings().commander !== null) parts.push(commanderOf(incident.sysId).then((commander) => ({ commander })))
    }
    return Object.assign({}, ...(await Promise.all(parts))) as Surroundings
  }

  return {
    async gather(context, { commander, recentDeploy }, targets) {
      const ci = context.ci ?? targets.find((target) => target.ci)?.ci
      const backMs = Math.max(RECENT_MS, recentDeploy?.withinMs ?? 0)
      const { surroundings: before, incident } = context
      if (!ci && !incident) return context
      if (!before) return { ...context, surroundings: await everything(context, ci, backMs) }
      const [again, commands] = await Promise.all([
        ci && recentDeploy ? neighboursOf(ci).then((near) => causes(ci, near, servicesOf(context, ci), backMs)) : {},
        incident && commander !== undefined ? commanderOf(incident.sysId).then((fact) => ({ commander: fact })) : {},
      ])
      return { ...context, surroundings: { ...before, ...again, ...commands } }
    },

    async recent({ name, ci }, withinMs) {
      if (!ci) return { known: false, reason: `${name} is not in the CMDB` }
      const near = await neighboursOf(ci)
      const others = near.known ? near.value : []
      const up = others.filter((each) => each.direction === 'up').slice(0, CHANGES_OF)
      const [onCis, deployed] = await Promise.all([
        changesOn([ci.sysId, ...up.map((each) => each.sysId)], withinMs),
        deploysOf(ci, others, servicesOf({}, ci), withinMs),
      ])
      const found = [
        ...(deployed.known ? deployed.value.map(deployOf) : []),
        ...(onCis.known ? onCis.value.flatMap((change) => changeOf(change, clock.now() - withinMs)) : []),
      ]
      const lacking = [near, onCis, deployed].find((fact) => !fact.known)
      // What was found decides, whatever could not be read besides.
      if (found.length === 0 && lacking && !lacking.known) return { known: false, reason: lacking.reason }
      return { known: true, value: found }
    },
  }
}

/** Names of services that the record or the CI itself says it belongs to. */
function servicesOf({ incident }: Pick<IncidentContext, 'incident'>, ci: Ci): readonly string[] {
  return [incident?.facts['business_service'], ci.facts['service']].flatMap((fact) =>
    fact?.known && typeof fact.value === 'string' && fact.value !== '' ? [fact.value] : [],
  )
}

const first = <T extends Json>(fact: Fact<readonly T[]>, most: number): Fact<readonly T[]> =>
  fact.known && fact.value.length > most ? { ...fact, value: fact.value.slice(0, most) } : fact

/** What is under way, then what ended last, then what begins next. */
function nearest(fact: Fact<readonly NearChange[]>, now: Instant): Fact<readonly NearChange[]> {
  if (!fact.known) return fact
  const far = ({ over, start, end }: NearChange): Millis => {
    const at = over ? end : start
    if (at === null) return Number.MAX_SAFE_INTEGER
    return !over && at <= now ? 0 : Math.abs(now - at)
  }
  return { ...fact, value: fact.value.toSorted((a, b) => far(a) - far(b) || (a.number < b.number ? -1 : 1)) }
}

const deployOf = ({ service, version, previous, at, by }: NearDeploy): Recent => ({
  what: previous === null ? `${service} ${version}` : `${service} ${previous} → ${version}`,
  is: 'deploy',
  at,
  by,
})

const changeOf = ({ number, title, over, end }: NearChange, since: Instant): readonly Recent[] =>
  over && end !== null && end > since
    ? [{ what: `${number} (${title.slice(0, 80)})`, is: 'change', at: end, by: null }]
    : []
