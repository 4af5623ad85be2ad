// Owns what follows an edit: a run of its own with the edited values, linked to this one, which then ends.
import { stillAdvised } from '../../core/advice.ts'
import type { RunEvent } from '../../core/run.ts'
import { hasMutated } from '../../core/step-state.ts'
import { joinedOf, succeed } from '../correlation.ts'
import { type Performed, type Performing, record } from './context.ts'

/** Safe to repeat: the new run's id was written down with the edit. */
export async function replace(work: Performing): Promise<Performed> {
  const { deps, journal, run } = work
  const { edit, runbook, context, candidates } = run
  if (!edit || !runbook || hasMutated(run)) return { againMs: Number.POSITIVE_INFINITY }
  const because = edit.note === '' ? `other values than run ${run.id}` : edit.note
  const proposed: RunEvent = {
    type: 'proposed',
    origin: { kind: 'chat', requester: edit.by, because, conversation: edit.conversation, text: '' },
    context,
    candidates,
    runbook,
    requested: { parameters: edit.parameters, targets: run.requested.targets },
    link: { run: run.id, why: 'edit', parameters: run.draft?.parameters ?? {} },
  }
  const labels = (await deps.store.record(run.id))?.labels ?? {}
  const { advice } = run.knowledge
  // A model's choice, and what nobody changed of its values, stays its own.
  const advised: readonly RunEvent[] = advice ? [{ type: 'advised', ...stillAdvised(advice, edit.parameters) }] : []
  await journal.create(edit.run, [proposed, ...advised, ...joinedOf(run)], labels)
  await succeed(deps, run, edit.run)
  const reason = `${edit.by.name} asked for it with other values: run ${edit.run}`
  return record(work, { type: 'finished', status: 'cancelled', reason })
}
