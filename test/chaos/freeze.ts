// Owns the freeze in the middle of a chaos world: a person throws it at any replica, another lifts it, and what left meanwhile.
import assert from 'node:assert/strict'
import type { World } from '../sandbox/world.ts'
import { ASKED, type Asked } from '../story/chaos-asked.ts'
import type { Far } from '../story/chaos-kinds.ts'
import { hasBegun, isOver, wasAskedFor } from '../story/chaos-log.ts'
import { patient, type Seen } from '../story/chaos-people.ts'
import type { RunLog } from '../story/crash-stage.ts'
import type { Scope } from './disturbances.ts'
import type { StoreWatch } from './store-watch.ts'

type Frozen = StoreWatch['frozen']

/** P11: so long after it was written a freeze holds on every replica. */
const WITHIN_MS = 1_000

export const isCovered = (scope: Scope, { environment }: Asked): boolean =>
  scope === 'all' || scope === (environment === 'Test' ? 'env:test' : 'env:prod')

/** Throws it, lets it meet every run that it covers and that had begun, and lifts it. */
export async function throwFreeze(
  { teams, people }: World,
  { runs, until, anywhere }: Seen,
  scope: Scope,
  frozen: Frozen,
): Promise<void> {
  const where = scope === 'all' ? '' : ` ${scope}`
  const insist = (what: string, as: keyof World['people'], text: string, done: () => boolean) =>
    until(what, async () => {
      if (done()) return true
      anywhere?.()
      await patient(teams.say({ as: people[as], text }))
      return done()
    })
  await insist('the freeze', 'approver', `freeze${where} because "chaos"`, () => frozen.from !== null)
  await until('every run that the freeze met has stopped', async () => {
    const all = await runs()
    const met = ASKED.filter((asked) => isCovered(scope, asked))
    return met.every((asked) => {
      const run = all.find((each) => wasAskedFor(each, asked))
      return !run || !hasBegun(run) || isOver(run)
    })
  })
  await insist('the end of the freeze', 'secondApprover', `unfreeze${where}`, () => frozen.to !== null)
}

/** P11: by the far side's own clock, nothing of a frozen run arrived later than a second after the freeze was written. */
export function proveFreeze(far: Far, scope: Scope, { from, to }: Frozen, runs: readonly RunLog[]): void {
  if (from === null) return
  const met = runs.filter((run) => ASKED.some((asked) => isCovered(scope, asked) && wasAskedFor(run, asked)))
  const late = far.system.requests.filter(far.isLaunch).flatMap(({ at, raw }) => {
    const arrivedAt = Date.parse(at)
    const isLate = arrivedAt > from + WITHIN_MS && arrivedAt < (to ?? Number.POSITIVE_INFINITY)
    const run = met.find(({ record }) => isLate && raw.includes(record.chain))
    return run
      ? [`${run.record.chain}: ${arrivedAt - from} ms after the freeze: ${raw.toString('utf8').slice(0, 300)}`]
      : []
  })
  assert.deepEqual(late, [], 'changes that left during a freeze (P11)')
}
