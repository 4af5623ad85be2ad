// Owns how loudly a door speaks of refused requests: a few lines at a time, so that a flood cannot fill the disk.
import type { Instant } from '../../core/values.ts'
import type { Log } from '../../ports/observe.ts'

const windowMs = 10_000
const linesPerWindow = 20

/** Logs a refusal, or counts it for the next line that is logged. */
export function refusalLog(
  log: Pick<Log, 'warn'>,
  now: () => Instant,
  message = 'request refused',
): (facts: Readonly<Record<string, unknown>>) => void {
  let began = -Infinity
  let lines = 0
  let silenced = 0
  return (facts) => {
    if (now() - began >= windowMs) {
      began = now()
      lines = 0
    }
    if (lines >= linesPerWindow) {
      silenced += 1
      return
    }
    lines += 1
    log.warn(silenced > 0 ? { ...facts, silenced } : facts, message)
    silenced = 0
  }
}
