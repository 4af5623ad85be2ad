// Owns reading an incident's CI: one that cannot be seen leaves its facts unknown, one that cannot be asked for waits.
import type { Ci } from '../core/incident.ts'
import { isPortError } from '../ports/errors.ts'
import type { Tickets } from '../ports/tickets.ts'

/** undefined where ServiceNow shows no such CI; every other PortError is the caller's. */
export async function visibleCi(tickets: Tickets, sysId: string): Promise<Ci | undefined> {
  try {
    return await tickets.ci(sysId)
  } catch (error) {
    if (isPortError(error, 'notFound')) return undefined
    throw error
  }
}
