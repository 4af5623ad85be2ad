import assert from 'node:assert/strict'
import { endpoints } from '../../../src/adapters/endpoints/endpoints.ts'
import { guarded } from '../../../src/adapters/endpoints/guarded.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import type { Endpoint, Progress } from '../../../src/ports/endpoint.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { requestOf, settingsOf } from './settings.ts'

const ops = settingsOf({ url: 'http://127.0.0.1:1' })
const request = requestOf(ops, { detail: { runbook: 'x' } })

describe('choosing an endpoint', () => {
  it('has none for a system that is not there, of another kind, or of a kind that cannot be called', () => {
    const choose = endpoints({ systems: () => ({ ops, salt: { ...ops, kind: 'salt' } }), clock: systemClock })
    assert.equal(choose({ ...request, system: 'other' }), undefined)
    assert.equal(choose({ ...request, system: 'constructor' }), undefined)
    assert.equal(choose({ ...request, kind: 'http' }), undefined)
    for (const kind of ['salt', 'jenkins']) assert.equal(choose({ ...request, system: 'salt', kind }), undefined)
  })

  it('keeps an endpoint while its settings stay, and builds it anew when they change', () => {
    let current = ops
    const choose = endpoints({ systems: () => ({ ops: current }), clock: systemClock })
    const first = choose(request)
    current = { ...ops }
    assert.equal(choose(request), first)
    current = { ...ops, auth: { bearer: 'new' } }
    assert.notEqual(choose(request), first)
  })

  it('says whether the same key may be sent again', () => {
    const http = settingsOf({ name: 'http', kind: 'http', allow: [] })
    const choose = endpoints({ systems: () => ({ ops, http }), clock: systemClock })
    assert.equal(choose(request)?.idempotent, true)
    assert.equal(choose(requestOf(http, {}))?.idempotent, false)
  })
})

const running: Progress = { state: 'running', handle: 'h' }

function fake(fields: Partial<Endpoint>): Endpoint {
  const idle: Endpoint = {
    idempotent: true,
    describe: () => '',
    launch: async () => running,
    progress: async () => running,
    find: async () => undefined,
    cancel: async () => {},
  }
  return { ...idle, ...fields }
}

describe('sparing a system', () => {
  it('sends no more at once than its concurrency, and asks before it launches', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    let most = 0
    let now = 0
    const work = (name: string) => async () => {
      order.push(name)
      most = Math.max(most, ++now)
      await gate.promise
      now--
      return running
    }
    const endpoint = guarded(fake({ launch: work('launch'), progress: work('progress') }), 1)
    const all = [
      endpoint.launch(launchOf(request)),
      endpoint.launch(launchOf(request)),
      endpoint.progress(request, 'h'),
    ]
    gate.resolve()
    await Promise.all(all)
    assert.equal(most, 1)
    assert.deepEqual(order, ['launch', 'progress', 'launch'])
  })

  it('asks a launch that waited for its turn whether it may still leave, and goes on with the next (P11)', async () => {
    const sent: string[] = []
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const launch: Endpoint['launch'] = async ({ key }) => {
      sent.push(key)
      begun.resolve()
      await gate.promise
      return running
    }
    let frozen = false
    const mayLeave = async () => {
      if (frozen) throw new PortError('denied', 'freeze: all of it')
    }
    const endpoint = guarded(fake({ launch }), 1)
    const first = endpoint.launch(launchOf(request, { key: 'first', mayLeave }))
    const second = failure(endpoint.launch(launchOf(request, { key: 'second', mayLeave })))
    const third = endpoint.launch(launchOf(request, { key: 'third' }))
    await begun.promise
    frozen = true
    gate.resolve()
    const error = await second
    assert.deepEqual([error.kind, error.message, error.mayHaveHappened], ['denied', 'freeze: all of it', false])
    assert.deepEqual(await Promise.all([first, third]), [running, running])
    assert.deepEqual(sent, ['first', 'third'])
  })

  it('stops asking after five silences in a row, and still tries a launch', async () => {
    let asked = 0
    const silent = async () => {
      asked++
      throw new PortError('unavailable', 'nobody there')
    }
    const endpoint = guarded(fake({ progress: silent, find: silent }), 2)
    for (let each = 0; each < 5; each++) await failure(endpoint.progress(request, 'h'))
    const error = await failure(endpoint.find(request, 'k'))
    assert.equal(error.kind, 'unavailable')
    assert.equal(error.retryAfterMs, 5000)
    assert.equal(asked, 5)
    assert.equal(await endpoint.launch(launchOf(request)), running)
  })

  it('goes on asking a system that answers, whatever it answers', async () => {
    let asked = 0
    const refusing = async () => {
      asked++
      throw new PortError('denied', 'no')
    }
    const endpoint = guarded(fake({ progress: refusing }), 2)
    for (let each = 0; each < 8; each++) await failure(endpoint.progress(request, 'h'))
    assert.equal(asked, 8)
  })
})
