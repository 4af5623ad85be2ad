// Owns what may be the cause, ranked: only what something that was read points to, each with that as its evidence.
import type { Fact } from './incident.ts'
import type { Run } from './run.ts'
import { hasFailed, type StepState } from './step-state.ts'
import type { NearChange, NearDeploy, PastIncident } from './surroundings.ts'
import type { Instant, Json, Millis } from './values.ts'

/** `evidence` is never empty: what nothing points to is no hypothesis. */
export interface Hypothesis {
  /** Whether the run itself showed it, or something around it points there. */
  readonly from: 'run' | 'around'
  readonly what: string
  /** Why it stands where it stands. */
  readonly why: string
  readonly evidence: readonly string[]
}

/** 0 to 100: how much it explains by itself, and how near it is. Between equals the text decides, so that it is stable. */
type Weighed = Omit<Hypothesis, 'from'> & { readonly weight: number }

const MINUTE: Millis = 60_000
const HOUR: Millis = 60 * MINUTE
const DAY: Millis = 24 * HOUR
const KEPT = 8

/** The likeliest first, eight at most. Deterministic: the same run always says the same. */
export function hypotheses(run: Run): readonly Hypothesis[] {
  const found: readonly Weighed[] = [
    ...ofDeploys(run),
    ...ofChanges(run),
    ...ofStorm(run),
    ...ofNeighbours(run),
    ...ofSignals(run),
    ...ofHistory(run),
    ...ofMemory(run),
  ]
  const all = [
    ...ofSteps(run).map((each) => ({ ...each, from: 'run' as const })),
    ...found.map((each) => ({ ...each, from: 'around' as const })),
  ]
  return all
    .toSorted((a, b) => b.weight - a.weight || (a.what < b.what ? -1 : 1))
    .slice(0, KEPT)
    .map(({ from, what, why, evidence }) => ({ from, what, why, evidence }))
}

/** What ran and did not help says that the cause is another one; what nobody can tell may be the trouble itself. */
function ofSteps(run: Run): readonly Weighed[] {
  return Object.entries(run.steps).flatMap(([target, steps]) =>
    Object.entries(steps).flatMap(([step, state]) => {
      const found = ofStep(step, target, state)
      return found ? [found] : []
    }),
  )
}

function ofStep(step: string, target: string, state: StepState): Weighed | null {
  const { action, rollback, confirm, preflight } = state
  const unsure =
    rollback?.ended?.outcome === 'unknown' ? rollback : action?.ended?.outcome === 'unknown' ? action : null
  if (unsure) {
    const which = unsure === rollback ? `the rollback of ${step}` : step
    return {
      what: `${which} on ${target} may still be at work, or half done`,
      why: 'its outcome is unknown: begin there',
      evidence: [`the answer of ${unsure.request.do} on ${target}`],
      weight: 95,
    }
  }
  if (preflight?.contradicts && !action)
    return {
      what: `${target} is not in the state that the runbook assumes`,
      why: 'the world contradicts the runbook',
      evidence: [`preflight of ${step} on ${target}`],
      weight: 78,
    }
  if (!action || !hasFailed(state)) return null
  if (action.ended?.outcome === 'failed')
    return {
      what: `${step} could not be done on ${target}`,
      why: 'what keeps it from working may be the cause',
      evidence: [`the answer of ${action.request.do} on ${target}`],
      weight: 55,
    }
  return {
    what: `the cause is not what ${step} mends`,
    why: 'it ran, and did not help',
    evidence: [
      confirm?.ended?.ok === false
        ? `what the caller says of ${step} on ${target}`
        : `verification of ${step} on ${target}`,
    ],
    weight: 58,
  }
}

function ofDeploys(run: Run): readonly Weighed[] {
  const fact = run.context.surroundings?.deploys
  return knownList(fact).flatMap((deploy: NearDeploy) => {
    const ago = run.proposedAt - deploy.at
    if (ago < 0 || ago > DAY) return []
    return [
      {
        what: `${deploy.service} ${deploy.version} was deployed ${lasted(ago)} earlier`,
        why:
          deploy.previous === null
            ? 'the nearer a deploy, the likelier'
            : `before it ran ${deploy.previous}: a rollback may be the better fix`,
        evidence: [`deploys, ${sourceOf(fact)}`],
        weight: ago <= HOUR / 2 ? 90 : ago <= 2 * HOUR ? 80 : 62,
      },
    ]
  })
}

function ofChanges(run: Run): readonly Weighed[] {
  const fact = run.context.surroundings?.changes
  return knownList(fact).flatMap((change: NearChange) => {
    const { start, end, over } = change
    if (start === null || start > run.proposedAt) return []
    // What nobody closed long after its time is no work that goes on.
    const ago = end === null ? 0 : run.proposedAt - end
    if (ago > DAY || (over && (end === null || ago < 0))) return []
    const going = !over
    return [
      {
        what: `${change.number} (${change.title}) on ${change.ci} ${going ? 'is under way' : `ended ${lasted(ago)} earlier`}`,
        why: going ? 'work on it goes on at this time' : 'the nearer a change, the likelier',
        evidence: [`change ${change.number}, ${sourceOf(fact)}`],
        weight: going ? 75 : ago <= 2 * HOUR ? 72 : 60,
      },
    ]
  })
}

function ofStorm(run: Run): readonly Weighed[] {
  const storm = run.knowledge.storm
  if (!storm?.root) return []
  const { ci, reason } = storm.root
  if (ci === run.context.ci?.name) return []
  return [
    {
      what: `the trouble begins at ${ci}`,
      why: reason,
      evidence: [`${storm.members} alerts and incidents of one cause`],
      weight: 86,
    },
  ]
}

/** A CI that this one depends on and that has trouble of its own. */
function ofNeighbours(run: Run): readonly Weighed[] {
  const fact = run.context.surroundings?.neighbours
  const members = run.knowledge.storm?.sample ?? []
  return knownList(fact).flatMap((neighbour) => {
    if (neighbour.direction !== 'up' || neighbour.name === run.knowledge.storm?.root?.ci) return []
    const own = members.filter(({ ci }) => ci === neighbour.name)
    if (own.length === 0) return []
    return [
      {
        what: `${neighbour.name}, which it depends on, has trouble too`,
        why: `${neighbour.relation}, ${neighbour.depth} away`,
        evidence: own.slice(0, 3).map(({ title, key }) => `member ${key}: ${title}`),
        weight: 82 - Math.min(neighbour.depth, 10),
      },
    ]
  })
}

/** Where the issue shows in none of the signals, it may be over, or never was; one that cannot be told may show it (P5). */
function ofSignals(run: Run): readonly Weighed[] {
  const all = Object.entries(run.context.signals ?? {})
  const told = all.flatMap(([name, fact]) =>
    fact.known && fact.value.shows !== null ? [{ name, ...fact.value, source: sourceOf(fact) }] : [],
  )
  const showing = told.filter(({ shows }) => shows)
  if (showing.length === 0 && (told.length === 0 || told.length < all.length)) return []
  if (showing.length === 0)
    return [
      {
        what: 'it has passed by itself, or the report is wrong',
        why: 'the issue shows in no signal',
        evidence: told.map(({ name, value, unit, source }) => `signal ${name}: ${figure(value, unit)}, ${source}`),
        weight: 65,
      },
    ]
  return showing.map(({ name, title, value, unit, source, system }) => ({
    what: `what ${title} measures is still in trouble`,
    why: showing.length > 1 ? `${showing.length} signals show it` : `${system} alone shows it`,
    evidence: [`signal ${name}: ${figure(value, unit)}, ${source}`],
    weight: 45 + Math.min(showing.length, 5),
  }))
}

/** Closed the same way before: by its close code, else by the words of its notes. */
function ofHistory(run: Run): readonly Weighed[] {
  const fact = run.context.surroundings?.history
  const groups = new Map<string, PastIncident[]>()
  for (const past of knownList(fact)) {
    if (past.resolvedAt === null || past.sysId === run.context.incident?.sysId) continue
    const how = wayOf(past)
    if (how !== '') groups.set(how, [...(groups.get(how) ?? []), past])
  }
  return [...groups].map(([how, members]) => {
    const alike = members.filter((each) => each.alike).length
    const [newest] = members.toSorted((a, b) => b.openedAt - a.openedAt)
    const lately = wordsOf(newest?.closeNotes ?? '')
    const numbers = members.map(({ number }) => number).toSorted()
    return {
      what: `closed like this ${members.length}×: ${how}${lately === '' || lately === how ? '' : ` (${lately})`}`,
      why: alike > 0 ? `${alike} of them had the same signature` : 'on the same CI, of another signature',
      evidence: [
        `earlier incidents ${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ` and ${numbers.length - 5} more` : ''}, ${sourceOf(fact)}`,
        ...(newest && newest.closeNotes !== ''
          ? [`notes of ${newest.number}: ${newest.closeNotes.slice(0, 200)}`]
          : []),
      ],
      weight: (alike > 0 ? 66 : 40) + Math.min(members.length, 8),
    }
  })
}

/** What people confirmed to have helped before, unless it failed as often. */
function ofMemory({ gather }: Run): readonly Weighed[] {
  return knownList(gather?.remembered).flatMap(({ how, worked, failed, incidents }) => {
    if (worked <= failed) return []
    const where = incidents.slice(0, 5).join(', ')
    return [
      {
        what: `what helped ${worked}× before may help again: ${how}`,
        why: failed > 0 ? `people confirmed it; ${failed}× it did not help` : 'people confirmed it',
        evidence: [`lessons${where === '' ? '' : ` of ${where}`}, from the memory`],
        weight: 68 + Math.min(worked - failed, 5),
      },
    ]
  })
}

const wayOf = ({ closeCode, closeNotes }: PastIncident): string => closeCode ?? wordsOf(closeNotes)

const wordsOf = (notes: string): string => notes.replaceAll(/\s+/g, ' ').trim().slice(0, 80)

const knownList = <T extends Json>(fact: Fact<readonly T[]> | undefined): readonly T[] =>
  fact?.known ? fact.value : []

const sourceOf = (fact: { readonly source: string } | undefined): string => `from ${fact?.source ?? ''}`

const figure = (value: number | null, unit: string): string =>
  value === null ? 'no value' : `${value}${unit === '' ? '' : ` ${unit}`}`

/** `12 min`, `3 h`: how long before it began. */
function lasted(ms: Instant): string {
  return ms < 2 * HOUR ? `${Math.round(ms / MINUTE)} min` : `${Math.round(ms / HOUR)} h`
}
