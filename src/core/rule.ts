// Owns what one approval rule is against another: which is stricter, what satisfies both, and whom a rule speaks of.
import type { ApprovalLine, ApprovalRule, BreakGlass } from './governance.ts'
import { assign, linesOf, seatsOf } from './seats.ts'
import type { Instant } from './values.ts'

/** Every group that a rule names, each once; with those that may stand in. */
export const groupsOf = (rule: ApprovalRule): readonly string[] => [...new Set(rule.lines.flatMap(everyGroup))]

/** The groups whose word counts at `at` for an ask of `askedAt`: who stands in does so only after a while. */
export const groupsAt = (rule: ApprovalRule, askedAt: Instant, at: Instant): readonly string[] => [
  ...new Set(
    rule.lines.flatMap((line) =>
      line.substitute && at >= askedAt + line.substitute.afterMs ? everyGroup(line) : line.from,
    ),
  ),
]

/** A line's own groups and those that may stand in for them. */
export const everyGroup = ({ from, substitute }: ApprovalLine): readonly string[] => [
  ...from,
  ...(substitute?.from ?? []),
]

/** Whoever satisfies `stronger` satisfies `rule`: each of its seats is covered by one, and it keeps nobody else out. */
export const isCoveredBy = (rule: ApprovalRule, stronger: ApprovalRule): boolean => {
  const theirs = seatsOf(stronger)
  const covered = assign(seatsOf(rule).map((seat) => indices(theirs, (each) => isNarrower(each, seat))))
  return covered.every((index) => index !== undefined) && rule.not.every((each) => stronger.not.includes(each))
}

/** The same in every part, however it was put together. */
export const isSame = (a: ApprovalRule, b: ApprovalRule): boolean =>
  a.name === b.name &&
  JSON.stringify([a.lines, a.expiresMs, a.remindMs, a.page, a.not]) ===
    JSON.stringify([b.lines, b.expiresMs, b.remindMs, b.page, b.not])

/**
 * The rule that satisfies both. A seat that one person could take for both rules is not asked twice; who stands in for
 * one of them alone does not stand in for both. It excludes whom either excludes, and expires with the earlier of the two.
 */
export function bothOf(a: ApprovalRule, b: ApprovalRule): ApprovalRule {
  const [first, second] = isStricter(b, a) ? [b, a] : [a, b]
  const seats = [...seatsOf(first)]
  const wanted = seatsOf(second)
  const shared = assign(wanted.map((seat) => indices(seats, (each) => isWithin(each.from, seat.from))))
  const added = wanted.filter((seat, index) => {
    const at = shared[index]
    const found = at === undefined ? undefined : seats[at]
    if (at === undefined || !found) return true
    if (!isNarrower(found, seat)) seats[at] = { from: found.from, quorum: 1 }
    return false
  })
  const reminders = [first.remindMs, second.remindMs].filter((each) => each !== undefined)
  const page = first.page ?? second.page
  return {
    name: added.length > 0 ? `${first.name} + ${second.name}` : first.name,
    lines: linesOf([...seats, ...added]),
    expiresMs: Math.min(first.expiresMs, second.expiresMs),
    ...(reminders.length > 0 ? { remindMs: Math.min(...reminders) } : {}),
    ...(page === undefined ? {} : { page }),
    not: [...new Set([...first.not, ...second.not])],
  }
}

/** What a broken glass asks: so many different people of its own role, and nobody else's rule. */
export const glassRule = ({ may, quorum, expiresMs, page }: BreakGlass): ApprovalRule => ({
  name: 'break-glass',
  lines: [{ from: may, quorum }],
  expiresMs,
  ...(page === undefined ? {} : { page }),
  not: [],
})

/** More people first, then more lines, then fewer groups to choose from. */
function isStricter(a: ApprovalRule, b: ApprovalRule): boolean {
  const people = (rule: ApprovalRule) => rule.lines.reduce((sum, line) => sum + line.quorum, 0)
  const groups = (rule: ApprovalRule) => rule.lines.reduce((sum, line) => sum + line.from.length, 0)
  if (people(a) !== people(b)) return people(a) > people(b)
  if (a.lines.length !== b.lines.length) return a.lines.length > b.lines.length
  return groups(a) < groups(b)
}

/** Whoever takes `seat` could take `wider`, at the same time. */
function isNarrower(seat: ApprovalLine, wider: ApprovalLine): boolean {
  const later = wider.substitute
  return (
    isWithin(seat.from, wider.from) &&
    (seat.substitute?.from ?? []).every(
      (group) =>
        wider.from.includes(group) ||
        (later !== undefined && later.from.includes(group) && (seat.substitute?.afterMs ?? 0) >= later.afterMs),
    )
  )
}

const isWithin = (groups: readonly string[], others: readonly string[]): boolean =>
  groups.every((group) => others.includes(group))

const indices = <T>(list: readonly T[], fits: (each: T) => boolean): readonly number[] =>
  list.flatMap((each, index) => (fits(each) ? [index] : []))
