// Owns the beginning of execution: the CIs are locked, in sorted order, before anything is sent (P7).
import { decide } from '../../core/decide.ts'
import { isObject, type Json } from '../../core/values.ts'
import { swap } from '../documents.ts'
import { lockKey, releaseLocks, takeLocks } from '../locks.ts'
import { partiesOf } from '../parties.ts'
import { type Performed, type Performing, record } from './context.ts'

export async function begin(work: Performing): Promise<Performed> {
  const { deps, run } = work
  const targets = run.draft?.targets ?? []
  const inTheWay = await takeLocks(deps.store, run, targets)
  if (inTheWay !== null) {
    const reason = `run ${inTheWay} is at work on the same CI`
    return record(work, { type: 'finished', status: 'stoppedByPolicy', reason })
  }
  await countBeginning(work)
  return work.transact((current, at) => decide({ do: 'begin', parties: partiesOf(deps, current) }, current, at))
}

/** After the end the locks go; a run that needs a person keeps them, for what it left may still be running. */
export async function letGo({ deps, run }: Pick<Performing, 'deps' | 'run'>): Promise<void> {
  if (run.finished?.status === 'needsHuman') return
  await releaseLocks(deps.store, run, (run.draft?.targets ?? []).map(lockKey))
}

async function countBeginning({ deps, run }: Performing): Promise<void> {
  const now = deps.clock.now()
  await swap(deps.store, 'counter', 'begun', (value: Json | undefined) => {
    const begun = Array.isArray(value) ? (value as readonly Json[]) : []
    const recent = begun.filter((each) => isObject(each) && Number(each['at']) > now - 3_600_000)
    if (recent.some((each) => isObject(each) && each['run'] === run.id)) return { result: undefined }
    return { write: [...recent, { run: run.id, at: now }], result: undefined }
  })
}
