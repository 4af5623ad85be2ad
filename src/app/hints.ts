// Owns hints: a callback names keys, and the runs that still wait for what those name are looked at now (DESIGN §6).
import type { Run } from '../core/run.ts'
import type { Millis } from '../core/values.ts'
import type { Hint } from '../ports/inbound.ts'
import type { Deps } from './deps.ts'
import type { Journal } from './journal.ts'
import { sentence } from './perform/context.ts'

export interface Hints {
  readonly hint: Hint
  stop(): Promise<void>
}

/** However many callbacks name a run, it looks early no more often than this. */
const LOOK_EVERY_MS: Millis = 1_000
/** What one callback may name; a sender that tells of more says it in several. */
const MOST_KEYS = 20
/** As `keyOf` makes them (perform/act.ts). */
const KEYS = /(?<![0-9A-Za-z])(R[0-9A-HJKMNP-TV-Z]{10})-[0-9a-f]{24}(?![0-9A-Za-z])/g

/**
 * `wake` has a run looked at now: its status is read back from the endpoint. A key that no run waits for, or that went
 * to another system than the callback came from, does nothing.
 */
export function hints(
  { clock, log }: Pick<Deps, 'clock' | 'log'>,
  journal: Pick<Journal, 'load'>,
  wake: (run: string) => Promise<void>,
): Hints {
  const stopped = new AbortController()
  /** Runs that looked early within the last while, and whether they were named again since. */
  const recent = new Map<string, { again: boolean }>()
  const looking = new Set<Promise<void>>()

  const look = async (run: string): Promise<void> => {
    const entry = { again: true }
    recent.set(run, entry)
    while (entry.again && !stopped.signal.aborted) {
      entry.again = false
      await wake(run).catch((error: unknown) => log.warn({ run, reason: sentence(error) }, 'a hint woke no run'))
      await clock.sleep(LOOK_EVERY_MS, stopped.signal)
    }
    recent.delete(run)
  }

  return {
    async hint(connector, text) {
      for (const [run, keys] of named(text)) {
        if (recent.get(run)?.again || stopped.signal.aborted) continue
        try {
          const loaded = await journal.load(run)
          if (!loaded || !waitsFor(loaded.run, connector, keys)) continue
        } catch (error) {
          log.warn({ run, connector, reason: sentence(error) }, 'a hint could not be weighed')
          continue
        }
        const entry = recent.get(run)
        if (entry) {
          entry.again = true
          continue
        }
        const done = look(run).finally(() => looking.delete(done))
        looking.add(done)
      }
    },
    async stop() {
      stopped.abort()
      await Promise.all(looking)
    },
  }
}

/** The first keys in a text, by run. */
function named(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  let count = 0
  for (const [key, run = ''] of text.matchAll(KEYS)) {
    const keys = found.get(run) ?? new Set()
    if (!keys.has(key) && ++count > MOST_KEYS) break
    found.set(run, keys.add(key))
  }
  return found
}

const waitsFor = (run: Run, connector: string, keys: ReadonlySet<string>): boolean =>
  Object.values(run.steps)
    .flatMap((steps) => Object.values(steps))
    .flatMap(({ action, rollback }) => [action, rollback])
    .some((sent) => sent && !sent.ended && keys.has(sent.key) && sent.request.system === connector)
