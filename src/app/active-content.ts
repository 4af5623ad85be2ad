// Owns which files are in force: while replicas hold different ones, those with the newest work and the others rest.
import { LOG_FORMAT } from '../core/log-format.ts'
import { type Instant, isObject, type Json, type Millis } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'
import { sentence } from './perform/context.ts'

export interface ActiveContent {
  /** Why this replica does no work, as last seen; null: its files are in force. */
  problem(): string | null
  /** The same, read from the store now. Rejects with a PortError where it does not answer: then it is unknown, so no. */
  ask(): Promise<string | null>
  /** Resolves after the first look; looks regularly until it is stopped. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** `known`: every version that was in force, so that a replica that starts late with old files is not taken for a new one. */
interface Active {
  readonly version: string
  /** Of the run logs that whoever works writes (LOG_FORMAT); absent: the first. */
  readonly format?: number
  readonly seenAt: Instant
  /** The same, said by a replica that had worked for a while, or had just brought this version; absent: `seenAt`. */
  readonly steadyAt?: Instant
  readonly known: readonly string[]
}

/** What helps a person who came to a replica that rests. */
export const RESTING_FIX = 'say it again in some seconds, then another replica answers'

const KIND = 'content'
const KEY = 'active'
const LOOK_EVERY_MS: Millis = 2_000
/** How often a replica that works says so. */
const SEEN_EVERY_MS: Millis = 20_000
/** Nobody works with the newest files any more, so whoever has older ones goes on: a deployment was taken back. */
const GONE_MS: Millis = 60_000
/** One that starts, signs and dies again and again does not keep the older ones at rest. */
const STEADY_MS: Millis = 15_000
/** So long after nobody took over what was gone there is nobody else to keep at rest. */
const ABANDONED_MS: Millis = 120_000
const REMEMBERED = 50
/** A replica that works says so again within this time, on a slow store too. */
export const SIGN_WITHIN_MS: Millis = 45_000

/** When a replica last said that it works on this store; null: none ever did. Rejects with a PortError. */
export async function lastSign(store: Pick<Deps['store'], 'get'>): Promise<Instant | null> {
  return activeIn((await store.get(KIND, KEY))?.value)?.seenAt ?? null
}

/** `changed` is called after a look that found another answer than the one before. */
export function activeContent(
  { store, files, clock, log }: Pick<Deps, 'store' | 'files' | 'clock' | 'log'>,
  changed: () => void,
): ActiveContent {
  const stopped = new AbortController()
  /** What this replica had in force: files that change here are meant to be in force, also where they are old ones. */
  let had: string | null = null
  let problem: string | null = null
  let began: Instant | null = null
  let loop: Promise<void> | undefined

  const look = (): Promise<string | null> => {
    const own = files.current().version
    return swap<string | null>(store, KIND, KEY, (value) => {
      const now = clock.now()
      const active = activeIn(value)
      began ??= now
      const inForce = (known: readonly string[], steadyAt = now) => {
        const kept = [...known.filter((each) => each !== own), own].slice(-REMEMBERED)
        return { write: { version: own, format: LOG_FORMAT, seenAt: now, steadyAt, known: kept } as Json, result: null }
      }
      if (!active) return inForce([])
      const steadyAt = active.steadyAt ?? active.seenAt
      const isGone = now - steadyAt > GONE_MS
      const { format = 1 } = active
      if (format > LOG_FORMAT && !isGone)
        return { result: 'other replicas run a newer runbot: this one rests until it is replaced, or they are gone' }
      if (format < LOG_FORMAT) return inForce(active.known)
      if (active.version === own) {
        const isSteady = now - began >= STEADY_MS || now - steadyAt > ABANDONED_MS
        if (now - (isSteady ? steadyAt : active.seenAt) < SEEN_EVERY_MS) return { result: null }
        return inForce(active.known, isSteady ? now : steadyAt)
      }
      const isNew = !active.known.includes(own)
      const isReload = had === active.version
      if (isNew || isReload || isGone) return inForce(active.known)
      return {
        result: 'other replicas work with newer runbook files: this one rests until it has them, or they are gone',
      }
    }).then((answer) => {
      if (answer === null) had = own
      return answer
    })
  }

  const take = (answer: string | null): void => {
    if (answer === problem) return
    problem = answer
    if (answer === null) log.info({}, 'the files of this replica are in force')
    else log.error({ version: files.current().version }, answer)
    changed()
  }

  return {
    problem: () => problem,
    ask: look,
    async start() {
      take(await look())
      loop = (async () => {
        while (!stopped.signal.aborted) {
          await clock.sleep(LOOK_EVERY_MS, stopped.signal)
          if (stopped.signal.aborted) return
          // A store that does not answer stops the work in its own way.
          await look().then(take, (error: unknown) => log.debug({ reason: sentence(error) }, 'no look at the content'))
        }
      })()
    },
    async stop() {
      stopped.abort()
      await loop
    },
  }
}

function activeIn(value: Json | undefined): Active | null {
  if (!isObject(value) || typeof value['version'] !== 'string') return null
  return value as unknown as Active
}
