// Owns reading and writing run logs: load and fold, decide and append, with the hash chain and the race handled.
import { linkEntries } from '../core/audit.ts'
import { CONTROL_CHAIN, type ControlEvent } from '../core/control.ts'
import { emptyRun, evolve } from '../core/evolve.ts'
import { isRunEvent } from '../core/log-format.ts'
import type { Run, RunEvent } from '../core/run.ts'
import type { Instant, Json } from '../core/values.ts'
import type { Refusal, Verdict } from '../core/verdict.ts'
import { isPortError, PortError } from '../ports/errors.ts'
import type { Artefact, ChainRecord, Entry } from '../ports/store.ts'
import type { Deps, Settings } from './deps.ts'

export interface Loaded {
  readonly record: ChainRecord
  readonly run: Run
}

export type Transacted =
  | { readonly ok: true; readonly run: Run; readonly record: ChainRecord; readonly events: readonly RunEvent[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly run: Run | null }

export interface Journal {
  /** A run as the store has it. */
  load(id: string): Promise<Loaded | undefined>
  /**
   * A run as this process saw it last, or as the store has it. For whoever holds its lease: what others write meanwhile is
   * seen by the watch over the lease, and what is decided on it is written only if nothing was.
   */
  last(id: string): Promise<Loaded | undefined>
  /** Takes note of a record that was read. */
  see(record: ChainRecord): Promise<Loaded>
  /** Decides on the newest state and appends; a lost race is decided again. With a fence, a lost lease is a PortError. */
  transact(
    id: string,
    decide: (run: Run, at: Instant) => Verdict,
    fence?: number,
    evidence?: readonly Artefact[],
  ): Promise<Transacted>
  /** Creates the run; false when it exists already (P8). */
  create(id: string, events: readonly RunEvent[], labels: { readonly [name: string]: string }): Promise<boolean>
  /** Appends to the control chain. */
  control(event: ControlEvent): Promise<void>
  /** As the store has them. */
  entries(id: string, fromSeq: number): Promise<readonly Entry[]>
  /** The entries from one on to the last one that this process saw. */
  seenEntries(id: string, fromSeq: number): Promise<readonly Entry[]>
  /** Is called after every append to a run's log. */
  onAppend(listener: (id: string, events: readonly RunEvent[]) => void): void
}

const RACES = 20
const REMEMBERED = 500
/** Entries of a run that are kept for its surfaces, which are told within moments; older ones are read again. */
const TAIL = 100

interface Known extends Loaded {
  /** The last entries, without a gap. */
  readonly tail: readonly Entry[]
}

export function journal(
  deps: Pick<Deps, 'store' | 'clock' | 'hash'> & { readonly settings: Pick<Settings, 'leaseMs'> },
): Journal {
  const { store, clock, hash, settings } = deps
  const known = new Map<string, Known>()
  const listeners: ((id: string, events: readonly RunEvent[]) => void)[] = []

  const remember = (record: ChainRecord, run: Run, entries: readonly Entry[]): Known => {
    const before = known.get(run.id)
    // A slower read of an older state must not undo a newer one.
    if (before && before.record.version > record.version) return before
    const follows = before?.tail.at(-1)?.seq === (entries[0]?.seq ?? 0) - 1
    const tail = entries.length === 0 ? (before?.tail ?? []) : follows ? [...(before?.tail ?? []), ...entries] : entries
    const next = { record, run, tail: tail.slice(-TAIL) }
    known.delete(run.id)
    known.set(run.id, next)
    for (const oldest of known.keys()) {
      if (known.size <= REMEMBERED) break
      known.delete(oldest)
    }
    return next
  }

  const see = async (record: ChainRecord): Promise<Loaded> => {
    const before = known.get(record.chain)
    let run = before && before.run.seq <= record.seq ? before.run : emptyRun(record.chain)
    const entries = run.seq < record.seq ? await store.entries(record.chain, run.seq + 1) : []
    const fresh = entries.filter(({ seq }) => seq <= record.seq)
    for (const { event, at, seq } of fresh) {
      if (!isRunEvent(event))
        throw new PortError(
          'malformed',
          `entry ${seq} of run ${record.chain} was written by a newer runbot: run that one`,
        )
      run = evolve(run, event, at)
    }
    // A log that is shorter than its record says is one that was cut, or not read whole: nothing is decided on it.
    if (run.seq !== record.seq)
      throw new PortError('unavailable', `the log of ${record.chain} has ${run.seq} of ${record.seq} entries`)
    return remember(record, run, fresh)
  }

  const load = async (id: string): Promise<Loaded | undefined> => {
    const record = await store.record(id)
    return record && see(record)
  }
  const last = async (id: string): Promise<Loaded | undefined> => known.get(id) ?? load(id)

  const link = (chain: string, head: { seq: number; head: string }, at: Instant, events: readonly unknown[]) =>
    linkEntries(
      chain,
      { seq: head.seq, hash: head.head },
      events.map((event) => ({ at, event: event as Json })),
      hash.canonicalize,
      hash.digest,
    )

  const transact: Journal['transact'] = async (id, decide, fence, evidence) => {
    // What was seen last may be old: nothing is refused, or left out, by it, and a write by it is refused.
    let isFresh = !known.has(id)
    for (let attempt = 1; ; attempt += 1) {
      const loaded = await (isFresh ? load(id) : last(id))
      if (!loaded) return { ok: false, refusal: { reason: `there is no run ${id}` }, run: null }
      const { record, run } = loaded
      const at = clock.now()
      const verdict = decide(run, at)
      if (!isFresh && (!verdict.ok || verdict.events.length === 0)) {
        isFresh = true
        continue
      }
      if (!verdict.ok) return { ...verdict, run }
      if (verdict.events.length === 0) return { ok: true, run, record, events: [] }
      const next = verdict.events.reduce((state, event) => evolve(state, event, at), run)
      const entries = link(id, record, at, verdict.events)
      try {
        const written = await store.append({
          chain: id,
          version: record.version,
          ...(fence === undefined ? {} : { fence, leaseUntil: at + settings.leaseMs }),
          entries,
          status: next.status,
          dueAt: at,
          ...(evidence ? { evidence } : {}),
        })
        remember(written, next, entries)
        for (const listener of listeners) listener(id, verdict.events)
        return { ok: true, run: next, record: written, events: verdict.events }
      } catch (error) {
        // Whether it was written is read next time.
        known.delete(id)
        if (!isPortError(error, 'conflict') || attempt >= RACES) throw error
        isFresh = true
        if (fence !== undefined && (await store.record(id))?.fence !== fence) throw error
      }
    }
  }

  /** What this process writes to one run is written one after the other: racing with oneself is only lost time. */
  const turns = new Map<string, Promise<unknown>>()
  const inTurn = <T>(id: string, act: () => Promise<T>): Promise<T> => {
    const before = turns.get(id) ?? Promise.resolve()
    const mine = before.then(act, act)
    const settled = mine.catch(() => undefined).finally(() => turns.get(id) === settled && turns.delete(id))
    turns.set(id, settled)
    return mine
  }

  return {
    load,
    last,
    see,
    onAppend: (listener) => void listeners.push(listener),
    entries: (id, fromSeq) => store.entries(id, fromSeq),
    seenEntries: async (id, fromSeq) => {
      const tail = known.get(id)?.tail ?? []
      const isThere = tail.length > 0 && (tail[0]?.seq ?? 0) <= fromSeq
      return isThere ? tail.filter(({ seq }) => seq >= fromSeq) : store.entries(id, fromSeq)
    },
    transact: (id, ...given) => inTurn(id, () => transact(id, ...given)),

    async create(id, events, labels) {
      const at = clock.now()
      const run = events.reduce((state, event) => evolve(state, event, at), emptyRun(id))
      const entries = link(id, { seq: 0, head: '' }, at, events)
      try {
        const written = await store.append({
          chain: id,
          version: null,
          entries,
          status: run.status,
          dueAt: at,
          labels,
        })
        remember(written, run, entries)
      } catch (error) {
        if (isPortError(error, 'conflict')) return false
        throw error
      }
      for (const listener of listeners) listener(id, events)
      return true
    },

    async control(event) {
      for (let attempt = 1; ; attempt += 1) {
        const record = await store.record(CONTROL_CHAIN)
        try {
          await store.append({
            chain: CONTROL_CHAIN,
            version: record?.version ?? null,
            entries: link(CONTROL_CHAIN, record ?? { seq: 0, head: '' }, clock.now(), [event]),
            status: 'control',
            dueAt: null,
          })
          return
        } catch (error) {
          if (!isPortError(error, 'conflict') || attempt >= RACES) throw error
        }
      }
    },
  }
}
