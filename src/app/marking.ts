// Owns the marks of ended runs: made before the log grows, taken away when a checkpoint holds it, so that none is missed.
import { CONTROL_CHAIN } from '../core/control.ts'
import { OPEN } from '../core/run.ts'
import { type Instant, isObject, type Millis } from '../core/values.ts'
import type { Clock } from '../ports/clock.ts'
import { isPortError } from '../ports/errors.ts'
import type { Store } from '../ports/store.ts'

/** The log of an ended run is about to reach `seq`, or has. */
export interface Mark {
  readonly chain: string
  readonly seq: number
  readonly at: Instant
  readonly key: string
  readonly version: number
}

const KIND = 'unanchored'
/** An append that was marked and has not come by then never comes. */
const NEVER_CAME_MS: Millis = 3_600_000

const isOpen = (status: string): boolean => (OPEN as readonly string[]).includes(status)

/** A store that marks what checkpoints would not find by themselves: what is written to a log as its run ends, or later. */
export function marking(store: Store, clock: Pick<Clock, 'now'>): Store {
  return {
    ...store,
    async append(append) {
      const { chain, entries, status } = append
      const seq = entries.at(-1)?.seq
      if (seq !== undefined && chain !== CONTROL_CHAIN && !isOpen(status)) {
        try {
          await store.put(KIND, `${chain}:${seq}`, { chain, seq, at: clock.now() }, null)
        } catch (error) {
          // It is marked already: the append is tried again.
          if (!isPortError(error, 'conflict')) throw error
        }
      }
      return store.append(append)
    },
  }
}

/** All marks, oldest first. */
export async function marks(store: Store): Promise<readonly Mark[]> {
  const found = (await store.all(KIND)).flatMap(({ key, value, version }): Mark[] => {
    if (!isObject(value)) return []
    const { chain, seq, at } = value
    return typeof chain === 'string' && typeof seq === 'number' && typeof at === 'number'
      ? [{ chain, seq, at, key, version }]
      : []
  })
  return found.toSorted((a, b) => a.at - b.at)
}

/** Takes away the marks of what is anchored by now, and of appends that never came. */
export async function forget(
  store: Store,
  found: readonly Mark[],
  now: Instant,
  anchored: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  for (const { chain, seq, at, key, version } of found)
    if ((anchored.get(chain) ?? 0) >= seq || now - at > NEVER_CAME_MS) await store.remove(KIND, key, version)
}
