// Owns taking autonomy back by itself: the trail first, then the effect, then the run's own log; once per run (P1, P4).
import { CONTROL_CHAIN, type ControlEvent } from '../core/control.ts'
import { environmentsOfRun } from '../core/demotion.ts'
import { autonomyOf } from '../core/governance.ts'
import type { Run } from '../core/run.ts'
import type { Instant } from '../core/values.ts'
import { events } from '../core/verdict.ts'
import { autonomySettings, covers, governanceWith, lowerAutonomy } from './autonomy.ts'
import type { Deps } from './deps.ts'
import type { Journal } from './journal.ts'
import { recordFor } from './shadow-records.ts'

const PAGE = 100

/**
 * Sets the runbook of a run that went wrong at `at` from auto to approve, in the environments that it ran in. Where it is
 * not auto any more, or somebody has set it since, nothing changes. Safe to repeat. `still` throws where another replica
 * may be at it. Rejects with a PortError where the store does not answer.
 */
export async function demote(
  deps: Deps,
  journal: Journal,
  run: Run,
  { at, reason, still }: { readonly at: Instant; readonly reason: string; readonly still: () => void },
): Promise<void> {
  const runbook = run.runbook?.id
  if (runbook === undefined || run.knowledge.demoted) return
  const settings = await autonomySettings(deps)
  const governance = governanceWith(deps.files.current().governance, settings)
  const said = await saidOf(deps, run.id, at)
  const isAuto = (environment: string) =>
    autonomyOf(governance, runbook, environment) === 'auto' &&
    !settings.some((each) => covers(each, { runbook, environment }) && each.at >= at)
  const environments = environmentsOfRun(run).filter((each) => said.includes(each) || isAuto(each))
  if (environments.length === 0) return
  for (const environment of environments) {
    if (!said.includes(environment)) {
      const { record } = await recordFor(deps, runbook, environment)
      still()
      await journal.control({
        type: 'autonomySet',
        level: 'approve',
        runbook,
        environment,
        by: null,
        reason,
        run: run.id,
        record: { ...record, wrongCases: record.wrongCases.map((each) => ({ ...each })) },
      })
    }
    await lowerAutonomy(deps, {
      runbook,
      environment,
      level: 'approve',
      by: null,
      at,
      reason,
      run: run.id,
    })
  }
  await journal.transact(run.id, ({ knowledge }) =>
    knowledge.demoted ? events() : events({ type: 'demoted', environments, reason }),
  )
  deps.log.warn(
    { run: run.id, runbook, environments },
    'autonomy was taken back: a run that nobody was asked about went wrong',
  )
}

/** The environments for which the trail says already that this run took autonomy back: a crash came in between. */
async function saidOf({ store }: Deps, run: string, since: Instant): Promise<readonly string[]> {
  const found: string[] = []
  const newest = (await store.record(CONTROL_CHAIN))?.seq ?? 0
  for (let to = newest; to > 0; to -= PAGE) {
    const from = Math.max(1, to - PAGE + 1)
    const entries = await store.entries(CONTROL_CHAIN, from, to - from + 1)
    for (const { event, at } of entries) {
      const { type, run: of, environment } = event as unknown as Partial<Extract<ControlEvent, { type: 'autonomySet' }>>
      if (at >= since && type === 'autonomySet' && of === run && environment) found.push(environment)
    }
    if ((entries[0]?.at ?? 0) < since) break
  }
  return found
}
