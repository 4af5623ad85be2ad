// Owns what the app needs to know around an incident's CI from the ticket system: neighbours, people, changes, history.
import type { Ci, Fact, Incident } from '../core/incident.ts'
import type { Affected, NearChange, Neighbour, PastIncident } from '../core/surroundings.ts'
import type { Instant } from '../core/values.ts'

/** Nothing here rejects: what cannot be read is unknown, with the reason (P5). */
export interface Surroundings {
  /** CIs that this one depends on and that depend on it, so many relations far; 200 at most, the nearest first. */
  neighbours(ciId: string, depth: number): Promise<Fact<readonly Neighbour[]>>
  owner(ci: Ci): Promise<Fact<{ readonly name: string; readonly group: string | null }>>
  affected(incidentSysId: string): Promise<Fact<Affected>>
  /** Changes on these CIs that are open, or ended since; those that runbot opened itself are left out. */
  changes(ciIds: readonly string[], since: Instant): Promise<Fact<readonly NearChange[]>>
  /** Earlier incidents of this CI, or of the same signature; the newest first, 20 at most. */
  history(incident: Incident, ci: Ci | undefined, since: Instant): Promise<Fact<readonly PastIncident[]>>
  /** Whoever has taken control of the incident; empty: nobody. */
  commander(incidentSysId: string): Promise<Fact<string>>
  /** Names of whoever is on call for the incident's group now. */
  onCall(group: string): Promise<Fact<readonly string[]>>
}
