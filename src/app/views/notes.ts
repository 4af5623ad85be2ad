// Owns the work notes in ServiceNow: plain text, one per change, each with the marker that keeps it from standing twice.
import { approvalsFor } from '../../core/approval.ts'
import type { At, EndStatus, Run, RunEvent } from '../../core/run.ts'
import { bundled, bundleName } from '../bundle.ts'
import { countAt, scopeName } from './asks.ts'
import { beforeAfter, isSame } from './before-after.ts'
import { plain } from './escape.ts'
import { dated, shortHash } from './figures.ts'
import { handOffNotes } from './handoff-lines.ts'
import { inHandNote } from './notes-in-hand.ts'
import { endOf } from './status.ts'
import { stormNote } from './storm-lines.ts'

/** One entry of the run log, as far as a note needs it. */
interface NoteEntry {
  readonly seq: number
  readonly event: RunEvent
}

const words = {
  waits: 'Automation waits for approval',
  waitsFor: (scope: string) => `Automation waits for approval of ${scope}`,
  until: 'until',
  allowed: 'Automation allowed by policy',
  changed: 'Automation planned anew: earlier approvals do not count any more',
  joined: (number: string) => `Joined a run that is already open, with ${number}`,
  approved: (name: string, have: number, need: number) => `Approved by ${name} (${have} of ${need})`,
  rejected: 'Rejected by',
  via: ' in ServiceNow',
  escalated: (who: string) => `No answer yet: ${who} may now stand in`,
  glass: 'BREAK-GLASS by',
  edited: (name: string, run: string) => `${name} asks for it with other values, as run ${run}`,
  change: (number: string) => `Standard change ${number} was opened for it`,
  stop: 'Stop asked by',
  started: 'Automation started',
  automation: 'Automation',
  failed: 'Automation failed',
  handedOver: 'Handed over to a person, no runbook was proposed',
  run: 'Run',
  runbook: 'Runbook',
  plan: 'Plan',
  targets: 'Targets',
  approvedBy: 'Approved by',
  byPolicy: 'policy, no approval needed',
  more: (n: number) => ` and ${n} more`,
  preflight: 'preflight says no, nothing was sent',
  stale: 'nothing was sent, the runbook is possibly stale',
  owner: 'Its owner should look at the runbook',
  action: { succeeded: 'done', failed: 'failed', unknown: 'outcome unknown' },
  verified: 'verified',
  unverified: 'verification failed',
  rolledBack: { succeeded: 'rolled back', failed: 'rollback failed', unknown: 'rollback outcome unknown' },
  head: 'Audit chain head',
  entries: (seq: number) => `${seq} entries`,
  evidence: 'Evidence',
  others: (n: number) => `${n} more, listed in the bundle`,
  effect: 'Before and after',
  inHand: (name: string) => `Automation handed over to ${name}`,
  bundle: 'Attached, with the whole log and every request as it was sent',
} as const

const failures = new Set<EndStatus>(['failed', 'rolledBack', 'rollbackFailed', 'needsHuman'])

/** What every note bears, and what is looked for before one is written again. */
export const noteMarker = (run: string, seq: number | `${number}:update` | `${number}:change`): string =>
  `[runbot ${run}#${seq}]`

/**
 * The work note for one entry, or null where the record needs none. `run` is the newest state, which may be ahead.
 * `head` is the hash of this entry: the closing note carries it as an anchor of the chain (P4).
 */
export function workNote(entry: NoteEntry, run: Run, head: string): string | null {
  const lines = note(entry, run, head)
  return lines === null ? null : [...lines, noteMarker(run.id, entry.seq)].join('\n')
}

function note({ seq, event }: NoteEntry, run: Run, head: string): readonly string[] | null {
  switch (event.type) {
    case 'planned':
      return event.replaces === null ? null : [words.changed]
    case 'joined':
      return [words.joined(plain(event.incident.number, 40))]
    case 'decided':
      return decided(event, run)
    case 'stepAsked':
      return [`${words.waitsFor(plain(scopeName(event.scope), 60))}, ${words.until} ${dated(event.expiresAt)}`]
    case 'approved': {
      const { have, need } = countAt(run, event)
      const text = words.approved(name(event.by.name), have, need)
      return [`${text}${via(event)}${scoped(event.scope)}${because(event.note)}`]
    }
    case 'rejected':
      return [`${words.rejected} ${name(event.by.name)}${via(event)}${scoped(event.scope)}${because(event.note)}`]
    case 'escalated':
      return [words.escalated(plain(event.to.join(', '), 160))]
    case 'glassBroken':
      return [`${words.glass} ${name(event.by.name)}${because(event.reason)}`]
    case 'editRequested':
      return [`${words.edited(name(event.by.name), plain(event.run, 40))}${because(event.note)}`]
    case 'standardChangeOpened':
      return [words.change(plain(event.number, 40))]
    case 'stopRequested':
      return [`${words.stop} ${name(event.by.name)}${because(event.reason)}`]
    case 'executionStarted':
      return [words.started, ...about(run), `${words.approvedBy}: ${approvedBy(run)}`]
    case 'preflighted':
      return event.ok ? null : contradicted(event, run)
    case 'actionEnded':
      return [
        `${where(event)}: ${words.action[event.outcome]}${because(event.outcome === 'succeeded' ? '' : event.reason)}`,
      ]
    case 'verified':
      return [`${where(event)}: ${event.ok ? words.verified : `${words.unverified}${because(event.reason)}`}`]
    case 'rollbackEnded':
      return [
        `${where(event)}: ${words.rolledBack[event.outcome]}${because(event.outcome === 'succeeded' ? '' : event.reason)}`,
      ]
    case 'finished':
      return finished(event, run, seq, head)
    default:
      return stormNote(event) ?? inHandNote(run, event)
  }
}

function contradicted(event: Extract<RunEvent, { type: 'preflighted' }>, run: Run): readonly string[] {
  if (!event.contradicts) return [`${where(event)}: ${words.preflight}${because(event.reason)}`]
  return [
    `${where(event)}: ${words.stale}${because(event.reason)}`,
    `${words.owner}: ${name(run.runbook?.owner ?? '')}`,
  ]
}

function decided(event: Extract<RunEvent, { type: 'decided' }>, run: Run): readonly string[] | null {
  const why = event.decision.because.join('; ')
  if (event.decision.effect === 'allow') return [`${words.allowed}${because(why)}`, ...about(run)]
  if (event.decision.effect !== 'ask' || event.expiresAt === null) return null
  return [`${words.waits}, ${words.until} ${dated(event.expiresAt)}${because(why)}`, ...about(run)]
}

function finished(
  event: Extract<RunEvent, { type: 'finished' }>,
  run: Run,
  seq: number,
  head: string,
): readonly string[] {
  const kept = run.evidence.filter((each) => each.sha256 !== null)
  const evidence = kept.slice(0, LISTED)
  const others = kept.length - evidence.length
  const changes = beforeAfter(run).filter((each) => !isSame(each))
  return [
    `${titleOf(run, event.status)}${because(event.reason)}`,
    ...about(run),
    ...changes
      .slice(0, 5)
      .map(
        ({ what, before, after }) => `${words.effect}: ${plain(what, 80)}: ${plain(before, 80)} -> ${plain(after, 80)}`,
      ),
    ...evidence.map((each) => `${words.evidence}: ${plain(each.do, 60)} sha256 ${plain(each.sha256 ?? '', 64)}`),
    ...(others > 0 ? [`${words.evidence}: ${words.others(others)}`] : []),
    ...handOffNotes(run),
    ...(bundled(run) ? [`${words.bundle}: ${plain(bundleName(run.id, seq), 120)}`] : []),
    `${words.head}: ${plain(head, 80)} (${words.entries(seq)})`,
  ]
}

/** So many artefacts are named with their hash; a rollout of twenty targets has a hundred. */
const LISTED = 12

/** What a person asked for is no failure of the automation. */
function titleOf(run: Run, status: EndStatus): string {
  if (run.takenOver && status === 'needsHuman') return words.inHand(name(run.takenOver.by.name))
  if (run.gather) return words.handedOver
  const end = endOf(run, status).toLowerCase()
  if (!failures.has(status) || (run.undo && status === 'rolledBack')) return `${words.automation} ${end}`
  return status === 'failed' ? words.failed : `${words.failed}: ${end}`
}

const about = (run: Run): readonly string[] => [
  `${words.run}: ${plain(run.id, 64)}`,
  ...(run.draft
    ? [`${words.runbook}: ${plain(run.draft.runbook.id, 64)} (${plain(run.draft.runbook.title, 120)})`]
    : []),
  ...(run.plan === null ? [] : [`${words.plan}: ${shortHash(run.plan)}`]),
  ...(run.draft ? [`${words.targets}: ${targets(run)}`] : []),
]

function targets(run: Run): string {
  const names = run.draft?.targets.map((target) => plain(target.name, 60)) ?? []
  const shown = names.slice(0, 10).join(', ')
  return names.length > 10 ? `${shown}${words.more(names.length - 10)}` : shown
}

function approvedBy(run: Run): string {
  const ask = run.asks.run
  if (!ask) return words.byPolicy
  return approvalsFor(run, ask)
    .map((each) => name(each.by.name))
    .join(', ')
}

const name = (text: string): string => plain(text, 60)
const via = (event: { readonly via?: 'servicenow' }): string => (event.via === undefined ? '' : words.via)
const where = (at: At): string => `${plain(at.step, 60)} on ${plain(at.target, 60)}`
const scoped = (scope: string): string => (scope === 'run' ? '' : `, ${plain(scopeName(scope), 60)}`)
const because = (reason: string): string => (reason === '' ? '' : `: ${plain(reason, 300)}`)
