// Owns the autonomy that was set in chat: it comes before what governance.yaml says, and stays until it is set otherwise.
import type { Autonomy, Governance } from '../core/governance.ts'
import type { Instant } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

export interface AutonomySetting {
  readonly runbook: string | null
  readonly environment: string | null
  readonly level: Autonomy
  readonly by: string
  readonly at: Instant
}

const KIND = 'autonomy'
const KEY = 'set'

/** What was set, the newest first. Rejects when the store does not answer. */
export async function autonomySettings({ store }: Pick<Deps, 'store'>): Promise<readonly AutonomySetting[]> {
  const value = (await store.get(KIND, KEY))?.value
  return Array.isArray(value) ? (value as unknown as readonly AutonomySetting[]) : []
}

/** Sets the level for a runbook and environment, or takes the setting back where the level is null. */
export const setAutonomy = (
  { store }: Pick<Deps, 'store'>,
  about: Pick<AutonomySetting, 'runbook' | 'environment'>,
  setting: AutonomySetting | null,
): Promise<void> =>
  swap<void>(store, KIND, KEY, (value) => {
    const all = Array.isArray(value) ? (value as unknown as readonly AutonomySetting[]) : []
    const others = all.filter((each) => each.runbook !== about.runbook || each.environment !== about.environment)
    const next = setting ? [setting, ...others] : others
    // What names more comes first, so that a setting for everything never hides one for a single runbook.
    const sorted = next.toSorted((a, b) => weight(b) - weight(a))
    return { write: sorted.map((each) => ({ ...each })), result: undefined }
  })

const weight = ({ runbook, environment }: AutonomySetting): number =>
  (runbook === null ? 0 : 2) + (environment === null ? 0 : 1)

/** The rules as they hold now: the files, with what was set in chat before them. */
export async function governanceNow(deps: Pick<Deps, 'store' | 'files'>): Promise<Governance> {
  const { governance } = deps.files.current()
  const set = await autonomySettings(deps)
  if (set.length === 0) return governance
  const entries = set.map(({ runbook, environment, level }) => ({
    ...(runbook === null ? {} : { runbook }),
    ...(environment === null ? {} : { environment }),
    level,
  }))
  return { ...governance, autonomy: [...entries, ...governance.autonomy] }
}
