import assert from 'node:assert/strict'
import { failure, followed } from '../../contracts/endpoint.suite.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { makeWorld, until, type World } from './awx-world.ts'

describe('the awx endpoint, once a job is launched,', () => {
  let world: World
  const use = async (...from: Parameters<typeof makeWorld>) => {
    world = await makeWorld(...from)
    return world
  }
  afterEach(() => world.api.stop())

  describe('follows', () => {
    it('to the status, the artifacts and the host counts, with the log', async () => {
      const play = () => ({
        artifacts: { state: 'Started' },
        hosts: { ok: 3, changed: 1 },
        stdout: 'PLAY [web-01]\nok',
      })
      const end = await (await use({ play })).ended()
      assert.deepEqual(end.result, {
        status: 'successful',
        artifacts: { state: 'Started' },
        hosts: { ok: 3, changed: 1 },
      })
      assert.equal(end.log, 'PLAY [web-01]\nok')
      assert.equal(end.reason, 'successful')
    })

    it('a workflow to its end, which has no artifacts and no log', async () => {
      const end = await (await use({ kind: 'workflow_job_templates' })).ended()
      assert.deepEqual(end.result, { status: 'successful', artifacts: null, hosts: null })
      assert.equal(end.log, undefined)
    })

    for (const status of ['failed', 'error'] as const)
      it(`to ${status} as failed, with the explanation, plain (P12)`, async () => {
        const explanation = 'the pool is \u001b[31mlocked\n\u202e'
        const end = await (await use({ play: () => ({ status, explanation }) })).ended()
        assert.equal(end.outcome, 'failed')
        assert.equal(end.reason, `${status}: the pool is [31mlocked`)
      })

    it('a status that it does not know as no end, and says which (P5)', async () => {
      const { api, endpoint, launched, request } = await use()
      const { handle } = await launched()
      await api.idle()
      api.amend(1, { status: 'hibernating' })
      const progress = await endpoint.progress(request, handle)
      assert.ok(progress.state === 'running')
      assert.match(progress.note ?? '', /"hibernating"/)
    })

    it('a status that goes back as it is said: running is no end, whatever was said before', async () => {
      const { api, endpoint, launched, request } = await use({ play: until })
      const { handle } = await launched()
      for (const status of ['running', 'pending', 'waiting', 'new']) {
        api.amend(1, { status })
        assert.equal((await endpoint.progress(request, handle)).state, 'running')
      }
    })

    it('until the events of an ended job are saved, for artifacts and log come from them', async () => {
      const { api, endpoint, launched, request } = await use()
      const { handle } = await launched()
      await api.idle()
      api.amend(1, { eventsSaved: false, finished: new Date(Date.now() - 5000).toISOString() })
      assert.equal((await endpoint.progress(request, handle)).state, 'running')
      api.amend(1, { eventsSaved: true })
      assert.equal((await endpoint.progress(request, handle)).state, 'ended')
    })

    it('no longer than a while, and then says that the log may be incomplete', async () => {
      const { api, endpoint, launched, request } = await use()
      const { handle } = await launched()
      await api.idle()
      api.amend(1, { eventsSaved: false, finished: new Date(Date.now() - 60_000).toISOString() })
      const end = await followed(endpoint, request, { state: 'running', handle })
      assert.equal(end.outcome, 'succeeded')
      assert.match(end.log ?? '', /\n\[the log may be incomplete/)
    })

    it('by the download of the log, for over 1 MiB the other formats answer a sentence', async () => {
      const end = await (await use({ play: () => ({ stdout: 'x'.repeat(1_500_000) }) })).ended()
      assert.match(end.log ?? '', /^xxx/)
      assert.match(end.log ?? '', /cut here$/)
      assert.ok(Buffer.byteLength(end.log ?? '') <= 256 * 1024)
    })

    for (const fault of ['html', { status: 500 }] as const)
      it(`to the outcome although ${JSON.stringify(fault)} came for the log`, async () => {
        await use()
        world.api.faults.add({ fault, match: requestTo('GET', /\/stdout\/$/), times: 9 })
        const end = await world.ended()
        assert.equal(end.outcome, 'succeeded')
        assert.match(end.log ?? '', /could not be read/)
      })

    it('an artifact too large to keep by its size', async () => {
      const end = await (await use({ play: () => ({ artifacts: { all: 'x'.repeat(300_000) } }) })).ended()
      assert.deepEqual(end.result, { status: 'successful', artifacts: { tooLarge: 300_010 }, hosts: { ok: 1 } })
    })

    for (const handle of [
      '../../admin',
      '',
      '1',
      'jobs/',
      'jobs/1/../2',
      'users/1',
      'jobs/0',
      'jobs/1/ignored/',
      'jobs/1?x',
    ])
      it(`nothing at the handle ${JSON.stringify(handle)}`, async () => {
        const { api, endpoint, request } = await use()
        assert.equal((await failure(endpoint.progress(request, handle))).kind, 'malformed')
        assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'malformed')
        assert.equal(api.requests.length, 0)
      })

    it('not another job than the one that it asked for', async () => {
      await use()
      world.api.faults.add({ fault: { status: 200, body: { id: 2, status: 'successful' } } })
      assert.equal((await failure(world.endpoint.progress(world.request, 'jobs/1'))).kind, 'malformed')
    })
  })

  describe('cancels', () => {
    it('and believes it when the job says so (P11)', async () => {
      const { endpoint, launched, request } = await use({ play: until })
      const progress = await launched()
      await endpoint.cancel(request, progress.handle)
      const end = await followed(endpoint, request, progress)
      assert.equal(end.outcome, 'failed')
      assert.equal(end.reason, 'canceled')
    })

    it('and believes the job where it ended well in spite of the cancel', async () => {
      const { api, endpoint, launched, request } = await use({
        play: () => new Promise((done) => setTimeout(done, 60, {})),
      })
      const progress = await launched()
      while (api.effects.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
      await endpoint.cancel(request, progress.handle)
      await api.idle()
      assert.equal((await followed(endpoint, request, progress)).outcome, 'succeeded')
    })

    it('not what has ended: 405, and the job is read again', async () => {
      const { api, endpoint, launched, request } = await use()
      const { handle } = await launched()
      await api.idle()
      await endpoint.cancel(request, handle)
      assert.equal(api.requests.at(-1)?.path, '/api/v2/jobs/1/')
    })

    it('and does not take a 405 for an end where the job still runs (P11)', async () => {
      const { api, endpoint, launched, request } = await use({ play: until })
      const { handle } = await launched()
      api.faults.add({ fault: { status: 405 }, match: requestTo('POST', /\/cancel\/$/) })
      assert.match((await failure(endpoint.cancel(request, handle))).message, /status 405/)
    })
  })
})
