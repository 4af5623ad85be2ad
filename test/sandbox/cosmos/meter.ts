// Owns the count of requests and request units, by kind: what a test holds against a ceiling.
import type { Kind } from './request.ts'

export type Count = {
  requests: number
  /** Documents' operations: more than requests only for batches. */
  operations: number
  /** Request units, as x-ms-request-charge told them. */
  units: number
}

export type Meter = Count & {
  /** A kind that never came is absent. */
  kinds: Partial<Record<Kind, Count>>
  /** How often each status was answered by the work itself; what a fault put in its place is in `struck`. */
  statuses: Record<number, number>
}

const nothing = (): Count => ({ requests: 0, operations: 0, units: 0 })

export const createMeter = () => {
  let kinds: Partial<Record<Kind, Count>> = {}
  let statuses: Record<number, number> = {}
  const add = (to: Count, { requests, operations, units }: Count): Count => ({
    requests: to.requests + requests,
    operations: to.operations + operations,
    units: Math.round((to.units + units) * 100) / 100,
  })
  return {
    count(kind: Kind, status: number, units: number, operations: number): void {
      kinds[kind] = add(kinds[kind] ?? nothing(), { requests: 1, operations, units })
      statuses[status] = (statuses[status] ?? 0) + 1
    },
    /** What was counted since the start or the last `reset`. The SDK's own metadata requests are in it, at 0 units. */
    read(): Meter {
      const total = Object.values(kinds).reduce(add, nothing())
      return { ...total, kinds: structuredClone(kinds), statuses: { ...statuses } }
    },
    reset(): void {
      kinds = {}
      statuses = {}
    },
  }
}
