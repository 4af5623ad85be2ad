// Owns what `explain` says of a run: evidence, what matched and what did not, every guardrail, the rule, who may do what.
import type { ApprovalRule } from '../../core/governance.ts'
import { unknowns } from '../../core/intervene.ts'
import type { Run } from '../../core/run.ts'
import type { Instant } from '../../core/values.ts'
import type { TextMessage } from '../../ports/channel.ts'
import { openAsk, scopeName } from './asks.ts'
import { code, markdown } from './escape.ts'
import { inText, shortHash, span } from './figures.ts'
import { endOf, standingOf } from './status.ts'

interface ExplainContext {
  readonly at: Instant
  readonly frozen: string | null
  /** Groups that may answer now, as one phrase. */
  readonly groups: string
  /** Names of people in them, as far as the directory tells. */
  readonly people: readonly string[]
  /** What is missing of what is asked. */
  readonly missing: string
}

const marks = { pass: '✅', ask: '🔔', stop: '⛔', unknown: '❓' } as const
const LINES = 20

/** One screen of reasons, bounded, in the order in which they were found. */
export function explainReply(run: Run, context: ExplainContext): TextMessage {
  const text = [
    `**${run.id}** ${markdown(run.runbook?.title ?? '', 120)}: ${markdown(standing(run), 300)}`,
    ...part('Evidence', evidence(run)),
    ...part('Runbooks weighed', matched(run)),
    ...part(guardrailTitle(run), guardrails(run)),
    ...part('Rule', rules(run)),
    ...part('Answers', answers(run)),
    ...part('Now', now(run, context)),
  ]
  return { text: text.join('\n\n') }
}

const part = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? []
    : [
        `**${title}**`,
        ...lines.slice(0, LINES),
        ...(lines.length > LINES ? [`… and ${lines.length - LINES} more`] : []),
      ]

const standing = (run: Run): string =>
  run.finished ? `${endOf(run, run.finished.status)}: ${run.finished.reason}` : standingOf(run)

const evidence = (run: Run): readonly string[] =>
  run.evidence.map(
    (each) =>
      `${each.ok ? '✅' : '❓'} ${markdown(each.do, 60)} of ${markdown(each.target, 60)}: ${markdown(each.summary, 160)}${each.sha256 === null ? '' : `, sha256 ${shortHash(each.sha256)}`}`,
  )

function matched(run: Run): readonly string[] {
  if (run.candidates.length === 0) return run.origin.kind === 'chat' ? ['It was named by whoever asked for it.'] : []
  return run.candidates.map(({ runbook, fits, reasons }) => {
    const mark = runbook === run.runbook?.id ? '▶️' : fits ? '✅' : '—'
    return `${mark} ${markdown(runbook, 64)}: ${markdown(reasons.join('; '), 200)}`
  })
}

const guardrailTitle = ({ decision }: Run): string =>
  decision
    ? `Guardrails in ${markdown(decision.environment.name, 60)}${decision.environment.production ? ' (production)' : ''}, autonomy ${decision.autonomy}`
    : 'Guardrails'

const guardrails = (run: Run): readonly string[] =>
  (run.decision?.guardrails ?? []).map(
    (each) =>
      `${marks[each.answer]} ${markdown(each.name, 40)}: ${markdown(each.reason, 240)}${each.fix ? ` → ${markdown(each.fix, 160)}` : ''}`,
  )

function rules(run: Run): readonly string[] {
  const { decision } = run
  if (!decision) return []
  const asked = Object.values(run.asks).map((ask) => {
    const about = scopeName(ask.scope)
    return `${about === '' ? '' : `${markdown(about, 60)}: `}**${markdown(ask.rule.name, 80)}**: ${markdown(ruleWords(ask.rule, run), 300)}`
  })
  if (asked.length > 0) return [...asked, ...(run.plan === null ? [] : [`for plan ${shortHash(run.plan)} alone`])]
  return [decision.effect === 'allow' ? 'No approval is needed.' : markdown(decision.because.join('; '), 400)]
}

/** A rule as a sentence; `owner` is the runbook's. */
function ruleWords({ lines, not }: ApprovalRule, run: Run): string {
  const named = (groups: readonly string[]) =>
    groups.map((each) => (each === 'owner' ? (run.runbook?.owner ?? each) : each)).join(' or ')
  const parts = lines.map(
    ({ from, quorum, substitute }) =>
      `${quorum} of ${named(from)}${substitute ? ` (after ${span(substitute.afterMs)} also ${named(substitute.from)})` : ''}`,
  )
  return `${parts.join(' and ')}${not.length > 0 ? `, not the ${not.join(', not the ')}` : ''}`
}

const answers = (run: Run): readonly string[] =>
  run.approvals.map((each) => {
    const about = scopeName(each.scope)
    const void_ = each.plan === run.plan ? '' : ' (void: for an earlier plan)'
    const via = each.via === undefined ? '' : ' in ServiceNow'
    return `${markdown(each.by.name, 60)} approved${via}${about === '' ? '' : ` ${markdown(about, 60)}`} as ${markdown(each.groups.join(', '), 100)}${void_}${each.note ? `: ${markdown(each.note, 200)}` : ''}`
  })

/** Who may do what at this moment. */
function now(run: Run, { at, frozen, groups, people, missing }: ExplainContext): readonly string[] {
  if (run.finished) return run.finished.status === 'needsHuman' ? wanted(run) : []
  const ask = openAsk(run)
  const lines: string[] = []
  if (frozen !== null) lines.push(`🧊 ${markdown(frozen, 200)}: approvals are refused, nothing new is sent`)
  if (run.stopRequested) lines.push(`✋ ${markdown(run.stopRequested.by.name, 60)} asked to stop`)
  if (run.takenOver) lines.push(inHand(run.takenOver))
  if (run.brake) lines.push(`🛑 ${markdown(run.brake.reason, 240)}: nothing new is started`)
  if (run.undo) lines.push(`↩️ ${markdown(run.undo.by.name, 60)} wants what ran undone`)
  if (run.waiting) lines.push(`⏳ ${markdown(run.waiting.reason, 240)}`)
  if (!ask) return lines
  const who = people.length > 0 ? ` (${markdown(people.join(', '), 300)})` : ''
  lines.push(`Approve or reject: ${markdown(groups, 200)}${who}, until ${inText(ask.expiresAt)}`)
  lines.push(`Missing: ${markdown(missing, 200)}`)
  const later = ask.rule.lines.flatMap(({ substitute }) =>
    substitute && at < ask.at + substitute.afterMs
      ? [`From ${inText(ask.at + substitute.afterMs)} also ${markdown(substitute.from.join(', '), 100)}`]
      : [],
  )
  return [...lines, ...later]
}

/** What a run that needs a person wants of them. */
const wanted = (run: Run): readonly string[] => [
  ...(run.takenOver ? [inHand(run.takenOver)] : ['A person has to look.']),
  ...unknowns(run).map(
    ({ step, target, which }) =>
      `❓ Whether ${which === 'rollback' ? 'the rollback of ' : ''}${markdown(step, 60)} on ${markdown(target, 60)} happened is unknown: look there, then say so with \`settle ${code(run.id, 60)} yes|no ${code(target, 80)}\``,
  ),
  `Its card offers what may be done; \`stop ${code(run.id, 60)}\` closes it with a reason.`,
]

const inHand = ({ by, at, reason }: NonNullable<Run['takenOver']>): string =>
  `🤝 ${markdown(by.name, 60)} has it in hand since ${inText(at)}${reason === '' ? '' : `: ${markdown(reason, 200)}`}`
