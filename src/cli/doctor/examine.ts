// Owns running the checks: all of them side by side, each within its time, none of them able to stop another.
import type { Millis } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import { type Finding, failed, reasonOf } from './finding.ts'

/** One thing to look at. `look` may answer several findings; what it throws becomes one that failed. */
export interface Check {
  readonly name: string
  readonly look: () => Promise<readonly Finding[]>
}

/** The findings in the order of the checks, whichever was the first to end. */
export async function examine(checks: readonly Check[], limitMs: Millis = 30_000): Promise<readonly Finding[]> {
  return (await Promise.all(checks.map((check) => within(check, limitMs)))).flat()
}

async function within({ name, look }: Check, limitMs: Millis): Promise<readonly Finding[]> {
  const late = Promise.withResolvers<readonly Finding[]>()
  const why = `it did not end within ${limitMs / 1000} s`
  const mend = 'look whether this system is slow or a firewall swallows the requests, then try again'
  const timer = setTimeout(() => late.resolve([failed(name, why, mend)]), limitMs)
  try {
    return await Promise.race([look(), late.promise])
  } catch (error) {
    if (isPortError(error)) return [failed(name, error.message, 'mend what it says, then try again')]
    return [failed(name, `the check itself failed: ${reasonOf(error)}`, 'report it: this is a bug of runbot')]
  } finally {
    clearTimeout(timer)
  }
}
