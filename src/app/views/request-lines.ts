// Owns the fold of exact requests: per target and step what is checked, sent, verified and undone, with its terms.
import type { PlannedCheck, PlannedPreflight, PlannedRequest, PlannedStep } from '../../core/plan.ts'
import type { Run } from '../../core/run.ts'
import { voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { span } from './figures.ts'
import { type Exact, exactText } from './planned-calls.ts'
import { retryWords } from './rollout.ts'
import { type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  parts: {
    preflight: 'preflight',
    action: 'runs',
    verify: 'verifies',
    rollback: 'undoes',
    rollbackCheck: 'undo checked',
    alarm: 'brake',
  },
  until: ' until ',
  within: (held: string, within: string) => ` for ${held}, within ${within}`,
  expects: ' expects ',
  captures: ' captures ',
  caller: (time: string) => `the caller confirms, within ${time}`,
  forTarget: 'For ',
  more: (n: number) => `… and ${n} more`,
  moreTargets: (n: number) => `… and the same steps for ${n} more`,
} as const)

export function requests(run: Run, exact: Exact, caps: Caps): readonly Line[] {
  const { draft } = run
  if (!draft) return []
  const { shown, more } = first(draft.targets, caps.list(2))
  const of = (target: string): readonly Line[] => {
    const steps = first(draft.steps[target] ?? [], caps.list(6))
    return [
      ...steps.shown.flatMap((step) => stepRequests(step, target, exact, caps)),
      ...(steps.more > 0 ? [line(said(words.more(steps.more), 'subtle'))] : []),
    ]
  }
  return [
    ...shown.flatMap(({ name }) => [
      ...(draft.targets.length > 1 ? [line(said(words.forTarget, 'bold'), quoted(name, 60, caps, 'bold'))] : []),
      ...of(name),
    ]),
    ...(more > 0 ? [line(said(words.moreTargets(more), 'subtle'))] : []),
    ...(draft.alarm && draft.targets.length > 1 ? check(words.parts.alarm, '', draft.alarm, '', exact, caps) : []),
  ]
}

function stepRequests(step: PlannedStep, target: string, exact: Exact, caps: Caps): readonly Line[] {
  const { id, preflight, action, verify, rollback, rollbackCheck, confirm, retry } = step
  const plainly = (part: string, each: PlannedRequest | null) =>
    each ? [request(part, id, each, target, exact, caps)] : []
  return [
    ...(preflight ? check(words.parts.preflight, id, preflight, target, exact, caps) : []),
    ...(preflight ? captures(preflight, caps) : []),
    ...(rollbackCheck ? check(words.parts.rollbackCheck, id, rollbackCheck, target, exact, caps) : []),
    ...plainly(words.parts.action, action),
    ...(verify ? [request(words.parts.verify, id, verify, target, exact, caps), ...until(verify, caps)] : []),
    ...(confirm ? [line(said(`${words.parts.verify}  `, 'subtle'), said(words.caller(span(confirm.withinMs))))] : []),
    ...plainly(words.parts.rollback, rollback),
    ...(retry ? [line(said(` ${retryWords(retry)}`, 'subtle'))] : []),
  ]
}

const request = (part: string, step: string, each: PlannedRequest, target: string, exact: Exact, caps: Caps): Line =>
  line(
    said(`${part}  `, 'subtle'),
    ...(step === '' ? [] : [quoted(step, 40, caps), said('  ')]),
    quoted(exactText(each, target, exact), 320, caps, 'mono'),
  )

/** A look that is taken once. */
const check = (part: string, step: string, each: PlannedCheck, target: string, exact: Exact, caps: Caps) => [
  request(part, step, each, target, exact, caps),
  ...(each.expect === null ? [] : [line(said(words.expects, 'subtle'), quoted(each.expect, 160, caps, 'mono'))]),
]

/** A look that is taken until it holds. */
const until = ({ expect, holdMs, withinMs }: PlannedCheck, caps: Caps): readonly Line[] =>
  expect === null
    ? []
    : [
        line(
          said(words.until, 'subtle'),
          quoted(expect, 160, caps, 'mono'),
          ...(withinMs > 0 ? [said(words.within(span(holdMs), span(withinMs)), 'subtle')] : []),
        ),
      ]

function captures({ capture = {} }: PlannedPreflight, caps: Caps): readonly Line[] {
  const all = Object.entries(capture).slice(0, 6)
  if (all.length === 0) return []
  const bounds = all.map(([name, { from, type, pattern, min, max }]) => {
    const within = [
      ...(pattern === undefined ? [] : [pattern]),
      ...(min === undefined ? [] : [`≥ ${min}`]),
      ...(max === undefined ? [] : [`≤ ${max}`]),
    ]
    return `${name} = ${from} (${[type, ...within].join(', ')})`
  })
  return [line(said(words.captures, 'subtle'), quoted(bounds.join('; '), 240, caps, 'mono'))]
}
