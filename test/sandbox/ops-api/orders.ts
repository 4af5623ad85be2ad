// Owns which runs to come fail instead of doing their work, and how many are under way at once.
import type { Effect } from './runs.ts'

export type Orders = {
  /** Runs of this runbook on this target fail, every one unless told how many. */
  fail: (runbook: string, target: string, times?: number) => void
  /** The targets on which this runbook is under way. */
  underWay: (runbook: string) => string[]
  /** How many runs of this runbook were under way at the same time, at most. */
  most: (runbook: string) => number
}

type Begun = Pick<Effect, 'runbook' | 'target'>

export const createOrders = () => {
  const failing: { runbook: string; target: string; left: number }[] = []
  const begun: Begun[] = []
  const most = new Map<string, number>()
  const of = (runbook: string): Begun[] => begun.filter((run) => run.runbook === runbook)

  return {
    fail: (runbook, target, times = Number.POSITIVE_INFINITY) => void failing.push({ runbook, target, left: times }),
    underWay: (runbook) => of(runbook).map(({ target }) => target ?? ''),
    most: (runbook) => most.get(runbook) ?? 0,

    /** Does the work of a run that has begun, as it was ordered; `held` resolves when nothing holds it back. */
    async carryOut<T>(run: Begun, held: () => Promise<void>, work: () => T): Promise<Awaited<T>> {
      begun.push(run)
      most.set(run.runbook, Math.max(most.get(run.runbook) ?? 0, of(run.runbook).length))
      try {
        await held()
        const order = failing.find(
          (each) => each.runbook === run.runbook && each.target === run.target && each.left > 0,
        )
        if (!order) return await work()
        order.left -= 1
        throw new Error(`${run.runbook} failed on ${run.target}`)
      } finally {
        begun.splice(begun.indexOf(run), 1)
      }
    },
  } satisfies Orders & { carryOut: unknown }
}
