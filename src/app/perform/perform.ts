// Owns the way from a piece of owed work to the function that does it.
import type { Work } from '../../core/owed.ts'
import { act } from './act.ts'
import { begin } from './begin.ts'
import { capture } from './capture.ts'
import { preflight, verify } from './check.ts'
import { confirm } from './confirm.ts'
import { type Performed, type Performing, record } from './context.ts'
import { follow } from './follow.ts'
import { askPart, expire, finish, retry, rollBack, weighRung } from './ladder.ts'
import { decideNow, plan } from './plan.ts'
import { replace } from './replace.ts'
import { openStandardChange } from './standard-change.ts'

/** Does one piece of work and records what came of it. Rejects with a PortError when the store or the lease is lost. */
export function perform(work: Performing, owed: Work): Promise<Performed> {
  switch (owed.do) {
    case 'plan':
      return plan(work)
    case 'capture':
      return capture(work, owed)
    case 'decide':
      return decideNow(work)
    case 'expire':
      return expire(work, owed)
    case 'begin':
      return begin(work)
    case 'weighRung':
      return weighRung(work, owed)
    case 'skip':
      return record(work, { type: 'stepSkipped', ...owed.at, reason: owed.reason })
    case 'preflight':
      return preflight(work, owed)
    case 'askPart':
      return askPart(work, owed)
    case 'remind':
      return record(work, { type: 'reminded', scope: owed.scope, count: owed.count })
    case 'escalate':
      return record(work, { type: 'escalated', scope: owed.scope, to: owed.to })
    case 'replace':
      return replace(work)
    case 'openStandardChange':
      return openStandardChange(work, owed)
    case 'act':
      return act(work, owed)
    case 'follow':
      return follow(work, owed)
    case 'verify':
      return verify(work, owed)
    case 'confirm':
      return confirm(work, owed)
    case 'retry':
      return retry(work, owed)
    case 'rollBack':
      return rollBack(work, owed)
    case 'finish':
      return finish(work, owed)
  }
}
