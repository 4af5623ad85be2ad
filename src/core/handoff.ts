// Owns the hand-off of a run that stops and needs a person: what was tried, what is likely, what is not, whom to ask.
import { type Hypothesis, hypotheses } from './hypotheses.ts'
import { isOver } from './incident.ts'
import { stepEnd } from './progress.ts'
import { type Ruled, ruledOut } from './ruled-out.ts'
import type { EndStatus, Run } from './run.ts'
import { stepOf } from './step-state.ts'
import type { Surroundings } from './surroundings.ts'
import { own } from './values.ts'

/** One step on one target, as it ended. */
export interface Tried {
  readonly step: string
  readonly target: string
  readonly end: string
}

/** Everything in it stands in the log, so that it is the same whoever asks, and whenever. */
export interface HandOff {
  readonly status: EndStatus
  readonly reason: string
  readonly class: string | null
  readonly tried: readonly Tried[]
  /** The likeliest first. Empty: nothing that was read points to a cause. */
  readonly hypotheses: readonly Hypothesis[]
  readonly ruledOut: readonly Ruled[]
  /** What could not be told, with the reason: neither likely nor ruled out (P5). */
  readonly unknown: readonly string[]
  /** Who owns the service, else the runbook, else the group of the incident. */
  readonly owner: string | null
  /** null: it was not asked, or could not be told; then `unknown` says why. */
  readonly onCall: readonly string[] | null
  /** The group of governance.yaml that is called. */
  readonly escalate: string | null
}

/** Ends that leave the trouble to people. Who refused, stopped or withdrew it has decided, and has it. */
const LEAVES_IT: ReadonlySet<EndStatus> = new Set([
  'needsHuman',
  'failed',
  'rolledBack',
  'rollbackFailed',
  'expired',
  'stoppedByPolicy',
])

/** Whom the end of this run calls: the runbook says, else the incident's class, or what was handed over without one. */
export function escalationOf(run: Pick<Run, 'draft' | 'gather' | 'context'>): string | null {
  const declared = run.draft?.onFailure.escalate
  if (declared) return declared === 'owner' ? (run.draft?.runbook.owner ?? null) : declared
  return run.gather?.escalate ?? run.context.taxonomy?.escalate ?? null
}

/** null: nothing is handed over, because it goes on, ended well, was decided by a person, or the incident is over. */
export function handOffOf(run: Run): HandOff | null {
  const { finished, context, undo } = run
  if (!finished || !LEAVES_IT.has(finished.status) || run.edit) return null
  if (context.incident && isOver(context.incident)) return null
  // What a person had undone is as they wanted it.
  if (undo && finished.status === 'rolledBack') return null
  const around = context.surroundings ?? {}
  const owner = around.owner?.known ? around.owner.value : null
  return {
    status: finished.status,
    reason: finished.reason,
    class: context.class ?? null,
    tried: tried(run),
    hypotheses: hypotheses(run),
    ruledOut: ruledOut(run),
    unknown: untold(run),
    owner: owner ? (owner.group ?? owner.name) : (run.runbook?.owner ?? context.incident?.group ?? null),
    onCall: around.onCall?.known ? around.onCall.value : null,
    escalate: escalationOf(run),
  }
}

const tried = (run: Run): readonly Tried[] =>
  (run.draft?.targets ?? []).flatMap(({ name: target }) =>
    (own(run.draft?.steps ?? {}, target) ?? []).flatMap((step) => {
      const state = stepOf(run, { step: step.id, target })
      return state.action ? [{ step: step.id, target, end: stepEnd(step, state) }] : []
    }),
  )

const AROUND: { readonly [what in keyof Surroundings]-?: string } = {
  neighbours: 'neighbours',
  owner: 'owner',
  affected: 'affected users',
  changes: 'changes',
  deploys: 'deploys',
  history: 'earlier incidents',
  onCall: 'who is on call',
  commander: 'incident commander',
}

/** Each with its reason, as it was read. */
function untold({ context, evidence, gather }: Run): readonly string[] {
  const around = Object.entries(context.surroundings ?? {}).flatMap(([what, fact]) =>
    fact.known ? [] : [`${AROUND[what as keyof Surroundings]}: ${fact.reason}`],
  )
  const signals = Object.entries(context.signals ?? {}).flatMap(([name, fact]) => {
    if (!fact.known) return [`signal ${name}: ${fact.reason}`]
    return fact.value.shows === null ? [`signal ${name}: whether the issue shows in it cannot be told`] : []
  })
  const looks = evidence.flatMap(({ id, do: operation, target, ok, summary }) =>
    ok ? [] : [`evidence ${id} (${operation} ${target}): ${summary}`],
  )
  const memory = gather?.remembered?.known === false ? [`memory: ${gather.remembered.reason}`] : []
  return [
    ...(context.surroundings && (context.ci || context.surroundings.deploys) ? [] : ['what is around it was not read']),
    ...around,
    ...signals,
    ...looks,
    ...memory,
  ]
}
