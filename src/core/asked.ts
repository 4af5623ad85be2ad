// Owns the asks in the fold of a run: made, escalated, used; and whether people are being asked now.
import { approvalsFor, tally } from './approval.ts'
import type { ApprovalRule } from './governance.ts'
import { scopesOf } from './plan.ts'
import type { Ask, Run, RunEvent } from './run.ts'
import { type Instant, own } from './values.ts'

/** A step or a wave waits for people. An unknown author is read strictly: at worst it counts as asked for a moment. */
export const isAsked = (run: Run): boolean =>
  !(run.stopRequested || run.takenOver || run.brake || run.undo) &&
  Object.values(run.asks).some(
    (ask) =>
      ask.scope !== 'run' &&
      ask.plan === run.plan &&
      !ask.used &&
      !tally(ask.rule, approvalsFor(run, ask), { authors: null }).complete,
  )

/** What a step was asked for is over once it has begun. */
export const used = (run: Run, { step: id, target }: Extract<RunEvent, { type: 'actionStarted' }>): Run['asks'] => {
  const step = own(run.draft?.steps ?? {}, target)?.find((each) => each.id === id)
  const scopes = run.draft && step ? scopesOf(run.draft, step, target) : []
  return Object.fromEntries(
    Object.entries(run.asks).map(([scope, ask]) => [
      scope,
      scope !== 'run' && scopes.includes(scope) ? { ...ask, used: true } : ask,
    ]),
  )
}

export const newAsk = (scope: string, plan: string, rule: ApprovalRule, at: Instant, expiresAt: Instant): Ask => ({
  scope,
  plan,
  rule,
  at,
  expiresAt,
  reminded: 0,
  escalated: [],
})

export function withAsk(run: Run, scope: string, next: (ask: Ask) => Ask): Run {
  const ask = own(run.asks, scope)
  return ask ? { ...run, asks: { ...run.asks, [scope]: next(ask) } } : run
}
