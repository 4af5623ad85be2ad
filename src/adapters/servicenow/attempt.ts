// Owns the step from a PortError to a reason, for parts that may stay unknown.
import type { Evaluation } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'

/** What a PortError stops, with its message as the reason; a bug goes on. */
export async function attempt<T>(work: () => Promise<T>): Promise<Evaluation<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    if (!isPortError(error)) throw error
    return { ok: false, reason: error.message }
  }
}
