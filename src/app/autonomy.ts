// Owns the autonomy that was set in chat, or taken back after a bad run: it comes before governance.yaml until set otherwise.
import type { Autonomy, Governance } from '../core/governance.ts'
import type { Instant } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

export interface AutonomySetting {
  readonly runbook: string | null
  readonly environment: string | null
  readonly level: Autonomy
  /** A person's name; null: runbot itself, because a run went wrong. */
  readonly by: string | null
  readonly at: Instant
  readonly reason?: string
  /** The run that went wrong, where that is why. */
  readonly run?: string
}

/** What a setting is about; null: every runbook, every environment. */
export type AutonomyScope = Pick<AutonomySetting, 'runbook' | 'environment'>

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
  about: AutonomyScope,
  setting: AutonomySetting | null,
): Promise<void> =>
  swap<void>(store, KIND, KEY, (value) => ({
    write: withSetting(Array.isArray(value) ? value : [], about, setting).map((each) => ({ ...each })),
    result: undefined,
  }))

/**
 * Lowers the level after a run went wrong at `setting.at`. What was set since then stands: whoever set it knew, and a
 * repeat after a crash changes nothing. Answers whether it was lowered now.
 */
export const lowerAutonomy = ({ store }: Pick<Deps, 'store'>, setting: AutonomySetting): Promise<boolean> =>
  swap<boolean>(store, KIND, KEY, (value) => {
    const all: readonly AutonomySetting[] = Array.isArray(value) ? value : []
    if (all.some((each) => covers(each, setting) && each.at >= setting.at)) return { result: false }
    return { write: withSetting(all, setting, setting).map((each) => ({ ...each })), result: true }
  })

/**
 * The rules as they hold now: the files, with what was set in chat before them. For a run of this id: it never counts
 * against itself, so what it took back itself is as it was for it, for example when a person has it tried again (P2).
 */
export async function governanceNow(deps: Pick<Deps, 'store' | 'files'>, run: string | null): Promise<Governance> {
  const settings = await autonomySettings(deps)
  const forRun = settings.map((each) => (each.run === run && run !== null ? { ...each, level: 'auto' as const } : each))
  return governanceWith(deps.files.current().governance, forRun)
}

/** The settings with this one in the place of another about the same; null takes it away. */
export const withSetting = (
  all: readonly AutonomySetting[],
  about: AutonomyScope,
  setting: AutonomySetting | null,
): readonly AutonomySetting[] => {
  const others = all.filter((each) => each.runbook !== about.runbook || each.environment !== about.environment)
  return setting ? [setting, ...others] : others
}

/** The files' rules with these settings before them. */
export function governanceWith(governance: Governance, settings: readonly AutonomySetting[]): Governance {
  if (settings.length === 0) return governance
  const entries = [...governance.autonomy]
  // Before what names no more than it does: a level for everything never hides one for a single runbook.
  for (const { runbook, environment, level } of settings.toReversed()) {
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

/** Whether a setting is about this runbook in this environment, perhaps among others. */
export const covers = (setting: AutonomyScope, { runbook, environment }: AutonomyScope): boolean =>
  (setting.runbook === null || setting.runbook === runbook) &&
  (setting.environment === null || setting.environment === environment)

const weight = (about: { readonly runbook?: string | null; readonly environment?: string | null }): number =>
  (about.runbook ? 2 : 0) + (about.environment ? 1 : 0)
