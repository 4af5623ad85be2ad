// Owns holding runs back while they are under way, until a test lets them go on: no test has to guess how long.

type Hold = { runbook: string; target: string | undefined; over: Promise<void> }

export type Holds = {
  /** Answers the function that lets them go on. */
  hold: (runbook: string, target?: string) => () => void
  /** Resolves when nothing holds a run like this one; rejects when the run is cancelled meanwhile. */
  held: (runbook: string, target: string | null, signal: AbortSignal) => Promise<void>
}

export const createHolds = (): Holds => {
  let holds: Hold[] = []
  return {
    hold(runbook, target) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const hold = { runbook, target, over: promise }
      holds.push(hold)
      return () => {
        holds = holds.filter((each) => each !== hold)
        resolve()
      }
    },
    async held(runbook, target, signal) {
      const cancelled = new Promise<never>((_, reject) => {
        const give = (): void => reject(new Error('cancelled while it was held'))
        if (signal.aborted) give()
        else signal.addEventListener('abort', give, { once: true })
      })
      // Nobody may be listening by then.
      cancelled.catch(() => undefined)
      const mine = (each: Hold): boolean =>
        each.runbook === runbook && (each.target === undefined || each.target === target)
      for (let hold = holds.find(mine); hold; hold = holds.find(mine)) await Promise.race([hold.over, cancelled])
    },
  }
}
