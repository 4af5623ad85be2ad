// Owns what one approval rule is against another: which is stricter, what satisfies both, and whom a rule speaks of.
import type { ApprovalLine, ApprovalRule, BreakGlass } from './governance.ts'
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

/** Whoever satisfies `stronger` satisfies `rule`: each of its lines is covered by one, and it keeps nobody else out. */
export const isCoveredBy = (rule: ApprovalRule, stronger: ApprovalRule): boolean => {
  const free = [...stronger.lines]
  const covered = rule.lines.every((line) => {
    const index = free.findIndex((each) => each.quorum >= line.quorum && isNarrower(each, line))
    if (index >= 0) free.splice(index, 1)
    return index >= 0
  })
  return covered && rule.not.every((each) => stronger.not.includes(each))
}

/** The same in every part, however it was put together. */
export const isSame = (a: ApprovalRule, b: ApprovalRule): boolean =>
  a.name === b.name &&
  JSON.stringify([a.lines, a.expiresMs, a.remindMs, a.page, a.not]) ===
    JSON.stringify([b.lines, b.expiresMs, b.remindMs, b.page, b.not])

/**
 * The rule that satisfies both. Lines that one person could serve for both rules are not asked twice; it excludes
 * whom either excludes, and expires with the earlier of the two.
 */
export function bothOf(a: ApprovalRule, b: ApprovalRule): ApprovalRule {
  const [first, second] = isStricter(b, a) ? [b, a] : [a, b]
  const lines = [...first.lines]
  const added: ApprovalLine[] = []
  const taken = new Set<number>()
  for (const line of second.lines) {
    const index = lines.findIndex((each, at) => !taken.has(at) && isNarrower(each, line))
    const found = lines[index]
    if (!found) added.push(line)
    else {
      taken.add(index)
      lines[index] = { ...found, quorum: Math.max(found.quorum, line.quorum) }
    }
  }
  const reminders = [first.remindMs, second.remindMs].filter((each) => each !== undefined)
  const page = first.page ?? second.page
  return {
    name: added.length > 0 ? `${first.name} + ${second.name}` : first.name,
    lines: [...lines, ...added],
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

/** Whoever fills a seat of `line` could fill one of `wider`, at the same time. */
function isNarrower(line: ApprovalLine, wider: ApprovalLine): boolean {
  const later = wider.substitute
  return (
    line.from.every((group) => wider.from.includes(group)) &&
    (line.substitute?.from ?? []).every(
      (group) =>
        wider.from.includes(group) ||
        (later !== undefined && later.from.includes(group) && (line.substitute?.afterMs ?? 0) >= later.afterMs),
    )
  )
}
