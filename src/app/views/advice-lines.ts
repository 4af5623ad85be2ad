// Owns how a model's advice is shown: its values on top of a card, its reasons and what did not count below.
import type { Run } from '../../core/run.ts'
import type { Json } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { markdown } from './escape.ts'
import { type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  proposed: 'Proposed by the model ',
  asked: 'The model ',
  sure: (percent: number) => `, ${percent} % sure`,
  none: 'says that none of these runbooks helps',
  more: (n: number) => `… and ${n} more`,
  notCounted: 'Not counted: ',
} as const)

/** Values of the plan that are the model's: they change what a person approves. */
export function adviceNotice({ knowledge, finished }: Run, caps: Caps): readonly Line[] {
  const { advice } = knowledge
  const values = Object.entries(advice?.values ?? {})
  if (!advice || finished || values.length === 0) return []
  return [
    line(
      said(words.proposed, 'warn', 'bold'),
      quoted(advice.model, 40, caps, 'bold'),
      said(': '),
      quoted(values.map(([name, value]) => `${name} = ${text(value)}`).join(', '), 200, caps, 'mono'),
    ),
  ]
}

/** Its order with its reasons, and what of its answer did not count. */
export function adviceLines({ knowledge }: Run, caps: Caps): readonly Line[] {
  const { advice } = knowledge
  if (!advice) return []
  const { shown, more } = first(advice.dropped, caps.list(4))
  return [
    line(
      said(words.asked, 'subtle'),
      quoted(advice.model, 40, caps, 'bold'),
      ...(advice.confidence === null ? [] : [said(words.sure(Math.round(advice.confidence * 100)), 'subtle')]),
      ...(advice.none ? [said(' '), said(words.none, 'warn')] : []),
    ),
    ...advice.ranking
      .slice(0, caps.list(3))
      .map(({ runbook, reason }, index) =>
        line(
          said(`${index + 1}  `, 'subtle', 'bold'),
          quoted(runbook, 60, caps, 'bold'),
          said('  '),
          quoted(reason, 160, caps, 'subtle'),
        ),
      ),
    ...shown.map((each) => line(said(words.notCounted, 'subtle'), quoted(say(each), 160, caps, 'subtle'))),
    ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : []),
  ]
}

/** The same for a chat message. */
export function adviceText({ knowledge }: Run): readonly string[] {
  const { advice } = knowledge
  if (!advice) return []
  const sure = advice.confidence === null ? '' : words.sure(Math.round(advice.confidence * 100))
  return [
    `${words.asked}${markdown(advice.model, 40)}${sure}${advice.none ? ` ${words.none}` : ''}`,
    ...Object.entries(advice.values).map(
      ([name, value]) => `${words.proposed}${markdown(advice.model, 40)}: ${markdown(`${name} = ${text(value)}`, 200)}`,
    ),
    ...advice.ranking.map(
      ({ runbook, reason }, index) => `${index + 1} · ${markdown(runbook, 64)}: ${markdown(reason, 200)}`,
    ),
    ...advice.dropped.map((each) => `${words.notCounted}${markdown(say(each), 200)}`),
  ]
}

const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
