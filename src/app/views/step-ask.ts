// Owns what the ask for one step shows besides its request: what its preflight found, and the values that it captured.
import { askedStep } from '../../core/plan.ts'
import type { Run } from '../../core/run.ts'
import { type Preflighted, stepOf } from '../../core/step-state.ts'
import type { Instant } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { onCard } from './figures.ts'
import { targetsOf } from './planned-calls.ts'
import { type Fact, fact, type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  preflight: 'Preflight',
  none: 'It has none: nothing is checked before',
  passed: 'passed',
  more: (n: number) => `… and ${n} more`,
} as const)

/** What was found right before a step that asks; nothing for an ask of the run or of a wave. */
export function preflightFact(run: Run, scope: string, at: Instant, caps: Caps): readonly Fact[] {
  const step = run.draft && askedStep(run.draft, scope)
  if (!step) return []
  if (!step.preflight) return [fact(words.preflight, line(said(words.none, 'warn')))]
  const targets = targetsOf(run, scope)
  const looked = targets.flatMap((target) => {
    const { preflight } = stepOf(run, { step: step.id, target })
    return preflight ? [{ target, preflight }] : []
  })
  if (looked.length === 0) return []
  const kinds = Map.groupBy(looked, ({ preflight: { ok, reason, captured } }) => JSON.stringify([ok, reason, captured]))
  const { shown, more } = first([...kinds.values()], caps.list(4))
  const lines = shown.flatMap((alike) =>
    found(
      alike.map(({ preflight }) => preflight),
      targets.length > 1 ? alike.map(({ target }) => target) : [],
      at,
      caps,
    ),
  )
  return [fact(words.preflight, ...lines, ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : []))]
}

/** The same was found on all these targets, last at the time shown; no names where there is but one target. */
function found(alike: readonly Preflighted[], names: readonly string[], at: Instant, caps: Caps): readonly Line[] {
  const [one] = alike
  if (!one) return []
  const values = Object.entries(one.captured)
    .slice(0, 6)
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const of = first(names, 3)
  const where = `${of.shown.join(', ')}${of.more > 0 ? ` ${words.more(of.more)}` : ''}`
  return [
    line(
      said(one.ok ? '✓ ' : '✗ ', one.ok ? 'good' : 'bad', 'bold'),
      quoted(say(one.reason) || words.passed, 160, caps),
      ...(names.length > 0 ? [said('  '), quoted(where, 120, caps, 'subtle')] : []),
      said(`  ${onCard(Math.max(...alike.map((each) => each.at)), at)}`, 'subtle'),
    ),
    ...(values.length > 0 ? [line(quoted(values.join(' · '), 200, caps, 'bold'))] : []),
  ]
}
