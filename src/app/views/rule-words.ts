// Owns an approval rule as a phrase: whose word is wanted, line by line, with those who stand in by now.
import { type Absent, approvalsFor, tally } from '../../core/approval.ts'
import type { ApprovalLine, ApprovalRule } from '../../core/governance.ts'
import type { Ask, Run } from '../../core/run.ts'
import type { Instant, Millis } from '../../core/values.ts'

/** `one of web-platform, small-team and 2 of change-managers`; `elapsedMs`: since the ask. `owner` is named. */
export function whoseWord(rule: ApprovalRule, owner: string, elapsedMs: Millis): string {
  const groups = ({ from, substitute }: ApprovalLine) =>
    substitute && elapsedMs >= substitute.afterMs ? [...from, ...substitute.from] : from
  const seats = rule.lines.map((line) => {
    const names = [...new Set(groups(line).map((name) => (name === 'owner' ? owner : name)))].join(', ')
    return `${line.quorum === 1 ? 'one' : line.quorum} of ${names}`
  })
  return seats.join(' and ')
}

/** What is missing by now, also the second person where nobody knows whom the rule excludes; empty when nothing is. */
export function stillMissing(run: Pick<Run, 'approvals'>, ask: Ask, owner: string, parties: Absent): string {
  const named = (groups: readonly string[]) => groups.map((name) => (name === 'owner' ? owner : name))
  const lines = ask.rule.lines.map(({ substitute, ...line }) => ({
    ...line,
    from: named(line.from),
    ...(substitute ? { substitute: { ...substitute, from: named(substitute.from) } } : {}),
  }))
  const given = approvalsFor(run, ask).map((each) => ({ ...each, groups: named(each.groups) }))
  return tally({ ...ask.rule, lines }, given, parties).missing.join(' and ')
}

/** How long an ask has been open. */
export const openFor = (ask: Pick<Ask, 'at'> | undefined, at: Instant): Millis => (ask ? at - ask.at : 0)
