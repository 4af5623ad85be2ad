// Owns whether a store may be copied now: nobody works on it, and it is frozen, so that whoever wakes up on it later does nothing.
import { lastSign, SIGN_WITHIN_MS } from '../../app/active-content.ts'
import { activeFreezes } from '../../app/freezes.ts'
import type { ChainRecord } from '../../ports/store.ts'
import { Complaint } from '../terminal.ts'
import type { Source } from './open.ts'

/**
 * Refuses a source on which a runbot has shown life just now. A freeze of everything is demanded too, unless the person
 * vouches that it is stopped: it goes with the copy, and an old replica that is started on the old store sends nothing (P11).
 */
export async function checkAtRest({ store, clock }: Source, isStopped: boolean): Promise<void> {
  const seenAt = await lastSign(store)
  const quietMs = seenAt === null ? Number.POSITIVE_INFINITY : clock.now() - seenAt
  if (quietMs < SIGN_WITHIN_MS)
    throw new Complaint(
      `runbot works on the source (it said so ${seconds(Math.max(0, quietMs))} ago): stop every replica, wait ` +
        `${seconds(SIGN_WITHIN_MS)}, and start this again. A freeze alone is not enough: events and commands still arrive`,
    )
  if (isStopped) return
  const isFrozen = (await activeFreezes(store)).some(({ scope }) => scope === 'all')
  if (!isFrozen)
    throw new Complaint(
      'the source is not frozen: npm run freeze -- because "moving the store" (the copy is then frozen too, until you ' +
        'unfreeze it), or say --while-stopped where no replica will ever be started on the source again',
    )
}

/** Refuses a chain that somebody holds. */
export function checkFree({ chain, lease }: ChainRecord, { clock }: Source): void {
  const leftMs = lease === null ? 0 : lease.until - clock.now()
  if (leftMs > 0)
    throw new Complaint(
      `runbot works on the source: ${lease?.owner} holds ${chain} for another ${seconds(leftMs)}. Stop every replica and ` +
        'start this again; one that died holds it until then',
    )
}

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`
