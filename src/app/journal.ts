// Owns reading and writing run logs: load and fold, decide and append, with the hash chain and the race handled.
import { linkEntries } from '../core/audit.ts'
import { CONTROL_CHAIN, type ControlEvent } from '../core/control.ts'
import { emptyRun, evolve } from '../core/evolve.ts'
import type { Run, RunEvent } from '../core/run.ts'
import type { Instant, Json } from '../core/values.ts'
import type { Refusal, Verdict } from '../core/verdict.ts'
import { isPortError } from '../ports/errors.ts'
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
  load(id: string): Promise<Loaded | undefined>
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
  entries(id: string, fromSeq: number): Promise<readonly Entry[]>
  /** Is called after every append to a run's log. */
  onAppend(listener: (id: string, events: readonly RunEvent[]) => void): void
}

const RACES = 20
const REMEMBERED = 500

export function journal(
  deps: Pick<Deps, 'store' | 'clock' | 'hash'> & { readonly settings: Pick<Settings, 'leaseMs'> },
): Journal {
  const { store, clock, hash, settings } = deps
  const folded = new Map<string, Run>()
  const listeners: ((id: string, events: readonly RunEvent[]) => void)[] = []

  const remember = (run: Run) => {
    folded.delete(run.id)
    folded.set(run.id, run)
    for (const oldest of folded.keys()) {
      if (folded.size <= REMEMBERED) break
      folded.delete(oldest)
    }
  }

  const fold = async (record: ChainRecord): Promise<Run> => {
    const known = folded.get(record.chain)
    let run = known && known.seq <= record.seq ? known : emptyRun(record.chain)
    if (run.seq < record.seq)
      for (const entry of await store.entries(record.chain, run.seq + 1))
        if (entry.seq <= record.seq) run = evolve(run, entry.event as unknown as RunEvent, entry.at)
    remember(run)
    return run
  }

  const load = async (id: string): Promise<Loaded | undefined> => {
    const record = await store.record(id)
    return record && { record, run: await fold(record) }
  }

  const link = (chain: string, head: { seq: number; head: string }, at: Instant, events: readonly unknown[]) =>
    linkEntries(
      chain,
      { seq: head.seq, hash: head.head },
      events.map((event) => ({ at, event: event as Json })),
      hash.canonicalize,
      hash.digest,
    )

  const transact: Journal['transact'] = async (id, decide, fence, evidence) => {
    for (let attempt = 1; ; attempt += 1) {
      const loaded = await load(id)
      if (!loaded) return { ok: false, refusal: { reason: `there is no run ${id}` }, run: null }
      const { record, run } = loaded
      const at = clock.now()
      const verdict = decide(run, at)
      if (!verdict.ok) return { ...verdict, run }
      if (verdict.events.length === 0) return { ok: true, run, record, events: [] }
      const next = verdict.events.reduce((state, event) => evolve(state, event, at), run)
      try {
        const written = await store.append({
          chain: id,
          version: record.version,
          ...(fence === undefined ? {} : { fence, leaseUntil: at + settings.leaseMs }),
          entries: link(id, record, at, verdict.events),
          status: next.status,
          dueAt: at,
          ...(evidence ? { evidence } : {}),
        })
        remember(next)
        for (const listener of listeners) listener(id, verdict.events)
        return { ok: true, run: next, record: written, events: verdict.events }
      } catch (error) {
        if (!isPortError(error, 'conflict') || attempt >= RACES) throw error
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
    onAppend: (listener) => void listeners.push(listener),
    entries: (id, fromSeq) => store.entries(id, fromSeq),
    transact: (id, ...given) => inTurn(id, () => transact(id, ...given)),

    async create(id, events, labels) {
      const at = clock.now()
      const run = events.reduce((state, event) => evolve(state, event, at), emptyRun(id))
      try {
        await store.append({
          chain: id,
          version: null,
          entries: link(id, { seq: 0, head: '' }, at, events),
          status: run.status,
          dueAt: at,
          labels,
        })
      } catch (error) {
        if (isPortError(error, 'conflict')) return false
        throw error
      }
      remember(run)
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
