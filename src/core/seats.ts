// Owns seats: an approval rule as one place for each person it wants, and who can sit where without sharing.
import type { ApprovalLine, ApprovalRule } from './governance.ts'

/** One line for each person that the rule wants. */
export const seatsOf = (rule: Pick<ApprovalRule, 'lines'>): readonly ApprovalLine[] =>
  rule.lines.flatMap((line) => Array.from({ length: line.quorum }, () => ({ ...line, quorum: 1 })))

/** Seats as lines: equal ones become one line with their number, where the first of them stands. */
export function linesOf(seats: readonly ApprovalLine[]): readonly ApprovalLine[] {
  const lines = new Map<string, ApprovalLine>()
  for (const { from, quorum, substitute } of seats) {
    const key = JSON.stringify([from, substitute])
    const line = lines.get(key)
    lines.set(key, { from, ...(substitute ? { substitute } : {}), quorum: (line?.quorum ?? 0) + quorum })
  }
  return [...lines.values()]
}

/** Gives each of these a candidate of its own, to as many as possible (augmenting paths); undefined: none is left. */
export function assign(candidates: readonly (readonly number[])[]): readonly (number | undefined)[] {
  const holderOf = new Map<number, number>()
  const place = (index: number, tried: Set<number>): boolean =>
    (candidates[index] ?? []).some((candidate) => {
      if (tried.has(candidate)) return false
      tried.add(candidate)
      const holder = holderOf.get(candidate)
      if (holder !== undefined && !place(holder, tried)) return false
      holderOf.set(candidate, index)
      return true
    })
  candidates.forEach((_, index) => place(index, new Set()))
  const given: (number | undefined)[] = candidates.map(() => undefined)
  for (const [candidate, index] of holderOf) given[index] = candidate
  return given
}
