// Owns approvals: who may say yes to what, and whether a rule is met by different people.
import type { ApprovalLine, ApprovalRule } from './governance.ts'
import type { Approval, Ask, Person, Run } from './run.ts'
import { assign, seatsOf } from './seats.ts'
import type { Millis } from './values.ts'

/** What the directory says of one person for one rule, at one moment. */
export interface Standing {
  /** Groups of the rule that the person belongs to. */
  readonly groups: readonly string[]
  /** Groups of which it cannot be told, with the reason: they count as no. */
  readonly unknown: readonly { readonly group: string; readonly reason: string }[]
}

/** Who is kept out by `not`, as far as it is known. */
export interface Parties {
  readonly requester: string | null
  /** null: there is no incident. 'unknown': its opener maps to no person; then two different people must agree. */
  readonly opener: string | null
  /** null: the runbook's authors are not known; then two different people must agree (DESIGN §9 Policy). */
  readonly authors: readonly string[] | null
}

export interface Tally {
  readonly complete: boolean
  /** What is still missing, one phrase a line, for example `1 of owner, small-team`. */
  readonly missing: readonly string[]
}

/** Why this person cannot approve under this rule, or null. The requester is nobody where an event started the run. */
export function exclusionOf(rule: ApprovalRule, person: Pick<Person, 'id'>, parties: Parties): string | null {
  const same = (id: string | null) => id !== null && id.toLowerCase() === person.id.toLowerCase()
  if (rule.not.includes('requester') && same(parties.requester))
    return 'you requested this run, so somebody else must approve it'
  if (rule.not.includes('opener') && same(parties.opener))
    return 'you opened the incident, so somebody else must approve it'
  if (rule.not.includes('author') && (parties.authors ?? []).some(same))
    return 'you wrote this runbook, so somebody else must approve it'
  return null
}

/** The approvals that count for an ask: exactly its plan and scope, one a person; and how long after the ask each came. */
export function approvalsFor(
  run: Pick<Run, 'approvals'>,
  ask: Pick<Ask, 'plan' | 'scope' | 'at'>,
): readonly (Approval & { readonly afterMs: Millis })[] {
  const seen = new Set<string>()
  return run.approvals.flatMap((approval) => {
    if (approval.plan !== ask.plan || approval.scope !== ask.scope || seen.has(approval.by.id)) return []
    seen.add(approval.by.id)
    return [{ ...approval, afterMs: approval.at - ask.at }]
  })
}

/**
 * Whether the rule is met, every line by different people. `groups` says for each approval which of the rule's groups
 * it counts for: those that the person belonged to at the click, at a time when they counted, and still does.
 */
export function tally(rule: ApprovalRule, approvals: readonly Counted[], parties: Absent): Tally {
  const seats = seatsOf(rule)
  const filled = assign(
    seats.map((seat) => approvals.flatMap((approval, index) => (fills(seat, approval) ? [index] : []))),
  )
  const missing = new Map<string, number>()
  seats.forEach((seat, index) => {
    if (filled[index] !== undefined) return
    const words = seat.from.join(' or ')
    missing.set(words, (missing.get(words) ?? 0) + 1)
  })
  const phrases = [...missing].map(([words, count]) => `${count} of ${words}`)
  const unknown = unknownParty(rule, parties)
  const needed = unknown === null ? seats.length : Math.max(2, seats.length)
  const counted = approvals.filter((approval) => approval.groups.length > 0).length
  if (phrases.length === 0 && counted < needed)
    phrases.push(`${needed - counted} more person, because ${unknown} is not known`)
  return { complete: phrases.length === 0, missing: phrases }
}

/** An approval as it counts; `afterMs` is how long after the ask it came. */
export interface Counted {
  readonly by: Pick<Person, 'id'>
  readonly groups: readonly string[]
  readonly afterMs: Millis
}

/** Who stands in for one line is no substitute in another before that line's own time (P10). */
const fills = ({ from, substitute }: ApprovalLine, { groups, afterMs }: Counted): boolean =>
  groups.some(
    (group) => from.includes(group) || (substitute?.from.includes(group) === true && afterMs >= substitute.afterMs),
  )

/** What `tally` must know of the people that a rule excludes. */
export type Absent = Pick<Parties, 'authors'> & Partial<Pick<Parties, 'opener'>>

/** Someone whom the rule excludes and nobody knows: any single approver could be that person. */
function unknownParty(rule: ApprovalRule, { authors, opener }: Absent): string | null {
  if (rule.not.includes('author') && authors === null) return "the runbook's author"
  if (rule.not.includes('opener') && opener === 'unknown') return "the incident's opener"
  return null
}
