// Owns a person's answer to an ask, whichever way it came: every check is made again here (P1, P10, P12).
import { decide } from '../core/decide.ts'
import type { ApprovalScope, Person, Run } from '../core/run.ts'
import { own } from '../core/values.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { whyFrozen } from './freezes.ts'
import type { Journal, Transacted } from './journal.ts'
import { partiesOf } from './parties.ts'

export interface Answer {
  readonly verb: 'approve' | 'reject'
  readonly by: Person
  readonly scope: ApprovalScope
  /** The plan hash that the person saw. */
  readonly plan: string
  readonly note: string
  /** Where it was given, when not in Teams. */
  readonly via?: 'servicenow'
}

/** Records a yes or a no, or the refusal with its reason. */
export type Answers = (run: Run, answer: Answer) => Promise<Transacted>

export function answers(deps: Deps, journal: Journal, authority: Authority): Answers {
  return async (run, { verb, by, scope, plan, note, via }) => {
    const asked = own(run.asks, scope)
    const standing = asked
      ? await authority.standing(by.id, asked.rule, run.runbook?.owner ?? '', true)
      : { groups: [], unknown: [] }
    const frozen = await frozenFor(deps, run)
    const done = await journal.transact(run.id, (now, at): Verdict => {
      const parties = partiesOf(deps, now)
      const common = { by, scope, plan, note, standing, parties, frozen, ...(via === undefined ? {} : { via }) }
      return decide({ do: verb, ...common }, now, at)
    })
    if (!done.ok) {
      const { reason } = done.refusal
      await journal.transact(run.id, () => ({ ok: true, events: [{ type: 'clickRefused', by, verb, scope, reason }] }))
    }
    return done
  }
}

/** Why nothing may be approved now, or null. A freeze that cannot be read counts as one. */
const frozenFor = (deps: Deps, run: Run): Promise<string | null> =>
  whyFrozen(deps, run).catch(() => 'whether there is a freeze cannot be told')
