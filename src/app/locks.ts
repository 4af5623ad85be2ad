// Owns the per-CI locks (P7) and the anti-flap reservations: small documents that name the run they belong to.
import type { Target } from '../core/plan.ts'
import type { Run } from '../core/run.ts'
import { type Instant, isObject, type Json, type Millis } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { Store } from '../ports/store.ts'
import { swap } from './documents.ts'

const KEPT_MS: Millis = 7 * 24 * 3_600_000
const KEPT = 200
const RACES = 20

/** What a target is locked by: its CI, or its name where the CMDB does not know it. */
export const lockKey = (target: Target): string => target.ci?.sysId ?? `name:${target.name.toLowerCase()}`

/** The run that holds this target's lock now, or null. A lock whose run has ended does not count (reconciled). */
export async function holderOf(store: Store, target: Target): Promise<string | null> {
  const document = await store.get('lock', lockKey(target))
  const run = nameIn(document?.value)
  return run !== null && (await isAtWork(store, run)) ? run : null
}

/** A run as it was when it took a lock, or gives it up: what an older state of it says does not undo a newer one. */
type Holder = Pick<Run, 'id' | 'seq'>

/**
 * Takes the locks of all targets in sorted order, or none: answers the run that is in the way. One's own is written again,
 * with the newer state, so that whoever found this run over meanwhile looks again.
 */
export async function takeLocks(store: Store, run: Holder, targets: readonly Target[]): Promise<string | null> {
  const keys = [...new Set(targets.map(lockKey))].toSorted()
  const taken: string[] = []
  for (const key of keys) {
    const inTheWay = await takeLock(store, run, key)
    if (inTheWay !== null) {
      await releaseLocks(store, run, taken)
      return inTheWay
    }
    taken.push(key)
  }
  return null
}

/** Whether the holder is at work is asked for each version of the lock anew: it may have taken it up again. */
async function takeLock(store: Store, run: Holder, key: string): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    const document = await store.get('lock', key)
    const holder = nameIn(document?.value)
    if (holder !== null && holder !== run.id && (await isAtWork(store, holder))) return holder
    const seq = holder === run.id ? Math.max(run.seq, seqIn(document?.value)) : run.seq
    try {
      await store.put('lock', key, { run: run.id, seq }, document?.version ?? null)
      return null
    } catch (error) {
      if (!isPortError(error, 'conflict') || attempt >= RACES) throw error
    }
  }
}

/** Gives up the locks that this run holds since this state or an older one; others stay. */
export async function releaseLocks(store: Store, run: Holder, keys: readonly string[]): Promise<void> {
  for (const key of keys)
    await swap(store, 'lock', key, (value) => ({
      ...(nameIn(value) === run.id && seqIn(value) <= run.seq ? { write: null } : {}),
      result: undefined,
    }))
}

/** When other runs sent a mutating request of this runbook to this target. */
export async function flapsOf(store: Store, runbook: string, target: Target, run: string): Promise<readonly Instant[]> {
  const document = await store.get('flap', `${runbook}:${lockKey(target)}`)
  return reservations(document?.value).flatMap((each) => (each.run === run ? [] : [each.at]))
}

/** Counts this run for anti-flap, once; false: it was counted. It is written before the request leaves, under the CI's lock. */
export async function reserveFlap(
  store: Store,
  runbook: string,
  target: Target,
  run: string,
  at: Instant,
): Promise<boolean> {
  return swap<boolean>(store, 'flap', `${runbook}:${lockKey(target)}`, (value) => {
    const known = reservations(value)
    if (known.some((each) => each.run === run)) return { result: false }
    const kept = [...known.filter((each) => each.at > at - KEPT_MS), { run, at }].slice(-KEPT)
    return { write: kept, result: true }
  })
}

/** This run sent nothing to the target after all. */
export async function dropFlap(store: Store, runbook: string, target: Target, run: string): Promise<void> {
  await swap(store, 'flap', `${runbook}:${lockKey(target)}`, (value) => {
    const known = reservations(value)
    const kept = known.filter((each) => each.run !== run)
    return { ...(kept.length < known.length ? { write: kept } : {}), result: undefined }
  })
}

const seqIn = (value: Json | undefined): number =>
  isObject(value) && typeof value['seq'] === 'number' ? value['seq'] : 0

const nameIn = (value: Json | undefined): string | null =>
  isObject(value) && typeof value['run'] === 'string' ? value['run'] : null

const reservations = (value: Json | undefined): readonly { readonly run: string; readonly at: Instant }[] =>
  Array.isArray(value) ? (value as readonly { readonly run: string; readonly at: Instant }[]) : []

/** A run that needs a person keeps its locks: what it left behind may still be running. */
const ENDED = new Set([
  'succeeded',
  'stoppedByPolicy',
  'refused',
  'expired',
  'cancelled',
  'failed',
  'rolledBack',
  'recorded',
  'rollbackFailed',
])

async function isAtWork(store: Store, run: string): Promise<boolean> {
  const record = await store.record(run)
  return record !== undefined && !ENDED.has(record.status)
}
