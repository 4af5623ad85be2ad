// Owns the run's card as it looks now: the view, with what only the app knows (approvers, freeze, exact requests).
import type { PlannedRequest } from '../core/plan.ts'
import type { Run } from '../core/run.ts'
import type { CardMessage } from '../ports/channel.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { whyFrozen } from './freezes.ts'
import { type RunCardContext, runCard } from './views/run-card.ts'

export interface RunCards {
  /** `expanded`: with everything unfolded. `again`: it may stand twice, and says so. */
  card(run: Run, how?: { readonly expanded?: boolean; readonly again?: boolean }): Promise<CardMessage>
  /** Names of the groups that may approve what is being asked. */
  approvers(run: Run): string
  /** A dry run: shows what would be, offers nothing. */
  preview(run: Run): CardMessage
}

export function runCards(deps: Deps, authority: Authority): RunCards {
  const describe = (request: PlannedRequest): string =>
    deps.endpoints(request)?.describe(request) ?? `${request.do} (${request.kind} cannot be called by this version)`
  const approvers = (run: Run): string => {
    const rule = Object.values(run.asks).at(-1)?.rule ?? run.decision?.rule
    return rule ? authority.approvers(rule, run.runbook?.owner ?? '').join(', ') : ''
  }
  const context = (run: Run): RunCardContext => ({
    at: deps.clock.now(),
    approvers: approvers(run),
    describe,
    ...(deps.settings.publicUrl === undefined ? {} : { publicUrl: deps.settings.publicUrl }),
  })
  return {
    approvers,
    async card(run, { expanded = false, again = false } = {}) {
      return runCard(deps.card, run, { ...context(run), expanded, again, frozen: await frozen(deps, run) })
    },
    preview: (run) => runCard(deps.card, run, { ...context(run), preview: true }),
  }
}

/** What a freeze says of this run, for people to read; it decides nothing. */
async function frozen(deps: Deps, run: Run): Promise<string | null> {
  if (run.finished) return null
  return whyFrozen(deps, run).catch(() => null)
}
