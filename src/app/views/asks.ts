// Owns what is being asked of people now: the open ask, the answers that count for it, and those that became void.
import { approvalsFor, tally } from '../../core/approval.ts'
import type { Approval, Ask, Run } from '../../core/run.ts'
import { voiced } from '../locale/voice.ts'
import { isAsking } from './status.ts'

/** The ask that buttons and reminders are about; undefined when nothing is asked any more. */
export function openAsk(run: Run): Ask | undefined {
  if (!isAsking(run) || run.stopRequested) return undefined
  // Unknown authors is the strictest reading: at worst a button stays for a moment, and its click is refused.
  const open = Object.values(run.asks).filter(
    (ask) => ask.plan === run.plan && !tally(ask.rule, approvalsFor(run, ask), { authors: null }).complete,
  )
  const wanted = run.status === 'awaitingApproval' ? open : open.filter((ask) => ask.scope !== 'run')
  return wanted.reduce<Ask | undefined>((newest, ask) => (!newest || ask.at >= newest.at ? ask : newest), undefined)
}

/** The ask that was made last, whatever came of it. */
export const newestAsk = (run: Pick<Run, 'asks'>): Ask | undefined =>
  Object.values(run.asks).reduce<Ask | undefined>(
    (newest, ask) => (!newest || ask.at >= newest.at ? ask : newest),
    undefined,
  )

/** How many different people an ask needs. */
export const peopleNeeded = (ask: Pick<Ask, 'rule'>): number =>
  ask.rule.lines.reduce((sum, line) => sum + line.quorum, 0)

/** Approvals of an earlier plan of this run: they count no more. */
export const voided = (run: Run): readonly Approval[] =>
  run.plan === null ? [] : run.approvals.filter((approval) => approval.plan !== run.plan)

const words = voiced({
  step: (id: string) => `step ${id}`,
  stepOn: (id: string, target: string) => `step ${id} on ${target}`,
  wave: (n: string) => `wave ${n}`,
})

/** `step recycle-pool`, `step scale on db-01`, `wave 2`, or nothing for the whole run. Outside text. */
export function scopeName(scope: string): string {
  const [, step, target] = /^step:([^@]*)(?:@([^]*))?$/.exec(scope) ?? []
  if (step !== undefined) return target === undefined ? words.step(step) : words.stepOn(step, target)
  return scope.startsWith('wave:') ? words.wave(scope.slice(5)) : ''
}

/** The how manieth yes an approval was, of how many; also when more have come since. */
export function countAt(run: Run, approval: Pick<Approval, 'by' | 'scope' | 'plan'>): { have: number; need: number } {
  const ask = run.asks[approval.scope]
  if (ask?.plan !== approval.plan) return { have: 1, need: 1 }
  const before = approvalsFor(run, ask).findIndex((each) => each.by.id === approval.by.id)
  return { have: Math.max(0, before) + 1, need: peopleNeeded(ask) }
}
