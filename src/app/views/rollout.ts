// Owns what is particular about how a plan goes on: waves, how many at once, the brake, retries, the caller's word.
import type { PlannedStep } from '../../core/plan.ts'
import type { Run } from '../../core/run.ts'
import { voiced } from '../locale/voice.ts'
import type { Caps } from './caps.ts'
import { span } from './figures.ts'
import { covered, targetsOf } from './planned-calls.ts'
import { type Fact, fact, type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  waves: (sizes: readonly number[]) => `in waves of ${sizes.join(', then ')}`,
  wave: (n: number, of: number) => `wave ${n} of ${of}`,
  stopsAfter: (n: number) => `stops after ${n} ${n === 1 ? 'failure' : 'failures'}`,
  atOnce: (n: number) => `${n} at a time`,
  batch: (n: number) => `in groups of ${n}`,
  waveAsks: 'every wave after the first asks again',
  brake: 'Brake: goes on only while ',
  retry: 'Retry',
  attempts: (n: number) => `may be attempted again ${n}×`,
  byItself: (after: string) => `, by itself after ${after}`,
  byPerson: ', when a person says so',
  proof: 'Proof',
  caller: (time: string) => `The caller is asked whether it works, for ${time}`,
} as const)

/** How several targets are gone through; for one there is nothing to say. Only what is not as usual. */
export function rollout(run: Run, scope: string, caps: Caps): readonly Line[] {
  const { draft } = run
  if (!draft || scope.startsWith('step:') || draft.targets.length < 2) return []
  const sizes = draft.waves.map((wave) => wave.length)
  const wave = scope.startsWith('wave:') ? draft.waves.indexOf(targetsOf(run, scope)) : -1
  const order = wave >= 0 ? words.wave(wave + 1, sizes.length) : words.waves(sizes.slice(0, 8))
  const pace = [
    ...(sizes.length > 1 ? [order] : []),
    ...(draft.concurrency > 1 ? [words.atOnce(draft.concurrency)] : []),
    ...(draft.batch === undefined ? [] : [words.batch(draft.batch)]),
    words.stopsAfter(draft.stopAfterFailures),
    ...(draft.waveApproval !== null && sizes.length > 1 && wave < 0 ? [words.waveAsks] : []),
  ]
  const { alarm } = draft
  return [
    line(said(pace.join(' · '), 'subtle')),
    ...(alarm ? [line(said(words.brake, 'subtle'), quoted(alarm.expect ?? alarm.do, 100, caps, 'mono'))] : []),
  ]
}

/** Whether a failed step may be attempted again, and whether a person is the proof. */
export function whatFollows(run: Run, scope: string, caps: Caps): readonly Fact[] {
  const { now, later } = covered(run, scope)
  const acting = now.length > 0 ? now : later
  const name = ({ id }: PlannedStep) => (acting.length > 1 ? [quoted(`${id}: `, 48, caps, 'subtle')] : [])
  const retries = acting.flatMap((step) => (step.retry ? [line(...name(step), said(retryWords(step.retry)))] : []))
  const proofs = acting.flatMap((step) =>
    step.confirm ? [line(...name(step), said(words.caller(span(step.confirm.withinMs))))] : [],
  )
  return [
    ...(retries.length > 0 ? [fact(words.retry, ...retries.slice(0, 3))] : []),
    ...(proofs.length > 0 ? [fact(words.proof, ...proofs.slice(0, 2))] : []),
  ]
}

export const retryWords = ({ max, afterMs }: NonNullable<PlannedStep['retry']>): string =>
  `${words.attempts(max)}${afterMs === undefined ? words.byPerson : words.byItself(span(afterMs))}`
