// Owns `npm run audit -- verify`: every chain of the store, by itself and against the checkpoints that saw it (P4).
import { canonicalJson, sha256Hex } from '../../adapters/store/hashing.ts'
import { type ChainVerdict, verifyChain } from '../../core/audit.ts'
import { anchorMisfit } from '../../core/checkpoint.ts'
import { isPortError } from '../../ports/errors.ts'
import type { ChainRecord, Entry, Store } from '../../ports/store.ts'
import { type Output, printable } from '../terminal.ts'
import { type Evidence, timeOf } from './evidence.ts'

const PAGE = 500
// A chain that is written to between its readings is read again; after so many, what was there at first is checked.
const READINGS = 5
const hashing = { canonicalize: canonicalJson, digest: sha256Hex }

/** Prints what does not hold, a line each, then the sum; answers the exit code. Rejects where the store does not answer. */
export async function verify(store: Store, evidence: Evidence, { out }: Output): Promise<0 | 1> {
  const { seen, problems, notes, anchored } = evidence
  let [chains, entries, bad, newer] = [0, 0, 0, 0]
  const found = new Set<string>()
  const report = (chain: string, reason: string) => {
    bad += 1
    out(printable(`chain ${chain}: ${reason}`))
  }
  for await (const record of everyRecord(store)) {
    const { chain } = record
    const { verdict, known } = await check(store, record)
    chains += 1
    entries += known.length
    found.add(chain)
    if (!verdict.ok) {
      report(chain, verdict.seq > 0 ? `entry ${verdict.seq}: ${verdict.reason}` : verdict.reason)
      continue
    }
    const anchors = seen.get(chain) ?? []
    const { length } = known
    const misfit = anchorMisfit(anchors, { length, hashAt: (seq) => known[seq - 1]?.hash }, timeOf)
    if (misfit !== undefined) report(chain, misfit)
    else if (length > (anchors.at(-1)?.seq ?? 0)) newer += 1
  }
  for (const chain of await store.orphans()) {
    found.add(chain)
    report(chain, 'it has entries but no record: the record was deleted')
  }
  for (const [chain, anchors] of seen) {
    const gone = found.has(chain) ? undefined : anchorMisfit(anchors, { length: 0, hashAt: () => undefined }, timeOf)
    if (gone !== undefined) report(chain, gone)
  }
  for (const problem of problems) out(printable(problem))
  for (const note of notes) out(printable(note))
  if (anchored !== undefined && newer > 0)
    out(`${counted(newer, 'chain has', 'chains have')} entries that no checkpoint holds yet`)
  const checked = `checked ${counted(chains, 'chain', 'chains')}, ${counted(entries, 'entry', 'entries')}`
  const wrong = [
    ...(bad > 0 ? [`${counted(bad, 'chain is', 'chains are')} not consistent`] : []),
    ...(problems.length > 0 ? ['the checkpoints do not hold'] : []),
  ]
  out(`${checked}: ${wrong.length > 0 ? wrong.join(', ') : `consistent, ${anchored ?? 'not anchored'}`}`)
  return wrong.length === 0 ? 0 : 1
}

async function* everyRecord(store: Store): AsyncGenerator<ChainRecord> {
  let page = await store.list({ limit: PAGE })
  while (page.length > 0) {
    yield* page
    page = await store.list({ limit: PAGE, before: page.at(-1) as ChainRecord })
  }
}

interface Checked {
  readonly verdict: ChainVerdict
  readonly known: readonly Entry[]
}

/** Record and entries change together, so entries that were read between two equal records are those of that record. */
async function check(store: Store, listed: ChainRecord): Promise<Checked> {
  const { chain } = listed
  let record = listed
  for (let reading = 1; ; reading += 1) {
    const { entries, broken } = await readable(store, chain)
    const after = (await store.record(chain)) ?? record
    const isSettled = after.seq === record.seq
    if (isSettled || reading === READINGS) {
      const known = isSettled ? entries : entries.slice(0, record.seq)
      const head = broken ? undefined : { seq: record.seq, hash: record.head }
      const verdict = verifyChain(known, hashing, head)
      return { verdict: verdict.ok && broken ? broken : verdict, known: entries }
    }
    record = after
  }
}

/** The entries up to the first one whose text somebody broke, and that one's verdict. */
async function readable(
  store: Store,
  chain: string,
): Promise<{ entries: readonly Entry[]; broken?: ChainVerdict & { ok: false } }> {
  try {
    return { entries: await store.entries(chain) }
  } catch (error) {
    if (!isPortError(error, 'malformed')) throw error
  }
  const entries: Entry[] = []
  for (;;) {
    const seq = (entries.at(-1)?.seq ?? 0) + 1
    try {
      const [entry] = await store.entries(chain, seq, 1)
      if (!entry) return { entries }
      entries.push(entry)
    } catch (error) {
      if (!isPortError(error, 'malformed')) throw error
      return { entries, broken: { ok: false, seq, reason: 'its content is not JSON any more: it was changed' } }
    }
  }
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
