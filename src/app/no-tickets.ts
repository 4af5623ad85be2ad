// Owns what holds where no ServiceNow is connected: no incident can be read, no CI is known, so no fact is.

import { PortError } from '../ports/errors.ts'
import type { Tickets } from '../ports/tickets.ts'

const none = () => Promise.reject(new PortError('notFound', 'ServiceNow is not connected: set SERVICENOW_URL'))

export const noTickets: Tickets = {
  incident: none,
  incidentByNumber: none,
  changedSince: () => Promise.resolve([]),
  open: none,
  openOn: () => Promise.resolve([]),
  ci: none,
  findCis: () => Promise.resolve([]),
  blast: none,
  changes: none,
  conflicts: none,
  openChange: none,
  closeChange: none,
  note: none,
  update: none,
  attach: none,
}
