import assert from 'node:assert/strict'
import type { Wire, WireRequest } from '../../../src/adapters/wire/http.ts'
import { wireResponse } from '../../../src/adapters/wire/response.ts'
import { type RetryOptions, retried } from '../../../src/adapters/wire/retry.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { failure } from '../../contracts/endpoint.suite.ts'

type Turn = number | PortError | { readonly status: number; readonly retryAfter: string }

/** A wire that gives these turns one after another, the last one for ever. */
function turns(...all: readonly Turn[]) {
  const sent: WireRequest[] = []
  const inner: Wire = {
    async send(request) {
      const turn = all[Math.min(sent.length, all.length - 1)] ?? 200
      sent.push(request)
      if (turn instanceof PortError) throw turn
      const status = typeof turn === 'number' ? turn : turn.status
      return wireResponse(status, typeof turn === 'number' ? {} : { 'retry-after': turn.retryAfter }, Buffer.from(''))
    },
  }
  const options: RetryOptions = { baseMs: 1, maxWaitMs: 2000, random: () => 0.5 }
  return { sent, wire: retried(inner, options) }
}

const get = { method: 'GET', url: 'https://ops.example.com' } as const
const gone = new PortError('unavailable', 'gone')

describe('trying again', () => {
  it('repeats a read that failed for a while', async () => {
    for (const turn of [503, 502, 504, 429, 408, gone, new PortError('timeout', 'late')]) {
      const { sent, wire } = turns(turn, 200)
      assert.equal((await wire.send(get)).status, 200)
      assert.equal(sent.length, 2)
    }
  })

  it('hands on what stays, after a bounded number of times', async () => {
    const answered = turns(503)
    assert.equal((await answered.wire.send(get)).status, 503)
    assert.equal(answered.sent.length, 3)
    const silent = turns(gone)
    assert.equal(await failure(silent.wire.send(get)), gone)
    assert.equal(silent.sent.length, 3)
  })

  it('never repeats a mutating request (P3)', async () => {
    for (const request of [
      { ...get, method: 'POST' },
      { ...get, mutating: true },
      { ...get, method: 'DELETE' },
    ] as const) {
      const { sent, wire } = turns(503, 200)
      assert.equal((await wire.send(request)).status, 503)
      assert.equal(sent.length, 1)
    }
  })

  it('repeats a POST that only reads', async () => {
    const { sent, wire } = turns(503, 200)
    await wire.send({ ...get, method: 'POST', mutating: false })
    assert.equal(sent.length, 2)
  })

  it('does not repeat what is wrong for good', async () => {
    for (const turn of [400, 401, 404, 500, new PortError('denied', 'no'), new PortError('malformed', 'what')]) {
      const { sent, wire } = turns(turn, 200)
      await wire.send(get).catch(() => undefined)
      assert.equal(sent.length, 1)
    }
  })

  it('waits as it is asked, and hands on a wait that is too long for here', async () => {
    const short = turns({ status: 429, retryAfter: '0' }, 200)
    assert.equal((await short.wire.send(get)).status, 200)
    const long = turns({ status: 429, retryAfter: '60' }, 200)
    assert.equal((await long.wire.send(get)).status, 429)
    assert.equal(long.sent.length, 1)
  })

  it('gives all attempts together no more than their time', async () => {
    const hanging: Wire = {
      send: (request) =>
        new Promise((_resolve, reject) => {
          request.signal?.addEventListener('abort', () => reject(new PortError('timeout', 'late')))
        }),
    }
    const keepAwake = setInterval(() => {}, 1000)
    const error = await failure(retried(hanging, { withinMs: 10 }).send(get))
    clearInterval(keepAwake)
    assert.equal(error.kind, 'timeout')
  })

  it('stops when the caller has given up', async () => {
    const { sent, wire } = turns(503)
    await wire.send({ ...get, signal: AbortSignal.abort() })
    assert.equal(sent.length, 1)
  })
})
