// Owns the provisioned throughput: so many request units a second, and then 429. ("Provisioned throughput"; REST reference, status 429)

export type Budget = {
  /** Milliseconds until a request may pass; 0 where it may now. */
  waitMs: () => number
  spend: (units: number) => void
}

/** A request passes while anything is left of the second and may overdraw it, as the service does; `now` in milliseconds. */
export const createBudget = (unitsPerSecond: () => number, now: () => number): Budget => {
  let spent = 0
  let at = now()
  const refill = (): void => {
    const passed = Math.max(0, now() - at)
    at = now()
    spent = Math.max(0, spent - (unitsPerSecond() * passed) / 1000)
  }
  return {
    waitMs() {
      if (unitsPerSecond() === Number.POSITIVE_INFINITY) return 0
      refill()
      const over = spent - unitsPerSecond()
      return over < 0 ? 0 : Math.floor((over * 1000) / unitsPerSecond()) + 1
    },
    spend(units) {
      spent = unitsPerSecond() === Number.POSITIVE_INFINITY ? 0 : spent + units
    },
  }
}
