// Owns the surroundings of a scenario's incident: nothing stands around it, nobody commands it, and all of that is known.
import { type Fact, known } from '../../core/incident.ts'
import type { Json } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Surroundings } from '../../ports/surroundings.ts'

/** So that a runbook's limits for them pass in a scenario, which has no way to say otherwise. */
export function scenarioSurroundings(clock: Pick<Clock, 'now'>): Surroundings {
  const told = <T extends Json>(value: T): Promise<Fact<T>> => Promise.resolve(known(value, 'scenario', clock.now()))
  return {
    neighbours: () => told([]),
    owner: () => told({ name: '', group: null }),
    affected: () => told({ users: null, vips: [] }),
    changes: () => told([]),
    history: () => told([]),
    commander: () => told(''),
    onCall: () => told([]),
  }
}
