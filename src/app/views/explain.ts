// Owns what `explain` says of a run: evidence, what matched and what did not, every guardrail, the rule, who may do what.
import type { ApprovalRule } from '../../core/governance.ts'
import { unknowns } from '../../core/intervene.ts'
import type { Run } from '../../core/run.ts'
import type { Instant } from '../../core/values.ts'
import type { TextMessage } from '../../ports/channel.ts'
import { say, spoken, voiced } from '../locale/voice.ts'
import { adviceText } from './advice-lines.ts'
import { openAsk, scopeName } from './asks.ts'
import { code, markdown } from './escape.ts'
import { inText, shortHash, span } from './figures.ts'
import { handOffExplained } from './handoff-lines.ts'
import { recordFirst } from './memory-lines.ts'
import { endOf, standingOf } from './status.ts'
import { aroundText, aroundTitle } from './surroundings-lines.ts'

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

const words = voiced({
  evidence: 'Evidence',
  weighed: 'Runbooks weighed',
  model: 'What a model said',
  guardrails: 'Guardrails',
  guardrailsIn: (name: string, autonomy: string) => `Guardrails in ${name}, autonomy ${autonomy}`,
  inProduction: (name: string, autonomy: string) => `Guardrails in ${name} (production), autonomy ${autonomy}`,
  rule: 'Rule',
  answers: 'Answers',
  now: 'Now',
  more: (n: number) => `… and ${n} more`,
  of: ' of ',
  named: 'It was named by whoever asked for it.',
  forPlan: (hash: string) => `for plan ${hash} alone`,
  noApproval: 'No approval is needed.',
  seats: (n: number, groups: string) => `${n} of ${groups}`,
  or: ' or ',
  and: ' and ',
  later: (time: string, groups: string) => ` (after ${time} also ${groups})`,
  not: { requester: ', not the requester', author: ', not the author', opener: ', not the opener' },
  void: ' (void: for an earlier plan)',
  via: ' in ServiceNow',
  approved: (name: string, via: string, about: string, groups: string) => `${name} approved${via}${about} as ${groups}`,
  frozen: ': approvals are refused, nothing new is sent',
  stop: (name: string) => `${name} asked to stop`,
  braked: ': nothing new is started',
  undo: (name: string) => `${name} wants what ran undone`,
  may: (groups: string, until: string) => `Approve or reject: ${groups}, until ${until}`,
  missing: 'Missing: ',
  from: (time: string, groups: string) => `From ${time} also ${groups}`,
  look: 'A person has to look.',
  unknown: (step: string, target: string) =>
    `Whether ${step} on ${target} happened is unknown: look there, then say so with `,
  unknownUndo: (step: string, target: string) =>
    `Whether the rollback of ${step} on ${target} happened is unknown: look there, then say so with `,
  card: (command: string) => `Its card offers what may be done; ${command} closes it with a reason.`,
  inHand: (name: string, time: string) => `${name} has it in hand since ${time}`,
})

const marks = { pass: '✅', ask: '🔔', stop: '⛔', unknown: '❓' } as const
const LINES = 20

/** One screen of reasons, bounded, in the order in which they were found. */
export const explainReply = (run: Run, context: ExplainContext): TextMessage => spoken(() => explained(run, context))

function explained(run: Run, context: ExplainContext): TextMessage {
  const handOff = handOffExplained(run)
  const text = [
    `**${run.id}** ${markdown(run.runbook?.title ?? '', 120)}: ${markdown(standing(run), 300)}`,
    ...part(aroundTitle(), aroundText(run)),
    ...part(words.evidence, evidence(run)),
    ...part(words.weighed, matched(run)),
    ...part(words.model, adviceText(run)),
    ...part(guardrailTitle(run), guardrails(run)),
    ...part(words.rule, rules(run)),
    ...part(words.answers, answers(run)),
    ...part(handOff.title, handOff.lines),
    ...part(words.now, now(run, context)),
  ]
  return { text: text.join('\n\n') }
}

const part = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? []
    : [`**${title}**`, ...lines.slice(0, LINES), ...(lines.length > LINES ? [words.more(lines.length - LINES)] : [])]

const standing = (run: Run): string =>
  run.finished ? `${endOf(run, run.finished.status)}: ${say(run.finished.reason)}` : standingOf(run)

const evidence = (run: Run): readonly string[] =>
  run.evidence.map(
    (each) =>
      `${each.ok ? '✅' : '❓'} ${markdown(each.do, 60)}${words.of}${markdown(each.target, 60)}: ${markdown(each.summary, 160)}${each.sha256 === null ? '' : `, sha256 ${shortHash(each.sha256)}`}`,
  )

function matched(run: Run): readonly string[] {
  if (run.candidates.length === 0) return run.origin.kind === 'chat' ? [words.named] : []
  return run.candidates.map(({ runbook, fits, reasons }) => {
    const mark = runbook === run.runbook?.id ? '▶️' : fits ? '✅' : '—'
    return `${mark} ${markdown(runbook, 64)}: ${markdown(say(recordFirst(reasons).join('; ')), 200)}`
  })
}

const guardrailTitle = ({ decision }: Run): string =>
  decision
    ? (decision.environment.production ? words.inProduction : words.guardrailsIn)(
        markdown(decision.environment.name, 60),
        decision.autonomy,
      )
    : words.guardrails

const guardrails = (run: Run): readonly string[] =>
  (run.decision?.guardrails ?? []).map(
    (each) =>
      `${marks[each.answer]} ${markdown(each.name, 40)}: ${markdown(say(each.reason), 240)}${each.fix ? ` → ${markdown(say(each.fix), 160)}` : ''}`,
  )

function rules(run: Run): readonly string[] {
  const { decision } = run
  if (!decision) return []
  const asked = Object.values(run.asks).map((ask) => {
    const about = scopeName(ask.scope)
    return `${about === '' ? '' : `${markdown(about, 60)}: `}**${markdown(ask.rule.name, 80)}**: ${markdown(ruleWords(ask.rule, run), 300)}`
  })
  if (asked.length > 0) return [...asked, ...(run.plan === null ? [] : [words.forPlan(shortHash(run.plan))])]
  return [decision.effect === 'allow' ? words.noApproval : markdown(say(decision.because.join('; ')), 400)]
}

/** A rule as a sentence; `owner` is the runbook's. */
function ruleWords({ lines, not }: ApprovalRule, run: Run): string {
  const named = (groups: readonly string[]) =>
    groups.map((each) => (each === 'owner' ? (run.runbook?.owner ?? each) : each)).join(words.or)
  const parts = lines.map(
    ({ from, quorum, substitute }) =>
      `${words.seats(quorum, named(from))}${substitute ? words.later(span(substitute.afterMs), named(substitute.from)) : ''}`,
  )
  return `${parts.join(words.and)}${not.map((each) => words.not[each]).join('')}`
}

const answers = (run: Run): readonly string[] =>
  run.approvals.map((each) => {
    const about = scopeName(each.scope)
    const void_ = each.plan === run.plan ? '' : words.void
    const via = each.via === undefined ? '' : words.via
    return `${words.approved(markdown(each.by.name, 60), via, about === '' ? '' : ` ${markdown(about, 60)}`, markdown(each.groups.join(', '), 100))}${void_}${each.note ? `: ${markdown(each.note, 200)}` : ''}`
  })

/** Who may do what at this moment. */
function now(run: Run, { at, frozen, groups, people, missing }: ExplainContext): readonly string[] {
  if (run.finished) return run.finished.status === 'needsHuman' ? wanted(run) : []
  const ask = openAsk(run)
  const lines: string[] = []
  if (frozen !== null) lines.push(`🧊 ${markdown(say(frozen), 200)}${words.frozen}`)
  if (run.stopRequested) lines.push(`✋ ${words.stop(markdown(run.stopRequested.by.name, 60))}`)
  if (run.takenOver) lines.push(inHand(run.takenOver))
  if (run.brake) lines.push(`🛑 ${markdown(say(run.brake.reason), 240)}${words.braked}`)
  if (run.undo) lines.push(`↩️ ${words.undo(markdown(run.undo.by.name, 60))}`)
  if (run.waiting) lines.push(`⏳ ${markdown(say(run.waiting.reason), 240)}`)
  if (!ask) return lines
  const who = people.length > 0 ? ` (${markdown(people.join(', '), 300)})` : ''
  lines.push(words.may(`${markdown(say(groups), 200)}${who}`, inText(ask.expiresAt)))
  lines.push(`${words.missing}${markdown(say(missing), 200)}`)
  const later = ask.rule.lines.flatMap(({ substitute }) =>
    substitute && at < ask.at + substitute.afterMs
      ? [words.from(inText(ask.at + substitute.afterMs), markdown(substitute.from.join(', '), 100))]
      : [],
  )
  return [...lines, ...later]
}

/** What a run that needs a person wants of them. */
const wanted = (run: Run): readonly string[] => [
  ...(run.takenOver ? [inHand(run.takenOver)] : [words.look]),
  ...unknowns(run).map(
    ({ step, target, which }) =>
      `❓ ${(which === 'rollback' ? words.unknownUndo : words.unknown)(markdown(step, 60), markdown(target, 60))}\`settle ${code(run.id, 60)} yes|no ${code(target, 80)}\``,
  ),
  words.card(`\`stop ${code(run.id, 60)}\``),
]

const inHand = ({ by, at, reason }: NonNullable<Run['takenOver']>): string =>
  `🤝 ${words.inHand(markdown(by.name, 60), inText(at))}${reason === '' ? '' : `: ${markdown(reason, 200)}`}`
