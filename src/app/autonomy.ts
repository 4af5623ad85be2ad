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
  return Array.isArray(value) ? value : []
}

/** Sets the level for a runbook and environment, or takes the setting back where the level is null. */
export const setAutonomy = (
  { store }: Pick<Deps, 'store'>,
  about: Pick<AutonomySetting, 'runbook' | 'environment'>,
  setting: AutonomySetting | null,
): Promise<void> =>
  swap<void>(store, KIND, KEY, (value) => {
    const all = Array.isArray(value) ? value : []
    const others = all.filter((each) => each.runbook !== about.runbook || each.environment !== about.environment)
    const next = setting ? [setting, ...others] : others
    return { write: next.map((each) => ({ ...each })), result: undefined }
  })

/** The rules as they hold now: the files, with what was set in chat before them. */
export async function governanceNow(deps: Pick<Deps, 'store' | 'files'>): Promise<Governance> {
  const { governance } = deps.files.current()
  const set = await autonomySettings(deps)
  if (set.length === 0) return governance
  const entries = [...governance.autonomy]
  // Before what names no more than it does: a level for everything never hides one for a single runbook.
  for (const { runbook, environment, level } of set.toReversed()) {
    const entry = {
      ...(runbook === null ? {} : { runbook }),
      ...(environment === null ? {} : { environment }),
      level,
    }
    const index = entries.findIndex((each) => weight(each) <= weight(entry))
    entries.splice(index < 0 ? entries.length : index, 0, entry)
  }
  return { ...governance, autonomy: entries }
}

const weight = (about: { readonly runbook?: string | null; readonly environment?: string | null }): number =>
  (about.runbook ? 2 : 0) + (about.environment ? 1 : 0)
