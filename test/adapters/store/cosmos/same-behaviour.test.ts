// Owns the proof that a Cosmos store under random faults answers any story of calls as the memory store does.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canonicalJson } from '../../../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../../../src/adapters/store/memory.ts'
import type { Json } from '../../../../src/core/values.ts'
import { isPortError } from '../../../../src/ports/errors.ts'
import type { Document, Store } from '../../../../src/ports/store.ts'
import { event, linked } from '../../../contracts/store/steps.ts'
import type { SeededPlan } from '../../../sandbox/cosmos/faults.ts'
import { cosmosAccount } from './account.ts'

type Step = (store: Store) => Promise<unknown>

const chain = fc.constantFrom('run_1', 'run_2')
const owner = fc.constantFrom('worker-a', 'worker-b')
const at = fc.integer({ min: 0, max: 30 })
const due = fc.option(at)
const few = fc.integer({ min: 1, max: 4 })
const key = fc.constantFrom('a', 'b', 'c')

const calling = <T extends unknown[]>(
  values: { [K in keyof T]: fc.Arbitrary<T[K]> },
  call: (store: Store, ...given: T) => Promise<unknown>,
) =>
  fc.tuple(...values).map(
    (given): Step =>
      (store) =>
        call(store, ...(given as T)),
  )

const appended = async (
  store: Store,
  name: string,
  off: number,
  isFenced: boolean,
  dueAt: number | null,
  label: string,
) => {
  const record = await store.record(name)
  return store.append({
    chain: name,
    version: record ? record.version - off : null,
    ...(isFenced && { fence: record?.fence ?? 0, leaseUntil: (dueAt ?? 0) + 9 }),
    entries: linked(name, [label, { label }], { seq: record?.seq ?? 0, hash: record?.head ?? '' }, dueAt ?? 1),
    status: label,
    dueAt,
    labels: { ci: label },
    evidence: [{ id: label, bytes: Buffer.from(label.repeat(off + 1)) }],
  })
}
/** Versions of documents are each store's own. */
const alike = ({ kind, key: name, value }: Document) => ({ kind, key: name, value })
const versionOf = async (store: Store, name: string, off: number) =>
  ((await store.get('lock', name))?.version ?? 0) + off
const fits = fc.constantFrom(0, 0, 0, 1)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: calling([chain, fits, fc.boolean(), due, key], appended) },
  calling([chain, owner, at], async (store, name, who, now) =>
    store.claim(name, (await store.record(name))?.version ?? 1, who, now, 10),
  ),
  calling([chain, few, due], (store, name, fence, next) => store.release(name, fence, next)),
  calling([chain, few, at], (store, name, fence, now) => store.renew(name, fence, now, 10)),
  calling([chain, at], (store, name, when) => store.wake(name, when)),
  calling([at, few], (store, now, limit) => store.due(now, limit)),
  calling([key, at, at], (store, name, receivedAt, until) => store.accept(event(name, { receivedAt }), until)),
  calling([key, at, at], (store, name, was, until) => store.hold(`evt_${name}`, was, until)),
  calling([key, at], (store, name, when) => store.postpone(`evt_${name}`, when)),
  calling([key], (store, name) => store.done(`evt_${name}`)),
  calling([at, few], (store, now, limit) => store.pending(now, limit)),
  calling([key, few], async (store, name, value) => alike(await store.put('lock', name, value, null))),
  calling([key, few, fits], async (store, name, value, off) =>
    alike(await store.put('lock', name, value, await versionOf(store, name, off))),
  ),
  calling([key, fits], async (store, name, off) => store.remove('lock', name, await versionOf(store, name, off))),
)

const answer = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => canonicalJson((value ?? null) as Json),
    (error: unknown) => (isPortError(error) ? error.kind : String(error)),
  )

const everything = async (store: Store) =>
  canonicalJson([
    await store.list({ limit: 10 }),
    await store.list({ limit: 10, label: { name: 'ci', value: 'a' }, statuses: ['a'] }),
    await Promise.all(['run_1', 'run_2'].map((name) => store.entries(name))),
    await Promise.all(
      ['a', 'b', 'c'].map(async (id) => Buffer.from((await store.evidence('run_1', id)) ?? []).toString()),
    ),
    await store.due(30, 10),
    await store.pending(30, 10),
    await store.backlog(),
    (await store.all('lock')).map(alike),
  ] as unknown as Json)

/** Dropped reads are left out here: the SDK waits a second before it repeats one by itself. */
const faults: SeededPlan['faults'] = [
  'unavailable',
  'timed-out',
  'retry-with',
  'gone',
  'session-not-available',
  'html',
  'race',
  { throttledMs: 1 },
  { fault: 'unavailable', commit: true },
  { fault: 'timed-out', commit: true },
]

describe('memory and cosmos stores', () => {
  const account = cosmosAccount()
  const told = (rate: number) => async (story: readonly Step[], seed: number) => {
    const memory = memoryStore()
    const { store } = await account.open(account.database())
    const writes = ['create', 'upsert', 'replace', 'patch', 'delete', 'batch'] as const
    const dropped: SeededPlan['faults'] = ['drop-before', 'drop-after-commit']
    const ends = [
      account
        .sandbox()
        .faults.plan({ seed, rate, faults, on: { kind: [...writes, 'read', 'query', 'crossPartitionQuery'] } }),
      account.sandbox().faults.plan({ seed: seed + 1, rate, faults: dropped, on: { kind: [...writes] } }),
    ]
    try {
      for (const call of story) assert.equal(await answer(call(store)), await answer(call(memory)))
      assert.equal(await everything(store), await everything(memory))
    } finally {
      for (const end of ends) end()
      await store.close()
    }
  }
  const stories = fc.array(step, { minLength: 1, maxLength: 30 })

  it('answer any story of calls in the same way', () =>
    fc.assert(fc.asyncProperty(stories, fc.constant(0), told(0)), { numRuns: 20 }))

  it('answer it in the same way where every fourth request fails (P3, P8)', async () => {
    await fc.assert(fc.asyncProperty(stories, fc.nat(), told(0.25)), { numRuns: 20 })
    const struck = Object.values(account.sandbox().faults.struck()).reduce((sum, count) => sum + count, 0)
    assert.ok(struck > 100, `only ${struck} requests failed`)
  })
})
