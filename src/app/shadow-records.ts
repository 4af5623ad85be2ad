// Owns the records that shadow runs leave: one bounded document per runbook and environment, derived from run logs.
import type { Run } from '../core/run.ts'
import { caseOf, recordOf, type ShadowCase, type ShadowRecord } from '../core/shadow.ts'
import { isObject, type Json } from '../core/values.ts'
import type { Store } from '../ports/store.ts'
import { swap } from './documents.ts'

const KIND = 'shadow'
/** So many compared runs are kept of each, the newest by their proposal; the run logs keep all. */
const KEPT = 200

/** The record of one runbook in one environment (or in several at once, where a run's targets lie in several). */
export interface NamedRecord {
  readonly runbook: string
  readonly environment: string
  readonly record: ShadowRecord
  readonly cases: readonly ShadowCase[]
}

/** Keeps what a recorded run shows by now in its runbook's record; a repeat writes nothing. */
export async function keepCase({ store }: { readonly store: Store }, run: Run): Promise<void> {
  const one = caseOf(run)
  const environment = run.decision?.environment.name
  if (!one || !run.runbook || environment === undefined) return
  const runbook = run.runbook.id
  await swap<void>(store, KIND, `${runbook}:${environment}`, (value) => {
    const cases = casesIn(value)
    const before = cases.find((each) => each.run === one.run)
    if (before && JSON.stringify(before) === JSON.stringify(one)) return { result: undefined }
    const others = cases.filter((each) => each.run !== one.run)
    const next = [one, ...others].toSorted((a, b) => b.at - a.at || (a.run < b.run ? -1 : 1)).slice(0, KEPT)
    return { write: { runbook, environment, cases: next } as unknown as Json, result: undefined }
  })
}

/** What shadow runs of a runbook have shown in an environment so far. Rejects when the store does not answer. */
export async function recordFor(
  { store }: { readonly store: Store },
  runbook: string,
  environment: string,
): Promise<NamedRecord> {
  const cases = casesIn((await store.get(KIND, `${runbook}:${environment}`))?.value)
  return { runbook, environment, record: recordOf(cases), cases }
}

/** Every record that there is. Rejects when the store does not answer. */
export async function allRecords({ store }: { readonly store: Store }): Promise<readonly NamedRecord[]> {
  return (await store.all(KIND)).flatMap(({ value }) => {
    if (!isObject(value)) return []
    const { runbook, environment } = value
    if (typeof runbook !== 'string' || typeof environment !== 'string') return []
    const cases = casesIn(value)
    return [{ runbook, environment, record: recordOf(cases), cases }]
  })
}

const casesIn = (value: Json | undefined): readonly ShadowCase[] =>
  isObject(value) && Array.isArray(value['cases']) ? value['cases'] : []
