// Owns the proof that a write which may be stored is never told as one that is not, whatever was answered when time ran out.
import assert from 'node:assert/strict'
import { failureOf } from '../../../../src/adapters/store/cosmos/errors.ts'
import { guarded, type Seen } from '../../../../src/adapters/store/cosmos/guarded.ts'
import { recent } from '../../../../src/adapters/store/cosmos/recent.ts'
import type { Requests, Stored } from '../../../../src/adapters/store/cosmos/requests.ts'
import { isPortError, type PortErrorKind } from '../../../../src/ports/errors.ts'

interface Counted extends Stored {
  readonly ops: readonly string[]
}

/** Longer than there is time: nothing is tried again after this answer. */
const TOO_LONG_MS = 3_600_000

/** One write whose requests are answered by these statuses in turn; at the last one the first has been stored after all. */
async function write(...statuses: readonly number[]) {
  let stored: Counted = { pk: 'a', id: 'a', ops: [], _etag: '1' }
  let sent = 0
  const requests = { read: async () => stored } as unknown as Requests
  const patience = { attemptMs: 1_000, totalMs: 600_000, firstPauseMs: 1 }
  await guarded(
    { requests, seen: recent<Seen<Counted>>(1), patience, random: () => 0 },
    {
      pk: 'a',
      id: 'a',
      next: (before) => ({ pk: 'a', id: 'a', ops: [...(before?.ops ?? []), 'mine'] }),
      async send(next) {
        sent += 1
        const isLast = sent === statuses.length
        if (isLast && statuses.length > 1) stored = { ...next, _etag: '2' }
        return { ok: false, ...failureOf(statuses[sent - 1] ?? 500, 0, isLast ? TOO_LONG_MS : 0) }
      },
      holds: ({ ops }) => ops.includes('mine'),
    },
  )
}

const asUnsure = (error: unknown) => isPortError(error, 'unavailable') && error.mayHaveHappened
const as = (kind: PortErrorKind) => (error: unknown) => isPortError(error, kind) && !error.mayHaveHappened

describe('a write to Cosmos whose time ran out', () => {
  for (const last of [412, 409, 429, 403])
    it(`may have happened after an unclear answer, although the last one was ${last}`, () =>
      assert.rejects(write(503, last), asUnsure))

  it('did not happen where every answer said so', async () => {
    await assert.rejects(write(412, 412), as('conflict'))
    await assert.rejects(write(403), as('denied'))
    await assert.rejects(write(429), as('throttled'))
  })
})
