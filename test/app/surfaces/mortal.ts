// Owns what surfaces die of in tests: a power cut or an error at a chosen message, a store that stays, and time that waits for nobody.

import { canonicalJson, sha256Hex } from '../../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../../src/adapters/store/memory.ts'
import type { Deps } from '../../../src/app/deps.ts'
import { type Journal, journal as journalOf } from '../../../src/app/journal.ts'
import type { Hold } from '../../../src/app/surfaces/surface.ts'
import type { RunEvent } from '../../../src/core/run.ts'

export const RUN = 'R0123456789'

/** What a process is when the power goes: no answer, no error handling. */
export class PowerCut extends Error {}

export interface Mortal {
  readonly deps: Deps
  readonly journal: Journal
  /** Sends something out, which takes effect as `act` says, unless this is the message that fails. */
  send<T>(act: () => T): Promise<T>
  /** The nth message from now fails; it took effect all the same where it `arrived`. */
  failAt(nth: number, arrived: boolean, error?: () => unknown): void
  append(...events: readonly RunEvent[]): Promise<void>
  later(): void
}

/** `more`: what the surface needs besides, made of what sends. */
export async function mortal(events: readonly RunEvent[], more: (send: Mortal['send']) => object): Promise<Mortal> {
  let now = 0
  let left = Number.POSITIVE_INFINITY
  let arrives = true
  let failure = (): unknown => new PowerCut()
  const send: Mortal['send'] = async (act) => {
    left -= 1
    if (left !== 0) return act()
    if (arrives) act()
    throw failure()
  }
  const clock = { now: () => now, sleep: async () => {} }
  const deps = {
    store: memoryStore({ clock }),
    clock,
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    meter: { told() {} },
    endpoints: () => undefined,
    files: { current: () => ({ governance: {} }) },
    ...more(send),
  } as unknown as Deps
  const journal = journalOf(deps)
  await journal.create(RUN, events, {})
  return {
    deps,
    journal,
    send,
    failAt(nth, arrived, error = () => new PowerCut()) {
      ;[left, arrives, failure] = [nth, arrived, error]
    },
    async append(...later) {
      await journal.transact(RUN, () => ({ ok: true, events: later }))
    },
    later() {
      now += 60_000
    },
  }
}

/** Tells what is owed, as one process; answers whether it lived. */
export async function live(surface: { deliver(run: string, hold: Hold): Promise<number> }): Promise<boolean> {
  try {
    await surface.deliver(RUN, { signal: new AbortController().signal, fence: 1, isMine: () => true })
    return true
  } catch (error) {
    if (error instanceof PowerCut) return false
    throw error
  }
}
