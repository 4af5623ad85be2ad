// Owns writing the copy: each part looks at what is there and adds what is missing, so that it may end anywhere and begin again.
import { canonicalJson } from '../../adapters/store/hashing.ts'
import type { ChainRecord, Document, Entry, Store } from '../../ports/store.ts'
import { Complaint } from '../terminal.ts'
import { everyDocument, everyEvent, everyRecord, forAll } from './everything.ts'
import type { Source, Target } from './open.ts'
import type { Progress } from './progress.ts'

/** A chain bears it until it is whole: it is no status of a run, so nobody takes it for one. */
const COPYING = 'copying'
const PAGE = 100
/** Of JSON: so many characters and one more entry are one write everywhere. */
const PAGE_LENGTH = 200_000

/** Everything, in an order in which a runbot that is started too early finds the freeze first. */
export async function fill(source: Source, target: Target, progress: Progress): Promise<void> {
  progress.begin('copying')
  await fillDocuments(source, target, progress)
  await forAll(everyRecord(source.store), async (record) => {
    await fillChain(record, source, target, progress)
  })
  await fillEvents(source, target, progress)
}

async function fillDocuments(source: Source, target: Target, progress: Progress): Promise<void> {
  const known = new Set<string>()
  let highest = 0
  for await (const { kind, key, version } of everyDocument(source)) {
    known.add(JSON.stringify([kind, key]))
    highest = Math.max(highest, version)
  }
  await target.into.raiseVersions(highest)
  const freeze = await source.store.get('freeze', 'active')
  if (freeze) await write(target.store, freeze)
  await forAll(everyDocument(source), async (document) => {
    await write(target.store, document)
    progress.count({ documents: 1 })
  })
  // Of an earlier part of this copy, and removed in the source since.
  for await (const { kind, key, version } of everyDocument(target))
    if (!known.has(JSON.stringify([kind, key]))) await target.store.remove(kind, key, version)
}

async function write(store: Store, { kind, key, value }: Document): Promise<void> {
  const there = await store.get(kind, key)
  if (there && canonicalJson(there.value) === canonicalJson(value)) return
  await store.put(kind, key, value, there?.version ?? null)
}

async function fillChain(record: ChainRecord, source: Source, target: Target, progress: Progress): Promise<void> {
  const { chain, labels } = record
  const entries = await source.store.entries(chain)
  let there = await target.store.record(chain)
  const seq = there?.seq ?? 0
  if (there && there.head !== (entries[seq - 1]?.hash ?? ''))
    throw new Complaint(`chain ${chain} in the target is another one: copy into an empty store`)
  const unsettled = { chain, status: COPYING, dueAt: null }
  for (const page of there ? pagesOf(entries.slice(seq)) : atLeastOne(pagesOf(entries))) {
    there = await target.store.append({ ...unsettled, version: there?.version ?? null, entries: page, labels })
    progress.count({ entries: page.length })
  }
  for (const id of await source.all.evidenceIds(chain)) {
    const bytes = await source.store.evidence(chain, id)
    const copied = await target.store.evidence(chain, id)
    if (!bytes || (copied && Buffer.compare(bytes, copied) === 0)) continue
    const version = there?.version ?? null
    there = await target.store.append({ ...unsettled, version, entries: [], evidence: [{ id, bytes }] })
    progress.count({ artefacts: 1 })
  }
  await target.into.settle(record)
  progress.count({ chains: 1 })
}

/** A chain without entries is made all the same. */
const atLeastOne = (pages: readonly (readonly Entry[])[]): readonly (readonly Entry[])[] =>
  pages.length > 0 ? pages : [[]]

function pagesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const pages: Entry[][] = []
  let length = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    if (length > PAGE_LENGTH || (pages.at(-1)?.length ?? PAGE) >= PAGE) {
      pages.push([])
      length = 0
    }
    pages.at(-1)?.push(entry)
    length += JSON.stringify(entry.event).length
  }
  return pages
}

async function fillEvents(source: Source, target: Target, progress: Progress): Promise<void> {
  const there = new Map<string, boolean>()
  for await (const { id, isDone } of everyEvent(target)) there.set(id, isDone)
  await forAll(everyEvent(source), async ({ isDone, ...event }) => {
    const wasDone = there.get(event.id)
    // Whoever had it in hand is gone: the first to come works on it.
    const { id } = wasDone === undefined ? await target.store.accept(event, event.receivedAt) : event
    if (isDone && wasDone !== true) await target.store.done(id)
    progress.count({ events: 1 })
  })
}
