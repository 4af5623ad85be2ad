// Owns what is said in a run's thread: one reply for each change that a person wants to know of.

import type { At, EndStatus, Run, RunEvent } from '../../core/run.ts'
import { stepOf } from '../../core/step-state.ts'
import type { TextMessage } from '../../ports/channel.ts'
import { say, voiced } from '../locale/voice.ts'
import { countAt, scopeName } from './asks.ts'
import { beforeAfter, isSame } from './before-after.ts'
import { demotedText } from './demoted.ts'
import { code, markdown } from './escape.ts'
import { inText } from './figures.ts'
import { callText } from './planned-calls.ts'
import { endOf } from './status.ts'
import { stormReply } from './storm-lines.ts'
import { inHandReply } from './thread-in-hand.ts'

interface ThreadContext {
  /** Who may approve what is being asked: names or titles of groups. */
  readonly approvers: string
  /** Whom to mention where the event calls for somebody: approvers for an ask, whoever is on call for a failure. */
  readonly people?: readonly { readonly id: string; readonly name: string }[]
}

const words = voiced({
  ask: (who: string, until: string) => `🔔 **Approval needed** from ${who} until ${until}.`,
  askStep: (scope: string, who: string, until: string) =>
    `🔔 **Approval needed for ${scope}** from ${who} until ${until}.`,
  allowed: 'Policy allows this without an approval',
  changed: 'The plan has changed. Earlier approvals do not count any more; the card shows what would run now.',
  joined: (number: string) => `${number} joined this run: same CI, same signature.`,
  joinedFor: (number: string, why: string) => `${number} joined this run: ${why}.`,
  approved: (name: string, have: number, need: number) =>
    need > 1 ? `✅ **${name}** approved (${have} of ${need})` : `✅ **${name}** approved`,
  rejected: (name: string) => `⛔ **${name}** rejected`,
  via: ' in ServiceNow',
  reminded: (who: string, until: string) => `⏰ **Still waiting for approval** from ${who}, until ${until}.`,
  escalated: (who: string) => `⏫ No answer yet: **${who}** may now stand in.`,
  glass: (name: string) => `🚨 **BREAK-GLASS by ${name}**`,
  edited: (name: string, run: string) => `✏️ **${name}** asks for it with other values, as run \`${run}\``,
  change: (number: string) => `🗂️ Standard change **${number}** was opened for it`,
  forScope: (scope: string) => ` ${scope}`,
  stop: (name: string) => `✋ **${name}** asked to stop`,
  started: (title: string, targets: string) => `▶️ Started: **${title}** on ${targets}`,
  preflight: (where: string) => `❌ ${where}: preflight says no, nothing was sent`,
  stale: (where: string) => `🕸️ ${where}: nothing was sent, the runbook is **possibly stale**`,
  owner: (owner: string) => `\n\nIts owner should look at the runbook: ${owner}`,
  leaves: (where: string, request: string) => `📤 ${where}: this leaves now: \`${request}\``,
  action: {
    succeeded: (where: string) => `✅ ${where}: done`,
    failed: (where: string) => `❌ ${where}: failed`,
    unknown: (where: string) => `❓ ${where}: the outcome is unknown`,
  },
  verified: (where: string) => `✅ ${where}: verified`,
  unverified: (where: string) => `❌ ${where}: verification failed`,
  rung: (where: string) => `⤵️ ${where}: its turn has come`,
  rollback: (where: string) => `↩️ ${where}: rolling back`,
  rollbackAgain: (where: string, time: number) => `↩️ ${where}: rolling back, try ${time}`,
  rolledBack: {
    succeeded: (where: string) => `↩️ ${where}: rolled back`,
    failed: (where: string) => `❌ ${where}: the rollback failed`,
    unknown: (where: string) => `❓ ${where}: whether it was rolled back is unknown`,
  },
  effect: 'Before → after: ',
  more: (n: number) => ` · and ${n} more`,
  where: (step: string, target: string) => `**${step}** on ${target}`,
  targets: (n: number) => `${n} targets`,
  help: 'Please take over: the card shows what ran and what did not.',
  gathered: 'Nothing ran. Please take over: the card shows what was found, and whom to ask.',
} as const)

const endings: { readonly [status in EndStatus]: string } = {
  succeeded: '✅',
  stoppedByPolicy: '⛔',
  refused: '⛔',
  expired: '⌛',
  cancelled: '✋',
  failed: '❌',
  rolledBack: '↩️',
  rollbackFailed: '❌',
  needsHuman: '🆘',
  recorded: '📝',
}
/** Ends that leave work for whoever is on call. */
const escalates = new Set<EndStatus>(['failed', 'rolledBack', 'rollbackFailed', 'needsHuman'])

/**
 * The reply for one event, or null where the card alone tells it. `run` is the newest state, which may be ahead.
 * Mentions are not in the text: the channel puts them in front.
 */
export function threadReply(run: Run, event: RunEvent, context: ThreadContext): TextMessage | null {
  switch (event.type) {
    case 'planned':
      return event.replaces === null ? null : { text: words.changed }
    case 'joined':
      return {
        text:
          event.why === undefined
            ? words.joined(markdown(event.incident.number, 40))
            : words.joinedFor(markdown(event.incident.number, 40), markdown(say(event.why), 200)),
      }
    case 'decided':
      return decided(event, context)
    case 'stepAsked':
      return calling(
        words.askStep(
          markdown(scopeName(event.scope), 60),
          markdown(say(context.approvers), 160),
          inText(event.expiresAt),
        ),
        context,
      )
    case 'approved': {
      const { have, need } = countAt(run, event)
      const text = words.approved(name(event.by.name), have, need)
      return { text: `${text}${via(event)}${scoped(event.scope)}${because(event.note)}` }
    }
    case 'rejected':
      return { text: `${words.rejected(name(event.by.name))}${via(event)}${scoped(event.scope)}${because(event.note)}` }
    case 'reminded': {
      const until = run.asks[event.scope]?.expiresAt
      return until === undefined ? null : { text: words.reminded(markdown(say(context.approvers), 160), inText(until)) }
    }
    case 'escalated':
      return calling(words.escalated(markdown(event.to.join(', '), 160)), context)
    case 'glassBroken':
      return { text: `${words.glass(name(event.by.name))}${because(event.reason)}` }
    case 'editRequested':
      return { text: `${words.edited(name(event.by.name), code(event.run, 40))}${because(event.note)}` }
    case 'standardChangeOpened':
      return { text: words.change(markdown(event.number, 40)) }
    case 'stopRequested':
      return { text: `${words.stop(name(event.by.name))}${because(event.reason)}` }
    case 'executionStarted':
      return { text: words.started(markdown(run.draft?.runbook.title ?? '', 120), targetsOf(run)) }
    case 'preflighted':
      return event.ok ? null : { text: contradicted(run, event) }
    case 'actionStarted':
      // People who go through it step by step see what leaves; else the card and the bundle hold it.
      return run.draft?.guided ? { text: words.leaves(where(event), code(callText(event.request), 400)) } : null
    case 'actionEnded':
      return {
        text: `${words.action[event.outcome](where(event))}${because(event.outcome === 'succeeded' ? '' : event.reason)}`,
      }
    case 'verified':
      return {
        text: event.ok
          ? words.verified(where(event))
          : `${words.unverified(where(event))}${because(say(event.reason))}`,
      }
    case 'rungReached':
      return { text: `${words.rung(where(event))}${because(say(event.reason))}` }
    case 'rollbackStarted': {
      const time = stepOf(run, event).rollbackAttempt
      return { text: time > 1 ? words.rollbackAgain(where(event), time) : words.rollback(where(event)) }
    }
    case 'rollbackEnded':
      return {
        text: `${words.rolledBack[event.outcome](where(event))}${because(event.outcome === 'succeeded' ? '' : event.reason)}`,
      }
    case 'finished':
      return finished(run, event, context)
    case 'demoted':
      return { text: demotedText(run, event) }
    default:
      return stormReply(event) ?? inHandReply(run, event)
  }
}

function contradicted(run: Run, event: Extract<RunEvent, { type: 'preflighted' }>): string {
  if (!event.contradicts) return `${words.preflight(where(event))}${because(say(event.reason))}`
  const owner = words.owner(markdown(run.runbook?.owner ?? '', 60))
  return `${words.stale(where(event))}${because(say(event.reason))}${owner}`
}

function finished(
  run: Run,
  event: Extract<RunEvent, { type: 'finished' }>,
  context: ThreadContext,
): TextMessage | null {
  // That it is asked for with other values was said already.
  if (run.edit) return null
  const text = `${endings[event.status]} **${endOf(run, event.status)}**${because(say(event.reason))}`
  const effect = effectOf(run)
  // Nobody need be called where somebody has it in hand, or had it undone and it is.
  const wanted = run.undo !== null && event.status === 'rolledBack'
  const calls = escalates.has(event.status) && !run.takenOver && !wanted
  const after = [effect, calls ? (run.gather ? words.gathered : words.help) : '']
    .filter((each) => each !== '')
    .join(' · ')
  const whole = after === '' ? text : `${text}\n\n${after}`
  return calls ? calling(whole, context) : { text: whole }
}

/** What the same look showed before and after, where it is not the same. */
function effectOf(run: Run): string {
  const changes = run.startedAt === null ? [] : beforeAfter(run).filter((each) => !isSame(each))
  const shown = changes
    .slice(0, 3)
    .map(({ what, before, after }) => `${markdown(what, 80)}: ${markdown(before, 80)} → **${markdown(after, 80)}**`)
  const more = changes.length > 3 ? words.more(changes.length - 3) : ''
  return shown.length === 0 ? '' : `${words.effect}${shown.join(' · ')}${more}`
}

type Decided = Extract<RunEvent, { type: 'decided' }>

function decided(event: Decided, context: ThreadContext): TextMessage | null {
  const { decision, expiresAt } = event
  if (decision.effect === 'ask' && expiresAt !== null)
    return calling(words.ask(markdown(say(context.approvers), 160), inText(expiresAt)), context)
  // A stop and a record end the run at once, and its end says why.
  return decision.effect === 'allow' ? { text: `${words.allowed}${because(say(decision.because.join('; ')))}` } : null
}

const calling = (text: string, { people = [] }: ThreadContext): TextMessage =>
  people.length > 0 ? { text, mentions: people } : { text }

const name = (text: string): string => markdown(text, 60)
const via = (event: { readonly via?: 'servicenow' }): string => (event.via === undefined ? '' : words.via)
const where = (at: At): string => words.where(markdown(at.step, 60), markdown(at.target, 60))
const scoped = (scope: string): string => (scope === 'run' ? '' : words.forScope(markdown(scopeName(scope), 60)))
const because = (reason: string): string => (reason === '' ? '' : `: ${markdown(reason, 300)}`)

function targetsOf(run: Run): string {
  const names = run.draft?.targets.map((target) => target.name) ?? []
  return names.length > 3 ? words.targets(names.length) : markdown(names.join(', '), 160)
}
