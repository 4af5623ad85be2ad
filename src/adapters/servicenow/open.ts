// Owns opening an incident for an alert, once per key, and finding those that are open on a CI.

import { PortError } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'

/** What the app needs to turn an alert without a ticket into one. */
export function opening(): Pick<Tickets, 'open' | 'openOn'> {
  const later = () => Promise.reject(new PortError('denied', 'incidents cannot be opened yet'))
  return { open: later, openOn: later }
}
