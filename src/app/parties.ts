// Owns who stands in which relation to a run: requester, opener, authors; what `not` in a rule refers to.
import type { Parties } from '../core/approval.ts'
import type { Run } from '../core/run.ts'
import type { Deps } from './deps.ts'

/** Authors are those of the runbook as it is loaded now; an unknown author is null. */
export function partiesOf(deps: Pick<Deps, 'files'>, run: Run): Parties {
  const runbook = run.runbook ? deps.files.current().catalog.runbooks.get(run.runbook.id) : undefined
  return {
    requester: run.origin.kind === 'chat' ? run.origin.requester.id : null,
    opener: run.context.incident ? (run.context.incident.opener ?? 'unknown') : null,
    authors: runbook?.authors ?? null,
  }
}
