// Owns the write whose fate is known: guarded by what was read, recognised by its operation id when its answer was lost.
import { PortError } from '../../../ports/errors.ts'
import { type Patience, turns } from './patience.ts'
import type { Recent } from './recent.ts'
import type { Requests, Stored, Written } from './requests.ts'

/** A document and the etag that it had when it was seen. */
export interface Seen<D> {
  readonly document: D
  readonly etag: string
}

export interface Change<D extends Stored> {
  readonly pk: string
  readonly id: string
  /** Assumes that the document is not there yet, and does not look first. */
  readonly creates?: boolean
  /** What the document becomes; throws the PortError that refuses it. May be asked again, with what was read meanwhile. */
  next(before: D | undefined): D
  /** Sends it, guarded by the etag, or as a creation where there is none. */
  send(next: D, etag: string | undefined): Promise<Written>
  /** Whether a document that was read holds this very change, or one made after it. */
  holds(document: D): boolean
}

export interface Guarding<D extends Stored> {
  readonly requests: Requests
  readonly seen: Recent<Seen<D>>
  readonly patience: Patience
  readonly random: () => number
}

/**
 * Changes a document and answers it as this change made it, exactly once or not at all:
 * - What is remembered of it may be old, so a refusal by that is checked against what is stored.
 * - A lost race is looked at again: where only something else of the document changed, it is tried again.
 * - After a failure that leaves open whether it was written, the stored document says so. Sent again it carries the same
 *   operation id, so an earlier one that arrives late is recognised as this one; the etag lets only one of them pass.
 * Rejects with what `next` refuses, or when time is up `conflict`, `throttled` or `unavailable` (`mayHaveHappened`).
 */
export async function guarded<D extends Stored>(on: Guarding<D>, change: Change<D>): Promise<D> {
  const { requests, seen, patience, random } = on
  const key = JSON.stringify([change.pk, change.id])
  const { again } = turns(patience, random)
  let known = change.creates ? undefined : seen.get(key)
  let isCurrent = change.creates ?? false
  let sent: { readonly next: D; readonly mayBeThere: boolean } | undefined

  for (;;) {
    if (!known && !isCurrent) {
      known = await look(requests, change, sent?.mayBeThere ?? false)
      isCurrent = true
      if (known) seen.set(key, known)
      if (known && sent && change.holds(known.document)) return sent.next
    }
    let next: D
    try {
      next = change.next(known?.document)
    } catch (error) {
      if (isCurrent) throw error
      known = undefined
      continue
    }
    const written = await change.send(next, known?.etag)
    if (written.ok) {
      seen.set(key, { document: next, etag: written.etag })
      return next
    }
    if (written.meaning === 'refused') throw givenUp(written.error, sent?.mayBeThere ?? false)
    const mayBeThere = written.meaning === 'unclear' || sent?.mayBeThere === true
    const wasCurrent = isCurrent
    sent = { next, mayBeThere }
    seen.forget(key)
    known = undefined
    isCurrent = false
    const isStale = written.meaning === 'changed' && !wasCurrent
    if (!isStale && !(await again(written))) throw givenUp(written.error, mayBeThere)
  }
}

async function look<D extends Stored>(
  requests: Requests,
  { pk, id }: Change<D>,
  mayBeThere: boolean,
): Promise<Seen<D> | undefined> {
  try {
    const document = await requests.read<D>({ pk, id })
    return document && { document, etag: document._etag ?? '' }
  } catch (error) {
    throw error instanceof PortError ? givenUp(error, mayBeThere) : error
  }
}

/** Whatever was answered last, also by a lost race: an earlier request may have won it. */
const givenUp = (error: PortError, mayBeThere: boolean): PortError => (mayBeThere ? unsure(error) : error)

/** Nobody can say whether it was written: as when the store was gone right after the request. */
export const unsure = (error: PortError): PortError =>
  new PortError('unavailable', error.message, { retryAfterMs: error.retryAfterMs, mayHaveHappened: true, cause: error })
