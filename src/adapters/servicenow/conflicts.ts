// Owns ServiceNow's conflict check of one change: started, awaited within bounds, remembered for a minute (CONTRACTS 1.6).
import type { Instant } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { plainText } from '../wire/text.ts'
import { conflictSchema, startedSchema } from './change-schema.ts'
import type { Client } from './client.ts'
import type { Row } from './schema.ts'
import { sysId } from './values.ts'

const limitMs = 8_000
const pollMs = 400
/** Rechecks come before every mutating request; the instance is not asked to calculate anew for each. */
const keepMs = 60_000
const maxLines = 20

/**
 * `last_run` is when the last check *started* [documented], so it tells which check an answer is about and not that it
 * ended. The list of one that is under way is empty and means nothing; `job_status` is "2" in every documented answer
 * of a check that ended. That 3 and 4 are a job that failed or was cancelled is inferred from the platform's trackers.
 */
const jobStatus = { ended: '2', broken: ['3', '4'] }

interface Check {
  readonly startedAt: Instant
  /** `last_run` as it was before this check. */
  readonly before: Promise<string>
  answer: Promise<readonly string[]> | undefined
}

/**
 * One line per conflict, at most 20. Rejects with PortError: as the client, `timeout` where the check did not end
 * within about 8 s (the next call goes on waiting for the same one), `unavailable` where it failed.
 */
export function conflicts({ client, clock }: { client: Client; clock: Clock }): Tickets['conflicts'] {
  const checks = new Map<string, Check>()
  const pathOf = (id: string): string => `/api/sn_chg_rest/change/${id}/conflict`

  const status = async (id: string) => {
    const what = 'reading a conflict check'
    const { body } = await client.ask({ method: 'GET', path: pathOf(id), what }, conflictSchema)
    return body.result
  }

  const start = async (id: string): Promise<string> => {
    const before = await status(id)
    try {
      await client.ask({ method: 'POST', path: pathOf(id), what: 'starting a conflict check' }, startedSchema)
    } catch (error) {
      // A check has no effect but its result: whether it began is seen by `last_run`.
      if (!isPortError(error) || !error.mayHaveHappened) throw error
    }
    return before.last_run
  }

  const ended = async (id: string, check: Check): Promise<readonly string[]> => {
    const before = await check.before
    const until = clock.now() + limitMs
    for (;;) {
      const { last_run: lastRun, job_status: job, conflicts: found } = await status(id)
      const ours = lastRun !== '' && lastRun !== before
      if (ours && job === jobStatus.ended && found) return linesOf(found)
      if (ours && jobStatus.broken.includes(job)) {
        checks.delete(id)
        throw new PortError(
          'unavailable',
          'ServiceNow, the conflict check failed or was cancelled: it can be run again',
        )
      }
      if (clock.now() >= until) throw new PortError('timeout', 'ServiceNow, the conflict check did not end in time')
      await clock.sleep(pollMs)
    }
  }

  return async (change) => {
    const id = sysId(change)
    const now = clock.now()
    for (const [key, { startedAt }] of checks) if (now - startedAt >= keepMs) checks.delete(key)
    const check = checks.get(id) ?? begin(id, now)
    check.answer ??= ended(id, check).catch((error: unknown) => {
      check.answer = undefined
      throw error
    })
    return check.answer
  }

  function begin(id: string, startedAt: Instant): Check {
    const before = start(id).catch((error: unknown) => {
      checks.delete(id)
      throw error
    })
    const check: Check = { startedAt, before, answer: undefined }
    checks.set(id, check)
    return check
  }
}

function linesOf(found: readonly Row[]): readonly string[] {
  const lines = found.slice(0, maxLines).map(lineOf)
  return found.length > maxLines ? [...lines, `and ${found.length - maxLines} more`] : lines
}

/** `change` and `type` are in the documented example; the other columns of `conflict` are inferred, and may be missing. */
function lineOf(row: Row): string {
  const shown = (column: string): string => row[column]?.display || row[column]?.value || ''
  const about = [shown('configuration_item') || shown('ci'), shown('schedule'), shown('conflicting_change')]
  const parts = about.filter((part) => part !== '').join(', ')
  const type = shown('type') || 'a conflict whose kind cannot be read'
  return plainText(parts === '' ? type : `${type}: ${parts}`, 200)
}
