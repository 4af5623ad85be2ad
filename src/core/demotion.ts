// Owns what takes autonomy away again: whether a run that nobody was asked about went wrong, and why.
import type { Run } from './run.ts'
import { own } from './values.ts'

/**
 * Why a run that policy allowed without asking went wrong, as a sentence; null: it did not, or people had allowed it, as
 * they have what asked for itself: a step, or a wave. A verification that failed, a rollback and an outcome that nobody
 * can tell count, also where a later rung mended it.
 */
export function whyDemoted(run: Run): string | null {
  if (run.decision?.effect !== 'allow' || !run.finished) return null
  for (const [target, steps] of Object.entries(run.steps))
    for (const [step, { action, verify, rollback }] of Object.entries(steps)) {
      if (wasAsked(run, step, target)) continue
      if ([action, rollback].some((sent) => sent?.ended?.outcome === 'unknown'))
        return `the outcome of ${step} on ${target} is unknown`
      if (verify?.ended?.ok === false) return `the verification of ${step} on ${target} failed`
      if (rollback) return `${step} on ${target} was rolled back`
    }
  return null
}

/** Every wave after the first asks where waves do. */
function wasAsked({ draft }: Run, step: string, target: string): boolean {
  const inWave = draft?.waves.findIndex((wave) => wave.includes(target)) ?? 0
  const planned = own(draft?.steps ?? {}, target)?.find(({ id }) => id === step)
  return (planned?.approval ?? null) !== null || (inWave > 0 && (draft?.waveApproval ?? null) !== null)
}

/** The environments that a run's decision was about; none before it was decided. */
export const environmentsOfRun = ({ decision }: Pick<Run, 'decision'>): readonly string[] =>
  (decision?.environment.name ?? '').split(', ').filter((name) => name !== '')
