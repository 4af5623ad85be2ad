// Owns the question who may: standing for an approval rule, membership for a command, told fresh from the directory.
import type { Standing } from '../core/approval.ts'
import type { ApprovalRule, Group } from '../core/governance.ts'
import type { Known } from '../core/guardrails/input.ts'
import { groupsOf } from '../core/rule.ts'
import type { Content } from '../ports/catalog.ts'
import type { Directory, Membership } from '../ports/directory.ts'

export interface Authority {
  /** Which of a rule's groups the person belongs to. `owner` is the runbook's owner group. */
  standing(person: string, rule: ApprovalRule, owner: string, fresh: boolean): Promise<Standing>
  /** Whether the person belongs to at least one of these groups. */
  inAny(person: string, groups: readonly string[], owner: string): Promise<Known<boolean>>
  /** Whether the person belongs to one group of governance.yaml. */
  in(person: string, group: string): Promise<Membership>
}

export function authority(directory: Directory, content: () => Content): Authority {
  const membership = (person: string, name: string, owner: string, fresh: boolean): Promise<Membership> => {
    if (name === 'everyone') return Promise.resolve({ is: 'yes' })
    const { groups } = content().governance
    const own = name === 'owner' ? owner : name
    const group: Group | undefined = Object.hasOwn(groups, own) ? groups[own] : undefined
    if (!group) return Promise.resolve({ is: 'no' })
    return directory.membership(person, group, { fresh })
  }
  return {
    async standing(person, rule, owner, fresh) {
      const names = groupsOf(rule)
      const answers = await Promise.all(names.map((name) => membership(person, name, owner, fresh)))
      return {
        groups: names.filter((_, index) => answers[index]?.is === 'yes'),
        unknown: names.flatMap((group, index) => {
          const answer = answers[index]
          return answer?.is === 'unknown' ? [{ group, reason: answer.reason }] : []
        }),
      }
    },
    async inAny(person, groups, owner) {
      const answers = await Promise.all(groups.map((name) => membership(person, name, owner, true)))
      if (answers.some((answer) => answer.is === 'yes')) return { known: true, value: true }
      const unsure = answers.find((answer) => answer.is === 'unknown')
      return unsure ? { known: false, reason: unsure.reason } : { known: true, value: false }
    },
    in: (person, group) => membership(person, group, '', true),
  }
}
