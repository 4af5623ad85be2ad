// Owns anchoring: every so often, and after runs have ended, one replica writes down where all chains stand (P4).
import { type Checkpoint, readCheckpoint, type Signer, type Standing, sealCheckpoint } from '../core/checkpoint.ts'
import { CONTROL_CHAIN } from '../core/control.ts'
import { OPEN } from '../core/run.ts'
import type { Instant, Millis } from '../core/values.ts'
import type { AnchorPlace } from '../ports/anchors.ts'
import { PortError } from '../ports/errors.ts'
import type { ChainRecord, Store } from '../ports/store.ts'
import { type Last, lastCheckpoint, moveOn, type Walk } from './anchor-state.ts'
import type { Deps } from './deps.ts'
import { takeTurn } from './documents.ts'
import { forget, marks } from './marking.ts'
import { sentence } from './perform/context.ts'

export interface Anchors {
  start(): void
  stop(): Promise<void>
  /** For how long the oldest end of a run waits for its checkpoint, or checkpoints have failed; 0: none does. */
  waitingMs(): Millis
}

export interface AnchorOptions {
  readonly place: AnchorPlace
  /** How often at the latest where anything changed. */
  readonly everyMs: Millis
  /** Without one the checkpoints are not signed, and say so. */
  readonly signer?: Signer | undefined
  readonly counted?: (result: 'written' | 'failed') => void
}

type Given = Pick<Deps, 'store' | 'clock' | 'log' | 'hash' | 'owner'>

/** Ends of runs are looked for so often: those that come together share a checkpoint. */
const LOOK_EVERY_MS: Millis = 60_000
/** Whoever had the turn and is gone keeps it from the others so long at least. */
const TURN_MS: Millis = 5_000
/** So much of what was there before goes into one checkpoint. */
const PAGE = 1_000
/** Nobody anchored for so long: runs may have ended unmarked, so that every chain is looked at again. */
const GONE_MS: Millis = 3_600_000
/** So often an idle runbot says that it still watches. */
const WATCHED_EVERY_MS: Millis = 600_000

/** Writes checkpoints of a store whose appends are marked (marking.ts). A place that is down delays them, nothing else. */
export function anchors(given: Given, { place, everyMs, signer, counted }: AnchorOptions): Anchors {
  const { store, clock, log, hash, owner } = given
  const stopped = new AbortController()
  const lookMs = Math.min(LOOK_EVERY_MS, everyMs)
  /** Where this replica knows open chains to be anchored. */
  let known = new Map<string, number>()
  let oldest: Instant | null = null
  let failingSince: Instant | null = null
  let loop: Promise<void> | undefined

  /** Takes over what is there under the next number already: another replica's, or one that was written before a crash. */
  const adopt = async (last: Last, text: string): Promise<void> => {
    const found = readCheckpoint(text, hash.canonicalize)
    if (found?.n !== last.n + 1 || found.prev !== last.hash)
      throw new PortError(
        'conflict',
        `checkpoint ${last.n + 1} at the place of AUDIT_ANCHORS is of another store, or was changed: verify what is there, and give this store a place of its own`,
      )
    await moveOn(store, { ...last, n: found.n, hash: hash.digest(text), at: found.at })
  }

  /** Writes one checkpoint where there is something to write; answers whether there is more at once. */
  const anchor = async (): Promise<boolean> => {
    const now = clock.now()
    const last = await lastCheckpoint(store)
    const waiting = (await marks(store)).slice(0, PAGE)
    const walk: Walk | null = now - last.watchedAt > GONE_MS ? { before: null } : last.walk
    const page = walk && (await store.list({ limit: PAGE, ...(walk.before ? { before: walk.before } : {}) }))
    const marked = await Promise.all(waiting.map(({ chain }) => store.record(chain)))
    const current = await currentRecords(store)
    const fresh = current.filter(({ chain, seq }) => known.get(chain) !== seq)
    const chains = standingsOf([...marked, ...fresh, ...(page ?? [])])
    const next: Walk | null = page?.length ? { before: placeOf(page.at(-1) as ChainRecord) } : null
    if (chains.length === 0) {
      if (walk !== last.walk || next !== last.walk || now - last.watchedAt > WATCHED_EVERY_MS)
        await moveOn(store, { ...last, walk: next, watchedAt: now })
      await forget(store, waiting, now)
      return false
    }
    const n = last.n + 1
    const text = sealCheckpoint({ n, at: now, prev: last.hash, chains }, signer, hash.canonicalize)
    if ((await place.write(n, text, stopped.signal)) === 'taken') {
      const there = await place.read(n, stopped.signal)
      if (there === undefined) throw new PortError('unavailable', `checkpoint ${n} is there, and cannot be read`)
      if (there !== text) {
        await adopt({ ...last, walk }, there)
        return true
      }
    }
    await moveOn(store, { n, hash: hash.digest(text), at: now, walk: next, watchedAt: now })
    await forget(store, waiting, now, new Map(chains.map((each) => [each.chain, each.seq])))
    known = new Map(current.map(({ chain, seq }) => [chain, seq]))
    counted?.('written')
    return next !== null || waiting.length === PAGE
  }

  const look = async (): Promise<void> => {
    const now = clock.now()
    const waiting = await marks(store)
    oldest = waiting.reduce<Instant | null>((first, { at }) => Math.min(first ?? at, at), null)
    const last = await lastCheckpoint(store)
    const isDue = waiting.length > 0 || last.walk !== null || now - last.at >= everyMs
    if (!isDue || !(await takeTurn(store, 'anchors', owner, now, Math.max(2 * lookMs, TURN_MS)))) return
    while (!stopped.signal.aborted && (await anchor()));
    oldest = null
  }

  const round = async (): Promise<void> => {
    try {
      await look()
      if (failingSince !== null) log.info({}, 'the audit trail is anchored again')
      failingSince = null
    } catch (error) {
      if (stopped.signal.aborted) return
      counted?.('failed')
      // Once, and not once a minute: the metric tells for how long.
      if (failingSince === null) log.error({ reason: sentence(error) }, 'the audit trail cannot be anchored now')
      failingSince ??= clock.now()
    }
  }

  return {
    start() {
      loop ??= (async () => {
        while (!stopped.signal.aborted) {
          await clock.sleep(lookMs, stopped.signal)
          if (!stopped.signal.aborted) await round()
        }
      })()
    },
    async stop() {
      stopped.abort()
      await loop
    },
    waitingMs() {
      const since = [oldest, failingSince].filter((at) => at !== null)
      return since.length === 0 ? 0 : Math.max(0, clock.now() - Math.min(...since))
    },
  }
}

/** The chains that may grow unmarked: those of open runs, and the control chain. */
async function currentRecords(store: Store): Promise<readonly ChainRecord[]> {
  const control = await store.record(CONTROL_CHAIN)
  const found: ChainRecord[] = control ? [control] : []
  let before: ChainRecord | undefined
  for (;;) {
    const page = await store.list({ statuses: OPEN, limit: PAGE, ...(before ? { before } : {}) })
    found.push(...page)
    before = page.at(-1)
    if (before === undefined) return found
  }
}

/** The newest of each chain, by name. */
function standingsOf(records: readonly (ChainRecord | undefined)[]): Checkpoint['chains'] {
  const newest = new Map<string, Standing>()
  for (const record of records)
    if (record && record.seq > (newest.get(record.chain)?.seq ?? 0))
      newest.set(record.chain, { chain: record.chain, seq: record.seq, head: record.head })
  return [...newest.values()].toSorted((a, b) => (a.chain < b.chain ? -1 : 1))
}

const placeOf = ({ createdAt, chain }: ChainRecord): NonNullable<Walk['before']> => ({ createdAt, chain })
