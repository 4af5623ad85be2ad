// Owns stopping a run: who may, and what it means (P11). The same for the card's button and the command.
import { decide } from '../core/decide.ts'
import type { Person, Run } from '../core/run.ts'
import type { Refusal } from '../core/verdict.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import type { Journal, Transacted } from './journal.ts'

/** Who may is `commands.stop` in governance; without it the runbook's owner. The requester always may. */
export async function stopRun(
  deps: Deps,
  journal: Journal,
  authority: Authority,
  run: Run,
  by: Person,
  reason: string,
): Promise<Transacted> {
  const refused = await whyNotStop(deps, authority, run, by)
  if (refused) return { ok: false, refusal: refused, run }
  return journal.transact(run.id, (now, at) => decide({ do: 'stop', by, reason }, now, at))
}

async function whyNotStop(deps: Deps, authority: Authority, run: Run, by: Person): Promise<Refusal | null> {
  if (run.origin.kind === 'chat' && run.origin.requester.id === by.id) return null
  const { commands } = deps.files.current().governance
  const named = (Object.hasOwn(commands, 'stop') ? commands['stop'] : undefined) ?? ['owner']
  const groups = [...new Set(named.flatMap((name) => (name === 'owner' ? ownersOf(deps, run) : [name])))]
  const allowed = await authority.inAny(by.id, groups, '')
  if (allowed.known && allowed.value) return null
  const names = groups.join(', ')
  return allowed.known
    ? {
        reason: `you may not stop this run: that takes a member of ${names}, or its requester`,
        fix: `ask a member of ${names}`,
      }
    : {
        reason: `whether you may stop it cannot be told: ${allowed.reason}`,
        fix: 'try again when the directory answers',
      }
}

/** The runbook's owner; where two runbooks fit equally well and none was chosen, the owners of both. */
function ownersOf(deps: Deps, run: Run): readonly string[] {
  if (run.runbook) return [run.runbook.owner]
  const { runbooks } = deps.files.current().catalog
  return run.candidates.flatMap(({ runbook, fits }) => (fits ? (runbooks.get(runbook)?.owner ?? []) : []))
}
