// Owns what belongs together: which cause an alert or incident is of, which CI is its root, and when its growth is told.
import type { Instant, Millis } from './values.ts'

/** A CI that members of a cause are on, with what it depends on, the nearest first. */
export type CauseCi = { readonly id: string; readonly name: string; readonly above: readonly string[] }

/** What is kept of one cause while it is open, and for a while after it. */
export type Cause = {
  readonly key: string
  /** What began it: an alert's key, or an incident's sys_id. Whoever that is finds, or opens, the incident. */
  readonly leader: string
  readonly since: Instant
  /** When a member came last; a quarter of the window late at most. */
  readonly at: Instant
  /** The first ones, the earliest first. */
  readonly cis: readonly CauseCi[]
  readonly symptoms: readonly string[]
  /** The one incident that its members are noted on. */
  readonly incident: { readonly sysId: string; readonly number: string; readonly mine: boolean } | null
  /** Why there is none, and since when. */
  readonly declined: { readonly reason: string; readonly at: Instant } | null
  /** Which event is at finding or opening it, and for how long it may be. */
  readonly leading: { readonly by: string; readonly until: Instant } | null
  /** More than one incident is of it, or an alert: its members are counted, and told. An incident alone tells itself. */
  readonly counted: boolean
  /** What its run, or its incident, was told last, and how many of its symptoms. */
  readonly told: Counts & { readonly symptoms: number }
}

export type Counts = { readonly members: number; readonly resolved: number }

/** An alert, or an incident, before anybody knows what it belongs to. */
export interface Arrival {
  /** What tells it from others. */
  readonly key: string
  readonly isAlert: boolean
  /** null: no CI is known for it. */
  readonly ci: { readonly id: string; readonly name: string } | null
  /** CIs that it depends on, and that depend on it, the nearest first. */
  readonly above: readonly string[]
  readonly below: readonly string[]
  readonly symptom: string
}

const CIS = 40
const ABOVE = 12
const SYMPTOMS = 50

/** The open cause that an arrival is of, and why; null: it begins one. */
export function causeOf(
  arrival: Arrival,
  causes: readonly Cause[],
  at: Instant,
  windowMs: Millis,
): { readonly cause: Cause; readonly why: string } | null {
  const open = causes.filter((cause) => cause.at > at - windowMs).toSorted((a, b) => a.since - b.since)
  for (const why of [led, sameCi, dependsOn, dependedOn, sameSymptom])
    for (const cause of open) {
      const words = why(arrival, cause)
      if (words !== null) return { cause, why: words }
    }
  return null
}

type Reason = (arrival: Arrival, cause: Cause) => string | null

const led: Reason = ({ key }, cause) => (cause.leader === key ? 'it came first' : null)

const sameCi: Reason = ({ ci }, { cis }) => (ci && cis.some(({ id }) => id === ci.id) ? 'same CI' : null)

const dependsOn: Reason = ({ ci, above }, { cis }) => {
  const found = cis.find(({ id }) => above.includes(id))
  return ci && found ? `${ci.name} depends on ${found.name}` : null
}

/**
 * Only what stands above all that was highest so far: two servers of one service are two causes, although the service
 * depends on both.
 */
const dependedOn: Reason = ({ ci, below }, { cis }) => {
  const tops = topsOf(cis)
  const [first] = tops
  const isAbove = ({ id, above }: CauseCi) => ci !== null && (above.includes(ci.id) || below.includes(id))
  return ci && first && tops.every(isAbove) ? `${first.name} depends on ${ci.name}` : null
}

/** Those that depend on no other one of the cause. */
const topsOf = (cis: readonly CauseCi[]): readonly CauseCi[] =>
  cis.filter(({ above }) => !cis.some(({ id }) => above.includes(id)))

/** Without a CI on either side the symptom is all there is. */
const sameSymptom: Reason = ({ ci, symptom }, { cis, symptoms }) =>
  ci === null && cis.length === 0 && symptom !== '' && symptoms.includes(symptom) ? 'same signature' : null

/** A cause that begins with this arrival. */
export const begun = (key: string, arrival: Arrival, at: Instant): Cause => ({
  key,
  leader: arrival.key,
  since: at,
  at,
  cis: ciOf(arrival),
  symptoms: arrival.symptom === '' ? [] : [arrival.symptom],
  incident: null,
  declined: null,
  leading: null,
  counted: arrival.isAlert,
  told: { members: 0, resolved: 0, symptoms: 0 },
})

/** The cause with one more arrival; the same object where nothing about it is new. */
export function grown(cause: Cause, arrival: Arrival, at: Instant, windowMs: Millis): Cause {
  const isNewCi = arrival.ci !== null && !cause.cis.some(({ id }) => id === arrival.ci?.id) && cause.cis.length < CIS
  const isNewSymptom =
    arrival.symptom !== '' && !cause.symptoms.includes(arrival.symptom) && cause.symptoms.length < SYMPTOMS
  const isLate = at - cause.at > windowMs / 4
  const counted = cause.counted || arrival.isAlert || arrival.key !== cause.leader
  if (!isNewCi && !isNewSymptom && !isLate && counted === cause.counted) return cause
  return {
    ...cause,
    counted,
    at: Math.max(at, cause.at),
    cis: isNewCi ? [...cause.cis, ...ciOf(arrival)] : cause.cis,
    symptoms: isNewSymptom ? [...cause.symptoms, arrival.symptom] : cause.symptoms,
  }
}

const ciOf = ({ ci, above }: Arrival): readonly CauseCi[] => (ci ? [{ ...ci, above: above.slice(0, ABOVE) }] : [])

/** The likeliest root, named with its reason; null: there is but one CI, or none. */
export function rootOf({ cis }: Pick<Cause, 'cis'>): { readonly ci: string; readonly reason: string } | null {
  const [earliest] = cis
  if (!earliest || cis.length < 2) return null
  const ids = new Set(cis.map(({ id }) => id))
  const ranked = cis.map((ci, index) => ({
    ci,
    index,
    isTop: !ci.above.some((id) => ids.has(id)),
    below: cis.filter(({ above }) => above.includes(ci.id)),
  }))
  const [top] = ranked
    .filter(({ isTop, below }) => isTop && below.length > 0)
    .toSorted((a, b) => b.below.length - a.below.length || a.index - b.index)
  if (!top) return { ci: earliest.name, reason: 'it was hit first' }
  const [first, ...others] = top.below
  return {
    ci: top.ci.name,
    reason:
      others.length === 0
        ? `${first?.name ?? ''} depends on it`
        : `${first?.name ?? ''} and ${others.length} more depend on it`,
  }
}

/** 1, 2, 5, 10, 20, 50, 100, …: the last of them that a count has reached. */
export function milestone(count: number): number {
  let reached = 0
  for (let power = 1; power <= count; power *= 10)
    for (const each of [power, 2 * power, 5 * power]) if (each <= count) reached = each
  return reached
}

/** Whether so many are worth telling at once: a round number was passed, or the last of them is resolved. */
export const isTelling = (told: Counts, now: Counts): boolean =>
  isStorm(now) &&
  (milestone(now.members) > milestone(told.members) ||
    milestone(now.resolved) > milestone(told.resolved) ||
    (now.resolved === now.members && now.resolved > told.resolved))

/** One alert that fires is what its incident says already. */
export const isStorm = ({ members, resolved }: Counts): boolean => members > 1 || resolved > 0

/** Anything has changed since it was told. Fewer members are none that left: they are forgotten after days. */
export const isUntold = (told: Counts, now: Counts): boolean =>
  isStorm(now) && (now.members > told.members || (now.members === told.members && now.resolved !== told.resolved))

/** It was told before, and a symptom has come since. */
export const hasNewSymptom = ({ told, symptoms }: Pick<Cause, 'told' | 'symptoms'>): boolean =>
  told.members > 0 && symptoms.length > told.symptoms
