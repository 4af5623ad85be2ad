// Owns the proof of a copy: that every chain of the source holds, and that source and target say the same.
import { hash } from 'node:crypto'
import { canonicalJson, sha256Hex } from '../../adapters/store/hashing.ts'
import { verifyChain } from '../../core/audit.ts'
import type { Json } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import type { ChainRecord, Document, Entry, Store } from '../../ports/store.ts'
import type { StoredEvent } from '../../ports/store-transfer.ts'
import { checkFree } from './at-rest.ts'
import { everyDocument, everyEvent, everyRecord, forAll } from './everything.ts'
import type { Source } from './open.ts'
import type { Progress } from './progress.ts'

/** What a person must know of a difference, one line each. */
export type Report = (line: string) => void

const hashing = { canonicalize: canonicalJson, digest: sha256Hex }
const digest = (value: unknown): string => sha256Hex(canonicalJson(value as Json))

/**
 * Checks every chain of a store at rest, and reports those that do not hold (P4). Answers what tells this store from others:
 * the hash of the first entry that it ever had.
 */
export async function verifySource(source: Source, progress: Progress, report: Report): Promise<string> {
  let oldest: { readonly createdAt: number; readonly hash: string } | undefined
  progress.begin('checking the source')
  await forAll(everyRecord(source.store), async (record) => {
    checkFree(record, source)
    const entries = await readable(source.store, record, report)
    if (!entries) return
    const first = { createdAt: record.createdAt, hash: entries[0]?.hash ?? '' }
    if (!oldest || [first, oldest].toSorted(byAge)[0] === first) oldest = first
    progress.count({ chains: 1, entries: entries.length })
  })
  for (const chain of await source.store.orphans())
    report(`chain ${chain}: it has entries but no record: the record was deleted`)
  return oldest?.hash ?? ''
}

const byAge = (a: { createdAt: number; hash: string }, b: { createdAt: number; hash: string }): number =>
  a.createdAt - b.createdAt || (a.hash < b.hash ? -1 : 1)

/** The entries of a chain that holds; undefined where it does not, which is reported. */
async function readable(store: Store, { chain, seq, head }: ChainRecord, report: Report) {
  let entries: readonly Entry[]
  try {
    entries = await store.entries(chain)
  } catch (error) {
    if (!isPortError(error, 'malformed')) throw error
    return report(`chain ${chain}: ${error.message}`)
  }
  const verdict = verifyChain(entries, hashing, { seq, hash: head })
  if (verdict.ok) return entries
  return report(`chain ${chain}: ${verdict.seq > 0 ? `entry ${verdict.seq}: ` : ''}${verdict.reason}`)
}

/** Compares all that both hold, both ways, and reports each difference. */
export async function compare(source: Source, target: Source, progress: Progress, report: Report): Promise<void> {
  progress.begin('comparing')
  const chains = new Set<string>()
  await forAll(everyRecord(source.store), async (record) => {
    chains.add(record.chain)
    await compareChain(record, source, target, progress, report)
  })
  for await (const { chain } of everyRecord(target.store))
    if (!chains.has(chain)) report(`chain ${chain}: it is in the target alone`)
  const event = ({ id, ...rest }: StoredEvent) => [`intake event ${id}`, digest([id, rest])] as const
  progress.count({ events: await compareAll(everyEvent(source), everyEvent(target), event, report) })
  const document = ({ kind, key, value }: Document) => [`${kind} document ${key}`, digest(value)] as const
  progress.count({ documents: await compareAll(everyDocument(source), everyDocument(target), document, report) })
}

async function compareChain(
  record: ChainRecord,
  source: Source,
  target: Source,
  progress: Progress,
  report: Report,
): Promise<void> {
  const { chain } = record
  const copied = await target.store.record(chain)
  if (!copied) return report(`chain ${chain}: it is not in the target`)
  if (digest(lasting(record)) !== digest(lasting(copied))) report(`chain ${chain}: its record differs`)
  if (copied.fence <= record.fence || copied.version <= record.version)
    report(`chain ${chain}: an old worker could pass for a new one`)
  const [mine, theirs] = [
    await readable(source.store, record, report),
    await readable(target.store, copied, (line) => report(`in the target, ${line}`)),
  ]
  if (!mine || !theirs) return
  const differs = mine.find((entry, index) => entry.hash !== theirs[index]?.hash)
  if (differs || mine.length !== theirs.length) report(`chain ${chain}: entry ${differs?.seq ?? mine.length} differs`)
  const [ids, idsThere] = [await source.all.evidenceIds(chain), await target.all.evidenceIds(chain)]
  for (const id of new Set([...ids, ...idsThere])) {
    const [here, there] = [await source.store.evidence(chain, id), await target.store.evidence(chain, id)]
    if (!here || !there || bytesOf(here) !== bytesOf(there)) report(`chain ${chain}: its evidence ${id} differs`)
  }
  progress.count({ chains: 1, entries: mine.length, artefacts: ids.length })
}

const bytesOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex')

/** What a record says for good: neither who holds it nor how often it was written. */
const lasting = ({ chain, status, seq, head, dueAt, createdAt, wakes, labels }: ChainRecord) =>
  [chain, status, seq, head, dueAt, createdAt, wakes, labels] as const

/** Answers how many the source has. A digest of each is kept in memory, some hundred bytes. */
async function compareAll<T>(
  source: AsyncGenerator<T>,
  target: AsyncGenerator<T>,
  read: (item: T) => readonly [name: string, digest: string],
  report: Report,
): Promise<number> {
  const known = new Map<string, string>()
  for await (const item of source) known.set(...read(item))
  const count = known.size
  for await (const item of target) {
    const [name, found] = read(item)
    if (!known.has(name)) report(`${name}: it is in the target alone`)
    else if (known.get(name) !== found) report(`${name}: it differs`)
    known.delete(name)
  }
  for (const name of known.keys()) report(`${name}: it is not in the target`)
  return count
}
