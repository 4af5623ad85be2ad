// Owns the proof that faults strike as asked and that the sandbox site really breaks and recovers.
import assert from 'node:assert/strict'
import { serve } from '../../sandbox/server.ts'
import { type Site, startSite } from '../../sandbox/site.ts'
import { call } from './call.ts'

describe('sandbox faults', () => {
  it('strike in order, as often as told, before or after the work', async () => {
    let worked = 0
    const server = await serve({ handler: () => ({ status: 200, body: { worked: ++worked } }) })
    const { faults, url } = server
    faults.add({
      match: ({ path }) => path === '/a',
      fault: { status: 429, headers: { 'retry-after': '3' } },
      times: 2,
    })
    faults.add({ fault: 'html', commit: true })
    faults.add({ fault: 'garbage' })
    faults.add({ fault: { slow: 30 } })
    for (const _ of [1, 2]) assert.equal((await call(`${url}/a`)).headers.get('retry-after'), '3')
    assert.equal((await call(url)).headers.get('content-type'), 'text/html')
    assert.equal(worked, 1)
    assert.equal((await call(url)).body, null)
    const begun = performance.now()
    assert.deepEqual((await call(url)).body, { worked: 2 })
    assert.equal(performance.now() - begun >= 25, true)
    const up = faults.add({ fault: 'down' })
    for (const _ of [1, 2]) await assert.rejects(call(url))
    up()
    assert.deepEqual([(await call(url)).body.worked, faults.pending()], [3, 0])
    await server.stop()
  })

  it('close the port and open the same one again', async () => {
    const server = await serve({ handler: () => ({ status: 204 }) })
    await server.down()
    await assert.rejects(call(server.url), (error: any) => error.cause.code === 'ECONNREFUSED')
    await server.up()
    assert.equal((await call(server.url)).status, 204)
    await server.stop()
  })
})

describe('sandbox site', () => {
  let site: Site
  afterEach(() => site.stop())
  const health = async () => {
    const { status, body } = await call(site.healthUrl)
    return [status, body.reason, body.poolState]
  }

  it('breaks, is down while recycling, and is healthy after', async () => {
    site = await startSite()
    assert.deepEqual(await health(), [200, null, 'Started'])
    site.break('out of threads')
    assert.deepEqual(await health(), [503, 'out of threads', 'Degraded'])
    assert.equal((await call(site.url)).status, 503)
    const recycled = site.recycle()
    assert.deepEqual(await health(), [503, 'recycling', 'Degraded'])
    assert.equal(await recycled, 'Started')
    assert.deepEqual(await health(), [200, null, 'Started'])
  })

  it('stays broken or ends stopped where recycling does not help, and starts again', async () => {
    site = await startSite({ recycleMs: 1, recycleOutcome: 'broken' })
    site.break()
    assert.equal(await site.recycle(), 'Degraded')
    site.setRecycleOutcome('stopped')
    assert.equal(await site.recycle(), 'Stopped')
    await assert.rejects(site.recycle(), /is stopped/)
    assert.equal(site.startPool(), 'Started')
    assert.deepEqual([(await health())[0], site.recycles()], [200, 2])
  })
})
