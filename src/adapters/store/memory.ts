// Owns the store for specs: everything in maps, gone with the process; it shares no code with the SQLite store.
import type { Instant } from '../../core/values.ts'
import { type Clock, systemClock } from '../../ports/clock.ts'
import { PortError, type PortErrorKind } from '../../ports/errors.ts'
import type { Append, ChainRecord, Document, Entry, IntakeEvent, ListQuery, Store } from '../../ports/store.ts'

interface Chain {
  record: ChainRecord
  readonly entries: Entry[]
  /** The earliest moment that somebody other than the lease's holder asked for since the last claim. */
  wokenAt: Instant
}

interface Waiting {
  readonly event: IntakeEvent
  heldUntil: Instant
}

const NEVER = Number.POSITIVE_INFINITY

/** A store that behaves as every other one does, without a disk. Values go in and come out as copies. */
export function memoryStore({ clock = systemClock }: { clock?: Pick<Clock, 'now'> } = {}): Store {
  const chains = new Map<string, Chain>()
  const intake = new Map<string, string>()
  const waiting = new Map<string, Waiting>()
  const accepted = new Set<string>()
  const documents = new Map<string, Map<string, Document>>()
  const evidence = new Map<string, Uint8Array>()
  let lastVersion = 0
  let isClosed = false

  /** Each method is one atomic step after a turn of the event loop, as with a disk; never inside its caller. */
  const step = async <T>(work: () => T): Promise<T> => {
    if (isClosed) refuse('unavailable', 'the store is closed')
    await Promise.resolve()
    return work()
  }
  const existing = (name: string): Chain => chains.get(name) ?? refuse('notFound', `there is no chain ${name}`)
  const held = (name: string, fence: number): Chain => {
    const chain = existing(name)
    return chain.record.fence === fence ? chain : refuse('conflict', 'somebody else took the chain over')
  }
  const knownEvent = (id: string) => accepted.has(id) || refuse('notFound', 'there is no such intake event')

  return {
    async append(given) {
      const artefacts = (given.evidence ?? []).map(({ id, bytes }) => ({ id, bytes: bytes.slice() }))
      const append = copy({ ...given, evidence: [] })
      checkText(
        append.chain,
        ...Object.keys(append.labels ?? {}),
        ...Object.values(append.labels ?? {}),
        ...artefacts.map(({ id }) => id),
      )
      return step(() => {
        const stored = chains.get(append.chain)
        if ((stored?.record.version ?? null) !== append.version) refuse('conflict', 'another version is stored')
        if (append.fence !== undefined && append.fence !== (stored?.record.fence ?? 0)) {
          refuse('conflict', 'somebody else took the chain over')
        }
        const chain = stored ?? newChain(append, clock)
        checkContinues(append, chain.record)
        const { record } = chain
        if (append.fence === undefined && record.lease) chain.wokenAt = Math.min(chain.wokenAt, append.dueAt ?? NEVER)
        chain.entries.push(...append.entries)
        for (const { id, bytes } of artefacts) evidence.set(JSON.stringify([append.chain, id]), bytes)
        const last = chain.entries.at(-1)
        chain.record = {
          ...record,
          status: append.status,
          seq: last?.seq ?? 0,
          head: last?.hash ?? '',
          dueAt: sooner(append.dueAt, chain.wokenAt),
          lease: lasting(record.lease, append),
          labels: append.labels ?? record.labels,
          version: record.version + 1,
        }
        chains.set(append.chain, chain)
        return copy(chain.record)
      })
    },
    record: (name) => step(() => copy(chains.get(name)?.record)),
    entries: (name, fromSeq = 1, limit = NEVER) =>
      step(() => copy((chains.get(name)?.entries ?? []).filter((entry) => entry.seq >= fromSeq).slice(0, limit))),
    due: (at, limit) =>
      step(() => {
        const isDue = ({ dueAt, lease }: ChainRecord) => dueAt !== null && dueAt <= at && (!lease || lease.until <= at)
        const found = [...chains.values()].map(({ record }) => record).filter(isDue)
        const ordered = found.toSorted((a, b) => Number(a.dueAt) - Number(b.dueAt) || compare(a.chain, b.chain))
        return copy(ordered.slice(0, limit))
      }),
    claim: (name, version, owner, at, leaseMs) =>
      step(() => {
        const chain = existing(name)
        const { lease, fence } = chain.record
        if (chain.record.version !== version) refuse('conflict', 'another version is stored')
        if (lease && lease.until > at && lease.owner !== owner) refuse('conflict', 'somebody else works on the chain')
        chain.wokenAt = NEVER
        chain.record = {
          ...chain.record,
          fence: fence + 1,
          lease: { owner, until: at + leaseMs },
          version: version + 1,
        }
        return copy(chain.record)
      }),
    renew: (name, fence, at, leaseMs) =>
      step(() => {
        const chain = held(name, fence)
        const { lease } = chain.record
        if (!lease) refuse('conflict', 'the lease was given up')
        chain.record = { ...chain.record, lease: { owner: lease.owner, until: at + leaseMs } }
      }),
    release: (name, fence, dueAt) =>
      step(() => {
        const chain = held(name, fence)
        const { version } = chain.record
        chain.record = { ...chain.record, lease: null, dueAt: sooner(dueAt, chain.wokenAt), version: version + 1 }
      }),
    wake: (name, at) =>
      step(() => {
        const chain = existing(name)
        chain.wokenAt = Math.min(chain.wokenAt, at)
        const { dueAt, wakes } = chain.record
        chain.record = { ...chain.record, dueAt: sooner(dueAt, at), wakes: wakes + 1 }
      }),
    list: (query) => step(() => copy(listed([...chains.values()], query))),

    async accept(given, heldUntil) {
      checkText(given.id, given.key)
      const event = copy(given)
      return step(() => {
        const earlier = intake.get(event.key)
        if (earlier !== undefined) return { id: earlier, fresh: false }
        if (accepted.has(event.id)) refuse('conflict', 'another event has this id')
        intake.set(event.key, event.id)
        accepted.add(event.id)
        waiting.set(event.id, { event, heldUntil })
        return { id: event.id, fresh: true }
      })
    },
    pending: (at, limit) =>
      step(() => {
        const free = [...waiting.values()].filter(({ heldUntil }) => heldUntil <= at)
        const events = free.map(({ event, heldUntil }) => ({ ...event, heldUntil }))
        return copy(events.toSorted((a, b) => a.receivedAt - b.receivedAt).slice(0, limit))
      }),
    hold: (id, was, until) =>
      step(() => {
        knownEvent(id)
        const event = waiting.get(id)
        if (event?.heldUntil !== was) refuse('conflict', 'somebody else has this event in hand')
        event.heldUntil = until
      }),
    postpone: (id, at) =>
      step(() => {
        knownEvent(id)
        const event = waiting.get(id)
        if (event) event.heldUntil = at
      }),
    done: (id) =>
      step(() => {
        knownEvent(id)
        waiting.delete(id)
      }),
    backlog: () => step(() => waiting.size),

    get: (kind, key) => step(() => copy(documents.get(kind)?.get(key))),
    async put(kind, key, given, version) {
      checkText(kind, key)
      const value = copy(given)
      return step(() => {
        const ofKind = documents.get(kind) ?? new Map<string, Document>()
        if ((ofKind.get(key)?.version ?? null) !== version) refuse('conflict', `the ${kind} document has changed`)
        // Never used twice: a lock that was removed and made again has no version that its earlier holder knows.
        lastVersion += 1
        documents.set(kind, ofKind.set(key, { kind, key, value, version: lastVersion }))
        return copy({ kind, key, value, version: lastVersion })
      })
    },
    remove: (kind, key, version) =>
      step(() => {
        const stored = documents.get(kind)?.get(key)
        if (stored && stored.version !== version) refuse('conflict', `the ${kind} document has changed`)
        documents.get(kind)?.delete(key)
      }),
    all: (kind) =>
      step(() => copy([...(documents.get(kind)?.values() ?? [])].toSorted((a, b) => compare(a.key, b.key)))),

    evidence: (chain, id) => step(() => evidence.get(JSON.stringify([chain, id]))?.slice()),

    orphans: () => step(() => []),
    ping: () => step(() => undefined),
    async close() {
      isClosed = true
    },
  }
}

function refuse(kind: PortErrorKind, message: string): never {
  throw new PortError(kind, message)
}

/** What a store gives back: equal as JSON, shared with nobody. */
function copy<T>(value: T): T {
  if (value === undefined) return value
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    refuse('malformed', 'the value cannot be written as JSON')
  }
  return JSON.parse(text) as T
}

function checkText(...texts: readonly string[]): void {
  if (texts.some((text) => !text.isWellFormed())) refuse('malformed', 'a key is not well-formed text')
}

function checkContinues({ chain, entries }: Append, record: ChainRecord): void {
  let { seq, head } = record
  for (const entry of entries) {
    if (entry.chain === chain && entry.seq <= seq) refuse('conflict', `there is an entry ${entry.seq} already`)
    const continues = entry.chain === chain && entry.seq === seq + 1 && entry.prev === head
    if (!continues) refuse('malformed', `entry ${entry.seq} does not continue chain ${chain} after entry ${seq}`)
    seq = entry.seq
    head = entry.hash
  }
}

function newChain({ chain, status, entries }: Append, clock: Pick<Clock, 'now'>): Chain {
  const createdAt = entries[0]?.at ?? clock.now()
  const nothing = { seq: 0, head: '', fence: 0, lease: null, dueAt: null, wakes: 0, labels: {}, version: 0 }
  return { record: { chain, status, createdAt, ...nothing }, entries: [], wokenAt: NEVER }
}

function listed(chains: readonly Chain[], { limit, before, label, statuses }: ListQuery): readonly ChainRecord[] {
  const newestFirst = (a: Pick<ChainRecord, 'createdAt' | 'chain'>, b: Pick<ChainRecord, 'createdAt' | 'chain'>) =>
    b.createdAt - a.createdAt || compare(b.chain, a.chain)
  return chains
    .map(({ record }) => record)
    .filter((record) => !before || newestFirst(before, record) < 0)
    .filter(({ status }) => !statuses || statuses.includes(status))
    .filter(({ labels }) => !label || (Object.hasOwn(labels, label.name) && labels[label.name] === label.value))
    .toSorted(newestFirst)
    .slice(0, limit)
}

/** A write under the lease keeps it alive. */
const lasting = (lease: ChainRecord['lease'], { fence, leaseUntil }: Append): ChainRecord['lease'] =>
  lease && fence !== undefined && leaseUntil !== undefined && leaseUntil > lease.until
    ? { ...lease, until: leaseUntil }
    : lease

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sooner = (a: Instant | null, b: Instant): Instant | null => (b === NEVER ? a : Math.min(a ?? NEVER, b))
