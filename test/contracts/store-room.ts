// Owns a room of its own for each test in a store that all of them share, as a real account is: names get a prefix.
import type { ChainRecord, Document, Entry, Store } from '../../src/ports/store.ts'

/** More than any test makes, and what earlier runs left behind. */
const ALL = 100_000

/** The part of `store` whose names begin with `room`. Whatever looks over several chains is slow: it looks over everything. */
export function roomIn(store: Store, room: string): Store {
  const into = (name: string): string => `${room}.${name}`
  const isMine = (name: string): boolean => name.startsWith(`${room}.`)
  const out = (name: string): string => name.slice(room.length + 1)
  const record = <T extends ChainRecord>(each: T): T => ({ ...each, chain: out(each.chain) })
  const records = (found: readonly ChainRecord[]) => found.filter(({ chain }) => isMine(chain)).map(record)
  const entry = (each: Entry): Entry => ({ ...each, chain: out(each.chain) })
  const document = (each: Document): Document => ({ ...each, kind: out(each.kind) })
  const pending = async (at: number) =>
    (await store.pending(at, ALL))
      .filter(({ id }) => isMine(id))
      .map((each) => ({ ...each, id: out(each.id), key: out(each.key) }))

  return {
    append: async (append) =>
      record(
        await store.append({
          ...append,
          chain: into(append.chain),
          entries: append.entries.map((each) => ({ ...each, chain: into(each.chain) })),
        }),
      ),
    async record(chain) {
      const found = await store.record(into(chain))
      return found && record(found)
    },
    entries: async (chain, fromSeq, limit) => (await store.entries(into(chain), fromSeq, limit)).map(entry),
    due: async (at, limit) => records(await store.due(at, ALL)).slice(0, limit),
    claim: async (chain, ...given) => record(await store.claim(into(chain), ...given)),
    renew: (chain, ...given) => store.renew(into(chain), ...given),
    release: (chain, ...given) => store.release(into(chain), ...given),
    wake: (chain, at) => store.wake(into(chain), at),
    list: async ({ limit, before, ...query }) =>
      records(
        await store.list({
          ...query,
          limit: ALL,
          ...(before ? { before: { ...before, chain: into(before.chain) } } : {}),
        }),
      ).slice(0, limit),
    async accept(event, heldUntil) {
      const { id, fresh } = await store.accept({ ...event, id: into(event.id), key: into(event.key) }, heldUntil)
      return { id: out(id), fresh }
    },
    pending: async (at, limit) => (await pending(at)).slice(0, limit),
    hold: (id, ...given) => store.hold(into(id), ...given),
    postpone: (id, at) => store.postpone(into(id), at),
    done: (id) => store.done(into(id)),
    backlog: async () => (await pending(Number.MAX_SAFE_INTEGER)).length,
    async get(kind, key) {
      const found = await store.get(into(kind), key)
      return found && document(found)
    },
    put: async (kind, ...given) => document(await store.put(into(kind), ...given)),
    remove: (kind, ...given) => store.remove(into(kind), ...given),
    all: async (kind) => (await store.all(into(kind))).map(document),
    evidence: (chain, id) => store.evidence(into(chain), id),
    orphans: async () => (await store.orphans()).filter(isMine).map(out),
    ping: () => store.ping(),
    close: () => store.close(),
  }
}
