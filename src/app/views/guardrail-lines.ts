// Owns how guardrails are shown: those that do not pass first, with what would make them pass.
import type { GuardrailAnswer, GuardrailResult } from '../../core/policy.ts'
import { say, voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { type Line, type Look, line, quoted, said } from './text-run.ts'

const words = voiced({
  passAll: (n: number) => `All ${n} guardrails pass`,
  passRest: (n: number) => `The other ${n} guardrails pass`,
  more: (n: number) => `… and ${n} more`,
  answers: { stop: 'stops', unknown: 'unknown', ask: 'asks', pass: 'pass' },
} as const)

const marks: { readonly [answer in GuardrailAnswer]: readonly [string, Look] } = {
  stop: ['✗', 'bad'],
  unknown: ['?', 'warn'],
  ask: ['!', 'warn'],
  pass: ['✓', 'good'],
}
const severity: readonly GuardrailAnswer[] = ['stop', 'unknown', 'ask', 'pass']

/** Worst first; equal answers keep their order. */
export const bySeverity = (guardrails: readonly GuardrailResult[]): readonly GuardrailResult[] =>
  guardrails.toSorted((a, b) => severity.indexOf(a.answer) - severity.indexOf(b.answer))

/** The guardrails that do not pass, then one line for those that do. */
export function concernLines(guardrails: readonly GuardrailResult[], caps: Caps): readonly Line[] {
  const concerns = bySeverity(guardrails).filter((each) => each.answer !== 'pass')
  const passing = guardrails.length - concerns.length
  const { shown, more } = first(concerns, caps.list(5))
  const rest = concerns.length === 0 ? words.passAll(passing) : words.passRest(passing)
  return [
    ...shown.map((each) => guardrailLine(each, caps)),
    ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : []),
    ...(passing > 0 ? [line(said('✓  ', 'good', 'bold'), said(rest, concerns.length > 0 ? 'subtle' : 'good'))] : []),
  ]
}

export function guardrailLine(result: GuardrailResult, caps: Caps): Line {
  const [mark, look] = marks[result.answer]
  const passes = result.answer === 'pass'
  return line(
    said(`${mark}  `, look, 'bold'),
    quoted(say(title(result.name)), 40, caps, ...(passes ? [] : (['bold'] as const))),
    said('  '),
    quoted(say(result.reason), 160, caps, ...(passes ? (['subtle'] as const) : [])),
    ...(result.fix === undefined || passes
      ? []
      : [said(' → ', 'subtle'), quoted(say(result.fix), 120, caps, 'subtle')]),
  )
}

/** Those that pass, by name: nobody has to do anything about them. */
export const passingLine = (passing: readonly GuardrailResult[]): readonly Line[] =>
  passing.length === 0
    ? []
    : [line(said('✓  ', 'good', 'bold'), said(passing.map(({ name }) => say(title(name))).join(' · '), 'subtle'))]

/** `1 stops · 2 ask · 9 pass`. */
export function guardrailCount(guardrails: readonly GuardrailResult[]): string {
  const counts = severity.map((answer) => [guardrails.filter((each) => each.answer === answer).length, answer] as const)
  return counts
    .filter(([n]) => n > 0)
    .map(([n, answer]) => `${n} ${words.answers[answer]}`)
    .join(' · ')
}

const title = (name: string): string => {
  const spaced = name.replace(/[-_]/g, ' ').replace(/\b(vip|ci)\b/g, (word) => word.toUpperCase())
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
