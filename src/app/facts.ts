// Owns the facts of one decision: everything that policy is told, read afresh; what cannot be read says why (P5).

import { isOpenChange } from '../core/guardrails/change-window.ts'
import type { Freeze, Known, PolicyFacts } from '../core/guardrails/input.ts'
import type { Blast, Change, IncidentContext } from '../core/incident.ts'
import type { Draft, Target } from '../core/plan.ts'
import type { Runbook } from '../core/runbook.ts'
import { hasMutated } from '../core/step-state.ts'
import type { Signature } from '../core/waivers.ts'
import type { Subject } from './assess.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { activeFreezes } from './freezes.ts'
import { flapsOf, holderOf } from './locks.ts'
import { signatures } from './signatures.ts'
import type { Around } from './surroundings.ts'

/** What is decided about. */
export interface Question {
  readonly subject: Subject
  readonly runbook: Runbook
  readonly draft: Draft
  readonly context: IncidentContext
  readonly blast: Blast
}

export function factReader(
  deps: Deps,
  authority: Authority,
  around: Around,
): (question: Question) => Promise<PolicyFacts> {
  const { store, tickets } = deps

  const changesOf = async ({ runbook }: Question, target: Target): Promise<Known<readonly Change[]>> => {
    if ((runbook.limits.changeWindow?.in ?? []).length === 0) return { known: true, value: [] }
    if (!target.ci) return { known: false, reason: `${target.name} is not in the CMDB` }
    const answer = await ask(tickets.changes([target.ci.sysId]))
    return answer.known ? answer.value : answer
  }

  /** ServiceNow is asked only about changes that would let the run pass. */
  const conflictsOf = async ({ runbook }: Question, changes: PolicyFacts['changes']) => {
    if (runbook.limits.changeWindow?.conflicts === undefined) return {}
    const at = deps.clock.now()
    const open = new Map(
      Object.values(changes)
        .flatMap((each) => (each.known ? each.value : []))
        .filter((change) => isOpenChange(change, at))
        .map((change) => [change.number, change.sysId]),
    )
    const asked = [...open].map(async ([number, sysId]) => [number, await ask(tickets.conflicts(sysId))] as const)
    return Object.fromEntries(await Promise.all(asked))
  }

  const requesterOf = async ({ subject, runbook }: Question): Promise<PolicyFacts['requester']> => {
    if (subject.origin.kind !== 'chat') return null
    const { requesters } = deps.files.current().governance
    const named = Object.hasOwn(requesters, runbook.id) ? requesters[runbook.id] : requesters['default']
    const groups = named ?? ['owner']
    const person = subject.origin.requester
    return { person, groups, allowed: await authority.inAny(person.id, groups, runbook.owner) }
  }

  /** Only what a limit of the runbook decides by; the commander was read for the context of this very assessment. */
  const surroundingsOf = async ({
    runbook,
    context,
    draft,
  }: Question): Promise<Pick<PolicyFacts, 'commander' | 'recent'>> => {
    const { commander, recentDeploy } = runbook.limits
    const who = context.surroundings?.commander ?? { known: false, reason: 'not read' }
    const recent =
      recentDeploy &&
      (await Promise.all(
        draft.targets.map(async (each) => [each.name, await around.recent(each, recentDeploy.withinMs)] as const),
      ))
    return {
      ...(commander === undefined ? {} : { commander: who }),
      ...(recent ? { recent: Object.fromEntries(recent) } : {}),
    }
  }

  /** Who signed and left since signs nothing any more; whose membership cannot be told counts as gone (P2, P5). */
  const validSignatures = async ({ runbook }: Question): Promise<readonly Signature[]> => {
    const { may, standing } = deps.files.current().governance.exceptions
    const names = Object.values(standing).flatMap((each) => (each.runbook === runbook.id ? [each.name] : []))
    if (names.length === 0) return []
    const signed = (await signatures(store)).filter((each) => names.includes(each.exception))
    const checked = await Promise.all(signed.map(({ by }) => authority.inAny(by.id, may, runbook.owner)))
    return signed.filter((_, index) => {
      const answer = checked[index]
      return answer?.known === true && answer.value
    })
  }

  return async (question) => {
    const { subject, runbook, draft, context, blast } = question
    const byTarget = async <T>(read: (target: Target) => Promise<Known<T>>): Promise<{ [target: string]: Known<T> }> =>
      Object.fromEntries(
        await Promise.all(draft.targets.map(async (target) => [target.name, await read(target)] as const)),
      )
    const [changes, flaps, locks, freezes, runsLastHour, requester, signed, surroundings] = await Promise.all([
      byTarget((target) => changesOf(question, target)),
      byTarget((target) => ask(flapsOf(store, runbook.id, target, subject.id))),
      byTarget((target) => ask(holderOf(store, target).then((holder) => (holder === subject.id ? null : holder)))),
      ask<readonly Freeze[]>(activeFreezes(store)),
      ask(begunLastHour(deps, subject.id)),
      requesterOf(question),
      ask(validSignatures(question)),
      surroundingsOf(question),
    ])
    return {
      ...surroundings,
      context,
      blast,
      requester,
      changes,
      conflicts: await conflictsOf(question, changes),
      flaps,
      locks,
      freezes,
      runsLastHour,
      standardChange: subject.standardChange,
      signatures: signed,
      glass: subject.glass,
      begun: hasMutated({ steps: subject.steps ?? {} }),
      advice: subject.knowledge.advice,
    }
  }
}

async function ask<T>(question: Promise<T>): Promise<Known<T>> {
  try {
    return { known: true, value: await question }
  } catch (error) {
    return { known: false, reason: error instanceof Error ? error.message : 'it failed' }
  }
}

/** Other runs that began to execute within the last hour. */
async function begunLastHour(deps: Deps, run: string): Promise<number> {
  if (deps.files.current().governance.limits.runsPerHour === undefined) return 0
  const document = await deps.store.get('counter', 'begun')
  const begun = Array.isArray(document?.value)
    ? (document.value as unknown as readonly { run: string; at: number }[])
    : []
  // Runs that began before this one: later ones must not stop it half-way.
  const own = begun.findIndex((each) => each.run === run)
  const before = own < 0 ? begun : begun.slice(0, own)
  return before.filter((each) => each.at > deps.clock.now() - 3_600_000).length
}
