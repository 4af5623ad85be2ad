// Owns letting time pass in a scenario: in small steps where something is under way, in one leap where nothing is.
import type { Instant } from '../../core/values.ts'
import type { World } from './world.ts'

/** Lets time pass up to `until`; without it, up to the next moment at which something may happen. */
export async function pass(world: World, until?: Instant): Promise<void> {
  const { clock } = world
  do {
    await clock.settle()
    const dueAt = await nextDue(world)
    const now = clock.now()
    // Where nobody is at work, only the regular looks for work would be woken on the way.
    if (dueAt !== null && dueAt > now && Number.isFinite(Math.min(dueAt, until ?? dueAt)))
      await clock.jump(Math.min(dueAt, until ?? dueAt))
    else await clock.step(until)
  } while (until !== undefined && clock.now() < until)
}

/** When something is due next: null while something is under way, Infinity where nothing ever is. */
async function nextDue({ deps }: World): Promise<Instant | null> {
  if ((await deps.store.backlog()) > 0) return null
  const records = await deps.store.list({ limit: 1000 })
  if (records.some(({ lease }) => lease !== null)) return null
  return Math.min(Number.POSITIVE_INFINITY, ...records.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt])))
}
