// Owns asking for the same run with other values: within the runbook's bounds, as a run of its own (P9).
import { stillAdvised } from '../core/advice.ts'
import { decide } from '../core/decide.ts'
import type { Origin } from '../core/origin.ts'
import { parametersOf } from '../core/parameters.ts'
import type { Person, Run } from '../core/run.ts'
import { type JsonObject, own } from '../core/values.ts'
import type { Refusal } from '../core/verdict.ts'
import type { Assess } from './assess.ts'
import type { Authority } from './authority.ts'
import type { Deps } from './deps.ts'
import { runId } from './ids.ts'
import type { Journal, Transacted } from './journal.ts'

export interface Edit {
  readonly by: Person
  readonly plan: string
  readonly note: string
  /** As they were typed; a name that the runbook does not declare is refused. */
  readonly values: { readonly [name: string]: string }
  readonly conversation: JsonObject
}

/** Whoever edits becomes the requester of the new run, and so is not among its approvers where the rule says so. */
export async function editRun(
  deps: Deps,
  journal: Journal,
  authority: Authority,
  assess: Assess,
  run: Run,
  { by, plan, note, values, conversation }: Edit,
): Promise<Transacted> {
  const asked = own(run.asks, 'run')
  const runbook = run.runbook ? deps.files.current().catalog.runbooks.get(run.runbook.id) : undefined
  const no = (refusal: Refusal): Transacted => ({ ok: false, refusal, run })
  if (!runbook || !asked || !run.draft)
    return no({ reason: 'nothing is being asked here', fix: 'look at the newest card' })
  const changed = changedValues(run, values)
  if (Object.keys(changed).length === 0)
    return no({ reason: 'every value is as it was', fix: 'change one, or approve or reject it as it is' })
  const parameters = { ...run.requested.parameters, ...changed }
  const bound = parametersOf(runbook, parameters)
  if (!bound.ok) return no({ reason: bound.problems.join('; '), fix: `stay within the bounds of ${runbook.id}` })
  const standing = await authority.standing(by.id, asked.rule, runbook.owner, true)
  const next = runId(deps.hash.digest, 'edit', run.id, plan, deps.hash.canonicalize(bound.value))
  // What policy would stop anyway must not end the run that waits.
  const origin: Origin = { kind: 'chat', requester: by, because: note, conversation, text: '' }
  const requested = { parameters, targets: run.requested.targets }
  const { context, knowledge: all } = run
  const knowledge = { ...all, advice: all.advice && stillAdvised(all.advice, parameters) }
  const subject = { id: next, origin, context, requested, glass: null, standardChange: null, knowledge }
  const would = await assess({ ...subject, runbook: runbook.id })
  if (!would.ok) return no({ reason: would.problems.join('; '), fix: 'look at the values again' })
  const { decision } = would.value
  if (decision.effect === 'stop')
    return no({
      reason: `policy would stop it: ${decision.because.join('; ')}`,
      fix: 'ask somebody who may request it',
    })
  return journal.transact(run.id, (now, at) =>
    decide({ do: 'edit', by, plan, parameters, note, standing, next: { run: next, conversation } }, now, at),
  )
}

/** Those of the typed values that differ from the plan's. A toggle that was never set says "false". */
export function changedValues(
  run: Pick<Run, 'draft'>,
  values: { readonly [name: string]: string },
): { readonly [name: string]: string } {
  const before = (name: string) => String(own(run.draft?.parameters ?? {}, name) ?? '')
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => value !== before(name) && !(value === 'false' && before(name) === ''),
    ),
  )
}
