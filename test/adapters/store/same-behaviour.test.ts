// Owns the proof that specs on the memory store say something about SQLite: any story has the same answers on both.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canonicalJson } from '../../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../../src/adapters/store/memory.ts'
import { sqliteStore } from '../../../src/adapters/store/sqlite/sqlite.ts'
import type { Json } from '../../../src/core/values.ts'
import { isPortError } from '../../../src/ports/errors.ts'
import type { Store } from '../../../src/ports/store.ts'
import { event, linked } from '../../contracts/store/steps.ts'
import { withPath } from './folder.ts'

type Step = (store: Store) => Promise<unknown>

const chain = fc.constantFrom('run_1', 'run_2', 'run_3')
const owner = fc.constantFrom('worker-a', 'worker-b')
const at = fc.integer({ min: 0, max: 30 })
const due = fc.option(at)
const number = fc.integer({ min: 1, max: 4 })
const key = fc.constantFrom('a', 'b', 'c')
const labels = fc.option(fc.dictionary(fc.constantFrom('ci', '__proto__'), key), { nil: undefined })
const status = fc.constantFrom('open', 'ended')

/** Mostly fitting calls (at the stored version), now and then one that lost a race. */
const append = fc.record({ chain, off: fc.constantFrom(0, 0, 0, 1), fenced: fc.boolean(), status, due, labels, at })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: append.map(appending) },
  fc.tuple(chain, owner, at).map(
    ([name, who, now]): Step =>
      async (store) =>
        store.claim(name, (await store.record(name))?.version ?? 1, who, now, 10),
  ),
  fc.tuple(chain, number, due).map(
    ([name, fence, next]): Step =>
      (store) =>
        store.release(name, fence, next),
  ),
  fc.tuple(chain, number, at).map(
    ([name, fence, now]): Step =>
      (store) =>
        store.renew(name, fence, now, 10),
  ),
  fc.tuple(chain, at).map(
    ([name, when]): Step =>
      (store) =>
        store.wake(name, when),
  ),
  fc.tuple(at, number).map(
    ([now, limit]): Step =>
      (store) =>
        store.due(now, limit),
  ),
  fc.tuple(key, at, at).map(
    ([name, receivedAt, heldUntil]): Step =>
      (store) =>
        store.accept(event(name, { receivedAt }), heldUntil),
  ),
  fc.tuple(key, at, at).map(
    ([name, was, until]): Step =>
      (store) =>
        store.hold(`evt_${name}`, was, until),
  ),
  fc.tuple(key, at).map(
    ([name, when]): Step =>
      (store) =>
        store.postpone(`evt_${name}`, when),
  ),
  key.map(
    (name): Step =>
      (store) =>
        store.done(`evt_${name}`),
  ),
  fc.tuple(at, number).map(
    ([now, limit]): Step =>
      (store) =>
        store.pending(now, limit),
  ),
  fc.tuple(key, fc.option(number)).map(
    ([name, version]): Step =>
      (store) =>
        store.put('lock', name, version, version),
  ),
  fc.tuple(key, number).map(
    ([name, version]): Step =>
      (store) =>
        store.remove('lock', name, version),
  ),
)

function appending(given: typeof append extends fc.Arbitrary<infer T> ? T : never): Step {
  return async (store) => {
    const record = await store.record(given.chain)
    return store.append({
      chain: given.chain,
      version: record ? record.version - given.off : null,
      ...(given.fenced && { fence: record?.fence ?? 0, leaseUntil: given.at + 15 }),
      entries: linked(given.chain, [given.status], { seq: record?.seq ?? 0, hash: record?.head ?? '' }, given.at),
      status: given.status,
      dueAt: given.due,
      ...(given.labels && { labels: given.labels }),
    })
  }
}

const answer = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => canonicalJson((value ?? null) as Json),
    (error: unknown) => (isPortError(error) ? error.kind : String(error)),
  )

const everything = async (store: Store) =>
  canonicalJson([
    await store.list({ limit: 10 }),
    await store.list({ limit: 1, before: { createdAt: 15, chain: 'run_2' }, statuses: ['open'] }),
    await store.list({ limit: 10, label: { name: 'ci', value: 'a' } }),
    await Promise.all(['run_1', 'run_2', 'run_3'].map((name) => store.entries(name))),
    await store.due(30, 10),
    await store.pending(30, 10),
    await store.backlog(),
    await store.all('lock'),
  ] as unknown as Json)

describe('memory and sqlite stores', () => {
  it('answer any story of calls in the same way', () =>
    withPath(async (path) => {
      let stories = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (story) => {
          stories += 1
          const memory = memoryStore()
          const sqlite = await sqliteStore({ path: `${path}-${stories}` })
          try {
            for (const call of story) assert.equal(await answer(call(sqlite)), await answer(call(memory)))
            assert.equal(await everything(sqlite), await everything(memory))
          } finally {
            await sqlite.close()
          }
        }),
        { numRuns: 40 },
      )
    }))
})
