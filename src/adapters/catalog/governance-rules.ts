// Owns what an approval rule of governance.yaml means: its lines, who stands in and when, and what makes no sense together.
import type { ApprovalLine, ApprovalRule } from '../../core/governance.ts'
import type { GovernanceFile } from './governance-schema.ts'
import type { Note } from './uses.ts'
import type { Path } from './yaml-source.ts'

type RuleFile = GovernanceFile['rules'][string]
type LineFile = NonNullable<RuleFile['all']>[number]

/** Words that stand where a rule's name may: a rule of that name could not be told from them. */
const RESERVED = ['auto', 'people-only', 'forbidden', 'always']

/** The rule as the core knows it; whatever does not fit together is noted. */
export function ruleOf(name: string, rule: RuleFile, note: Note): ApprovalRule {
  const path = ['rules', name]
  if (RESERVED.includes(name)) note(path, `"${name}" cannot be the name of a rule`, 'key')
  if ((rule.from === undefined) === (rule.all === undefined)) note(path, 'expected either from or all')
  for (const key of ['quorum', 'substitute'] as const)
    if (rule.all && rule[key] !== undefined) note([...path, key], `with "all", ${key} stands in each line`, 'key')
  if (rule.remind !== undefined && rule.remind >= rule.expires)
    note([...path, 'remind'], 'the reminder comes before the rule expires')
  const inTime = ({ substitute }: Pick<LineFile, 'substitute'>, at: Path) => {
    if (substitute && substitute.after >= rule.expires)
      note([...at, 'substitute', 'after'], 'who stands in is asked before the rule expires')
  }
  inTime(rule, path)
  rule.all?.forEach((line, index) => inTime(line, [...path, 'all', index]))
  const { from = [], quorum, substitute } = rule
  return {
    name,
    lines: rule.all?.map(lineOf) ?? [
      lineOf({ from, ...(quorum === undefined ? {} : { quorum }), ...(substitute ? { substitute } : {}) }),
    ],
    expiresMs: rule.expires,
    ...(rule.remind === undefined ? {} : { remindMs: rule.remind }),
    ...(rule.page === undefined ? {} : { page: rule.page }),
    not: rule.not ?? [],
  }
}

const lineOf = ({ from, quorum = 1, substitute }: LineFile): ApprovalLine => ({
  from,
  quorum,
  ...(substitute ? { substitute: { from: substitute.from, afterMs: substitute.after } } : {}),
})
