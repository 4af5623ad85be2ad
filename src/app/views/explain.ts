// Owns what `explain` says: what matched and what did not, every guardrail with its reason, who decided what.
import type { Run } from '../../core/run.ts'
import type { TextMessage } from '../../ports/channel.ts'
import { markdown } from './escape.ts'
import { nameOf } from './status.ts'

const marks = { pass: '✅', ask: '🔔', stop: '⛔', unknown: '❓' } as const
const LINES = 30

/** One page of reasons, bounded. */
export function explainReply(run: Run): TextMessage {
  const matched = run.candidates.map(
    (each) => `${each.fits ? '✅' : '—'} ${markdown(each.runbook, 64)}: ${markdown(each.reasons.join('; '), 200)}`,
  )
  const guardrails = (run.decision?.guardrails ?? []).map(
    (each) =>
      `${marks[each.answer]} ${markdown(each.name, 40)}: ${markdown(each.reason, 240)}${each.fix ? ` → ${markdown(each.fix, 160)}` : ''}`,
  )
  const decided = run.approvals.map(
    (each) =>
      `${markdown(each.by.name, 60)} approved ${markdown(each.scope, 60)}${each.note ? `: ${markdown(each.note, 200)}` : ''}`,
  )
  const end = run.finished ? [`${nameOf(run.finished.status)}: ${markdown(run.finished.reason, 300)}`] : []
  const part = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [`**${title}**`, ...lines.slice(0, LINES)] : []
  const text = [
    `**${run.id}** ${markdown(run.runbook?.title ?? '', 120)}`,
    ...part('Matched', matched),
    ...part('Guardrails', guardrails),
    ...part('People', decided),
    ...part('End', end),
  ]
  return { text: text.join('\n\n') }
}
