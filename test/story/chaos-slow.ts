// Owns how slow the far side is: some launches wait before they are done, some are done long before they are answered.

import type { Call } from '../sandbox/server.ts'
import type { Far } from './chaos-kinds.ts'
import type { Random } from './chaos-moments.ts'

const SLOW_MS = [15, 60, 120] as const
/** The share of launches that each of the rules below strikes. */
const SHARE = 0.2
/** Longer than runbot needs to come back and ask, and far from the deadline after which the launch counts as lost. */
const OUTLIVES_MS = 3_000

/**
 * `arrived` is told of every launch the moment that it arrives, before anything is done about it, and answers whether its
 * sender dies of it: every second one of those is only done when the next runbot is there already.
 */
export function slowDown({ system, isLaunch }: Far, random: Random, arrived: (launch: Call) => boolean): void {
  const always = { times: Number.POSITIVE_INFINITY }
  system.faults.add({
    ...always,
    fault: { slow: OUTLIVES_MS },
    match: (call) => isLaunch(call) && arrived(call) && random.share() < 0.5,
  })
  for (const commit of [true, false])
    for (const slow of SLOW_MS)
      system.faults.add({
        ...always,
        fault: { slow },
        commit,
        match: (call) => isLaunch(call) && random.share() < SHARE,
      })
}
