// Owns what people are told of a cause with many members: exact counts, coalesced, in its run, else on its incident.
import type { Member } from '../core/informed.ts'
import type { Run, RunEvent } from '../core/run.ts'
import { type Cause, type Counts, hasNewSymptom, isTelling, isUntold, rootOf } from '../core/storm.ts'
import type { Instant, Millis } from '../core/values.ts'
import { isPortError, isTransient } from '../ports/errors.ts'
import { accounting } from './accounting.ts'
import { type AlertResult, alertLedger, type Entered, type Ledger } from './alert-ledger.ts'
import { type Causes, causes as causesOf } from './causes.ts'
import type { Deps } from './deps.ts'
import { episodeOf } from './episodes.ts'
import type { Journal } from './journal.ts'
import { type Neighbourhood, neighbourhood } from './neighbourhood.ts'
import { sentence } from './perform/context.ts'
import { plain } from './views/escape.ts'

export interface Storms {
  readonly causes: Causes
  readonly ledger: Ledger
  readonly around: Neighbourhood
  /** The run of a cause's incident, if it has one by now. */
  runOf(cause: Pick<Cause, 'incident'>): Promise<Run | undefined>
  /** A member came, or is resolved: it is entered, counted, and told when its time has come. Safe to repeat. */
  enter(
    cause: Cause | null,
    member: Member,
    event: string,
    entry: Entered,
    count: { readonly result: AlertResult; readonly reason?: string } | null,
  ): Promise<void>
  start(): void
  /** What came last is told, and accounted for, before it ends. */
  stop(): Promise<void>
}

const LOOK_MS: Millis = 5_000
/** While it grows it is told so often at least. */
const EVERY_MS: Millis = 60_000
/** When nothing has come for so long the count is told as it is. */
const CALM_MS: Millis = 5_000
const SHOWN = 20
/** Causes whose newest members this process remembers by name. */
const REMEMBERED = 500

const NONE: Counts = { members: 0, resolved: 0 }

interface Growing {
  /** As far as this process knows; exact counts come from the ledger. */
  counts: Counts
  /** When it was last looked at whether to tell. */
  asked: Counts
  lastAt: Instant
  toldAt: Instant
  newest: readonly Member[]
}

export function storms(deps: Deps, journal: Journal, reconsider: (run: string) => Promise<void>): Storms {
  const { clock, log, tickets, store } = deps
  const causes = causesOf(deps)
  const ledger = alertLedger(deps)
  const account = accounting(deps, journal)
  const stop = new AbortController()
  const growing = new Map<string, Growing>()
  let loop: Promise<void> | undefined
  let telling: Promise<void> = Promise.resolve()
  let sweptAt = 0
  /** Something came that the control chain does not tell of yet; after a start that is not known. */
  let uncounted: boolean | undefined

  const growingOf = (cause: Cause): Growing => {
    const found = growing.get(cause.key) ?? {
      counts: cause.told,
      asked: cause.told,
      lastAt: 0,
      toldAt: clock.now(),
      newest: [],
    }
    growing.delete(cause.key)
    growing.set(cause.key, found)
    for (const oldest of growing.keys()) {
      if (growing.size <= REMEMBERED) break
      growing.delete(oldest)
    }
    return found
  }

  const runOf: Storms['runOf'] = async ({ incident }) => {
    const id = incident && (await episodeOf(store, incident.sysId)).run
    return id ? (await journal.load(id))?.run : undefined
  }

  /** What the run does not know yet, as its next entry. */
  const news = (run: Run, cause: Cause, now: Counts, at: Instant): readonly RunEvent[] => {
    const { storm, suppressed } = run.knowledge
    const known = { members: storm?.members ?? 0, resolved: storm?.resolved ?? 0 }
    const symptoms = cause.symptoms.filter((each) => !storm?.symptoms.includes(each))
    if (!isUntold(known, now) && !(storm && symptoms.length > 0)) return []
    const isQuiet = suppressed !== null && suppressed.until > at
    // A quiet time never hides a resolution or a new symptom.
    if (isQuiet && symptoms.length === 0 && now.resolved <= known.resolved) return []
    const newest = growing.get(cause.key)?.newest ?? []
    const sample = [...new Map([...(storm?.sample ?? []), ...newest].map((each) => [each.key, each])).values()]
    return [{ type: 'stormGrew', ...now, sample: sample.slice(-SHOWN), root: rootOf(cause), symptoms }]
  }

  const note = async (cause: Cause, now: Counts): Promise<void> => {
    if (!cause.incident) return
    const marker = `[runbot ${cause.key}#${now.members}-${now.resolved}]`
    const root = rootOf(cause)
    const text = [
      `${now.members} alerts or incidents of this cause, ${now.resolved} resolved. Symptoms: ${plain(cause.symptoms.join(', '), 400)}`,
      ...(root ? [`Likeliest root: ${plain(root.ci, 80)}, for ${plain(root.reason, 120)}`] : []),
      marker,
    ]
    try {
      await tickets.note(cause.incident.sysId, text.join('\n'), marker, true)
    } catch (error) {
      if (isTransient(error)) throw error
      log.warn(
        { incident: cause.incident.number, reason: sentence(error) },
        'an incident does not take the note of its storm',
      )
    }
  }

  const tell = async (cause: Cause, now: Counts): Promise<void> => {
    const run = await runOf(cause)
    if (run) {
      const done = await journal.transact(run.id, (newest, at) => ({ ok: true, events: news(newest, cause, now, at) }))
      if (!done.ok || isUntold(done.run.knowledge.storm ?? NONE, now)) return
      if (now.resolved > cause.told.resolved) await reconsider(run.id)
    } else {
      // Without a run its incident is where it is told; while one is being made neither is.
      if (!cause.incident || (await episodeOf(store, cause.incident.sysId)).declined === null) return
      await note(cause, now)
    }
    await causes.change(cause.key, (each) => ({ ...each, told: { ...now, symptoms: cause.symptoms.length } }))
    growingOf(cause).toldAt = clock.now()
  }

  const sayUntold = (error: unknown): void => {
    if (!isPortError(error)) log.error({ err: error }, 'a bug kept a storm from being told')
    else log.warn({ reason: error.message }, 'a storm was not told, will be tried again')
  }

  /** `all`: also what another replica, or one that died, has left untold. */
  const look = async (all: boolean): Promise<void> => {
    const at = clock.now()
    const isDue = (cause: Cause): boolean => {
      const mine = growing.get(cause.key)
      if (all || !mine || hasNewSymptom(cause)) return all || mine !== undefined
      if (!isUntold(cause.told, mine.counts)) return false
      if (isTelling(mine.asked, mine.counts)) return true
      // Without an incident there is nowhere to tell it: the look at all of them is soon enough.
      return cause.incident !== null && (at - mine.lastAt >= CALM_MS || at - mine.toldAt >= EVERY_MS)
    }
    const counted = (await causes.all()).filter(({ counted: isCounted }) => isCounted)
    const due = counted.filter(isDue)
    // The first look after a start: what another process has left uncounted has begun a cause, as a rule.
    uncounted ??= counted.length > 0
    if (due.length === 0 && !(all && uncounted)) return
    const { counts, sums } = await ledger.tally()
    for (const cause of due) {
      const exact = counts.get(cause.key) ?? NONE
      const mine = growing.get(cause.key)
      if (mine) Object.assign(mine, { counts: exact, asked: exact })
      if (isUntold(cause.told, exact) || hasNewSymptom(cause)) await tell(cause, exact).catch(sayUntold)
    }
    if (!all) return
    uncounted = false
    await account(sums)
  }

  /** One after the other: each looks at all that came before it. */
  const lookSoon = (all = false): Promise<void> => {
    telling = telling.then(() => look(all)).catch(sayUntold)
    return telling
  }

  return {
    causes,
    ledger,
    around: neighbourhood(deps),
    runOf,
    async enter(cause, member, event, entry, count) {
      const done = await ledger.enter(member.key, event, entry, count)
      if (!done) return
      if (count) {
        uncounted = true
        deps.meter.alert(count.result)
      }
      if (!cause?.counted) return
      // What began it may have come before it was counted, or to another replica.
      const others = growing.has(cause.key) || cause.told.members > 0 || member.key === cause.leader ? 0 : 1
      const mine = growingOf(cause)
      const { before } = done
      const isNew = before?.storm !== cause.key
      mine.counts = {
        members: mine.counts.members + others + Number(isNew),
        resolved: mine.counts.resolved + Number(entry.resolved) - (isNew ? 0 : Number(before?.resolved ?? false)),
      }
      mine.lastAt = clock.now()
      if (!entry.resolved) mine.newest = [...mine.newest.filter(({ key }) => key !== member.key), member].slice(-SHOWN)
      if (isTelling(mine.asked, mine.counts)) await lookSoon()
    },
    start() {
      loop ??= (async () => {
        while (!stop.signal.aborted) {
          const all = clock.now() - sweptAt >= EVERY_MS
          if (all) sweptAt = clock.now()
          await lookSoon(all)
          await clock.sleep(LOOK_MS, stop.signal)
        }
      })()
    },
    async stop() {
      stop.abort()
      await loop
      await lookSoon(true)
    },
  }
}
