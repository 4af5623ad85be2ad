// Owns how a surface is told: a durable cursor over the run log, advanced event by event, delayed only by itself (P6).
import { emptyRun, evolve } from '../../core/evolve.ts'
import type { Run, RunEvent } from '../../core/run.ts'
import { type Instant, isObject, type JsonObject, type Millis } from '../../core/values.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Entry } from '../../ports/store.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'

export interface Surface {
  readonly name: string
  /** Tells what is recorded and not yet told. Answers when to come back; Infinity: when there is news. */
  deliver(run: string, hold: Hold): Promise<Instant>
}

/** The lease under which a run is told: one replica at a time speaks of it. */
export interface Hold {
  readonly signal: AbortSignal
  /** Of this lease: while it lasts nobody else tells anything. */
  readonly fence: number
  /** Whether the lease certainly lasts, also after this process stood still for a while. */
  readonly isMine: () => boolean
}

/** What a surface keeps between deliveries. `attempting` is set before something that cannot be repeated unseen. */
export interface Cursor {
  readonly seq: number
  readonly attempting: number
  readonly failures: number
  readonly notBefore: Instant
  readonly dead: string | null
  readonly data: JsonObject
}

export interface Telling {
  /** The state right after the entry. */
  readonly run: Run
  /** The state now. */
  readonly newest: Run
  readonly entry: Entry
  readonly cursor: Cursor
  /** An earlier try to tell this entry may have got through. */
  readonly maybeTold: boolean
  /** Right before what may be repeated is sent: throws where the lease may have run out, for another one tells by then. */
  readonly still: () => void
  /** Writes that something unrepeatable is about to be tried, with what is known so far. */
  attempt(data?: JsonObject): Promise<void>
}

const BACKOFF_MS: readonly Millis[] = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000]
/** With the back-off some six minutes: an alert looks for it (infra/alerts). */
const STAYS_DOWN = 10
const REMEMBERED = 2000
/** More follows soon by itself: where there was nothing to tell, the way is not worth a commit of its own yet. */
const GOES_ON: ReadonlySet<string> = new Set(['proposed', 'executing', 'verifying', 'rollingBack'])
const START: Cursor = { seq: 0, attempting: 0, failures: 0, notBefore: 0, dead: null, data: {} }

/** A cursor as it is by now, and as it was stored last: what may be lost is not stored each time. */
interface Kept {
  readonly fence: number
  readonly version: number | null
  readonly cursor: Cursor
  readonly saved: Cursor
}

export interface SurfaceKind {
  readonly name: string
  /** Which errors nothing mends. */
  readonly isFinal: (error: PortError, failures: number) => boolean
  /** It tells one thing at a time, so what certainly did not get through is no repeat the next time. */
  readonly oneAtATime?: boolean
  /** It looks whether something stands already before it tells it again: that it was told need not be on disk at once. */
  readonly looksFirst?: boolean
  /** What `settle` does it may do again: that it was done need not be on disk while the run goes on. */
  readonly redraws?: boolean
  /** Tells one entry and answers what to keep. */
  readonly tell: (telling: Telling) => Promise<JsonObject>
  /** Called when everything was told; it may redraw. `at`: when to be called again, although there is no news. */
  readonly settle?: (
    run: Run,
    cursor: Cursor,
    still: Telling['still'],
  ) => Promise<{ readonly data: JsonObject; readonly at?: Instant }>
}

/** A surface of this kind, with its cursor and its back-off. */
export function surface(deps: Deps, journal: Journal, kind: SurfaceKind): Surface {
  const { name, isFinal, tell, settle } = kind
  const { store, clock, log, meter } = deps
  /**
   * Runs as they were right after the entry that was looked at last, so that a log is not read from its beginning each
   * time, and the version of the cursor by then: while it stays the same, nobody else has told anything.
   */
  const known = new Map<string, { readonly run: Run; readonly version: number | null }>()
  const remember = (run: Run, version: number | null) => {
    known.delete(run.id)
    if (run.finished) return
    known.set(run.id, { run, version })
    for (const oldest of known.keys()) {
      if (known.size <= REMEMBERED) break
      known.delete(oldest)
    }
  }

  /** Cursors as they were read or written under a lease: nobody else writes them while it lasts. */
  const cursors = new Map<string, Kept>()
  const cursorOf = async (key: string, fence: number): Promise<Kept> => {
    const kept = cursors.get(key)
    if (kept?.fence === fence) return kept
    const document = await store.get('cursor', key)
    const cursor = isObject(document?.value) ? (document.value as unknown as Cursor) : START
    return { fence, version: document?.version ?? null, cursor, saved: cursor }
  }
  const keep = (key: string, kept: Kept) => {
    cursors.delete(key)
    cursors.set(key, kept)
    for (const oldest of cursors.keys()) {
      if (cursors.size <= REMEMBERED) break
      cursors.delete(oldest)
    }
  }

  const deliverAll = async (id: string, { signal, isMine, fence }: Hold): Promise<Instant> => {
    const key = `${id}:${name}`
    const found = await cursorOf(key, fence)
    let { version, saved } = found
    const before = known.get(id)
    // Entries that had nothing to tell were passed without a write.
    const passed = before && before.version === version ? before.run.seq : 0
    let cursor = passed > found.cursor.seq ? { ...found.cursor, seq: passed } : found.cursor
    let raced = false
    const save = async (next: Cursor) => {
      try {
        version = (await store.put('cursor', key, { ...next }, version)).version
      } catch (error) {
        raced = isPortError(error, 'conflict')
        // Whether it was written is read next time.
        cursors.delete(key)
        throw error
      }
      cursor = next
      saved = next
      keep(key, { fence, version, cursor, saved })
    }
    /** A process that stood still must not speak once it goes on: another one does by then. */
    const still = () => {
      if (isMine()) return
      raced = true
      throw new PortError('conflict', 'the lease of this run ran out meanwhile')
    }
    const attempt = async (next: Cursor) => {
      await save(next)
      still()
    }
    if (cursor.dead !== null) return Number.POSITIVE_INFINITY
    if (cursor.notBefore > clock.now()) return cursor.notBefore
    let loaded = await journal.last(id)
    if (!loaded) return Number.POSITIVE_INFINITY
    let attemptedBefore = cursor.attempting
    let owesSave = saved.failures > 0
    let againAt = Number.POSITIVE_INFINITY
    try {
      let run = before && before.run.seq <= cursor.seq ? before.run : emptyRun(id)
      const entries = run.seq < loaded.run.seq ? await journal.seenEntries(id, run.seq + 1) : []
      for (const entry of entries) {
        if (signal.aborted) break
        run = evolve(run, entry.event as unknown as RunEvent, entry.at)
        if (entry.seq <= cursor.seq) continue
        attemptedBefore = cursor.attempting
        const data = await tell({
          run,
          newest: loaded.run.seq < run.seq ? run : loaded.run,
          entry,
          cursor,
          maybeTold: cursor.attempting === entry.seq,
          still,
          attempt: (kept) => attempt({ ...cursor, attempting: entry.seq, data: kept ?? cursor.data }),
        })
        const { seq } = entry
        meter.told(name, 'ok', clock.now() - entry.at)
        const isLater = kind.looksFirst && data === cursor.data && GOES_ON.has(run.status)
        if (isLater) cursor = { ...cursor, seq, failures: 0, notBefore: 0 }
        else if (cursor.attempting === seq || data !== cursor.data || cursor.failures > 0) {
          await save({ ...cursor, seq, failures: 0, notBefore: 0, data })
          // Telling takes time, and the run went on meanwhile.
          loaded = (await journal.last(id)) ?? loaded
        } else cursor = { ...cursor, seq }
        keep(key, { fence, version, cursor, saved })
        remember(run, version)
      }
      if (loaded.run.seq < cursor.seq) loaded = (await journal.last(id)) ?? loaded
      if (settle && loaded.run.seq === cursor.seq && !signal.aborted) {
        const settled = await settle(loaded.run, cursor, still)
        owesSave ||= settled.data !== cursor.data && !kind.redraws
        if (settled.data !== cursor.data) cursor = { ...cursor, data: settled.data }
        againAt = settled.at ?? Number.POSITIVE_INFINITY
      }
      // Where nothing was ever told there is nothing to store.
      const isWorth = !GOES_ON.has(loaded.run.status) && (version !== null || cursor.data !== START.data)
      if (cursor !== saved && (owesSave || isWorth)) await save({ ...cursor, failures: 0 })
      else keep(key, { fence, version, cursor, saved })
      remember(run, version)
      if (signal.aborted) return clock.now()
      return loaded.run.seq > cursor.seq ? clock.now() : againAt
    } catch (error) {
      // Another process tells this run by now; an outside system's own conflict only delays this surface.
      if (!isPortError(error) || raced) throw error
      meter.told(name, 'failed')
      const failures = cursor.failures + 1
      const backoff = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? 60_000
      const final = isFinal(error, failures)
      const notBefore = clock.now() + Math.max(error.retryAfterMs ?? 0, backoff)
      const attempting = kind.oneAtATime && !error.mayHaveHappened ? attemptedBefore : cursor.attempting
      await save({ ...cursor, attempting, failures, notBefore, dead: final ? error.message : null })
      const fields = { run: id, surface: name, seq: cursor.seq, failures, reason: error.message }
      if (final) log.error(fields, 'this surface refuses for good: nothing more of this run is told there')
      else if (failures === 1) log.warn(fields, 'this surface is down, its copy waits')
      else if (failures === STAYS_DOWN) log.error(fields, 'this surface stays down, its copy still waits')
      return final ? Number.POSITIVE_INFINITY : notBefore
    }
  }
  return { name, deliver: deliverAll }
}
