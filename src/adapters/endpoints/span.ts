// Owns how far back a query of logs or traces looks.
import type { PlannedRequest } from '../../core/plan.ts'
import type { Millis } from '../../core/values.ts'

const anHour: Millis = 3_600_000

/** `span` of the operation in connectors.yaml; an hour where it says nothing. */
export function spanOf({ detail }: PlannedRequest): Millis {
  const { span } = detail
  return typeof span === 'number' && span > 0 ? span : anHour
}
