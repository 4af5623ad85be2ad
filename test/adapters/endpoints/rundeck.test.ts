import assert from 'node:assert/strict'
import type { Json, JsonObject } from '../../../src/core/values.ts'
import type { SystemSettings } from '../../../src/ports/catalog.ts'
import { endpointContract, failure, followed, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Fault, requestTo } from '../../sandbox/faults.ts'
import type { Execution, Job, Script } from '../../sandbox/rundeck/executions.ts'
import { jobOf, RUNDECK_TOKEN, type RundeckOptions, startRundeck } from '../../sandbox/rundeck.ts'
import type { Call } from '../../sandbox/server.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

const wait: Script = (_options, { sleep }) => sleep(60_000)

async function makeWorld(
  fields: Partial<Job> = {},
  {
    detail = {},
    settings: more = {},
    given = { pool: 'DefaultAppPool' },
    ...options
  }: Partial<RundeckOptions> & { detail?: JsonObject; settings?: Partial<SystemSettings>; given?: Json } = {},
) {
  const job = jobOf(fields)
  const api = await startRundeck({ jobs: [job], ...options })
  const settings = settingsOf({
    kind: 'rundeck',
    name: 'rundeck',
    url: api.url,
    auth: { bearer: RUNDECK_TOKEN },
    ...more,
  })
  const request = requestOf(settings, { detail: { job: job.id, ...detail }, with: given })
  const endpoint = endpointOf(settings, request)
  const launched = async (key = 'key-1') => endpoint.launch(launchOf(request, { key }))
  const ended = async () => followed(endpoint, request, await launched())
  const started = async () => {
    await api.idle()
    return api.effects.length
  }
  /** The end of an execution as it is amended. */
  const endedAs = async (amended: Partial<Execution>) => {
    const { handle } = await launched()
    await api.idle()
    Object.assign(api.executions[0] ?? assert.fail(), amended)
    return endpoint.progress(request, handle)
  }
  return { api, job, settings, request, endpoint, launched, ended, endedAs, started }
}

const runPost = requestTo('POST', /\/run$/)

endpointContract(
  'rundeck',
  async () => {
    const { api, endpoint, request, started } = await makeWorld()
    const { faults, down, stop } = api
    return { endpoint, request, faults, effects: started, down, stop, launches: runPost }
  },
  { findsByKey: true },
)

describe('the rundeck endpoint', () => {
  let world: Awaited<ReturnType<typeof makeWorld>>
  const use = async (...from: Parameters<typeof makeWorld>) => {
    world = await makeWorld(...from)
    return world
  }
  afterEach(() => world.api.stop())
  const posts = () => world.api.requests.filter(runPost)

  describe('runs', () => {
    it('a job with its options and the key, under its own token header and version', async () => {
      const { api, job, ended } = await use()
      assert.equal((await ended()).outcome, 'succeeded')
      const { body, headers, path } = posts()[0] ?? assert.fail()
      assert.equal(path, `/api/44/job/${job.id}/run`)
      assert.equal(headers['x-rundeck-auth-token'], RUNDECK_TOKEN)
      assert.equal(headers.accept, 'application/json')
      assert.deepEqual(body, { options: { pool: 'DefaultAppPool', runbot_key: 'key-1' } })
      assert.ok(api.requests.every((call) => call.headers.accept === 'application/json'))
    })

    it('under another base and another option for the key', async () => {
      const options = [{ name: 'correlation' }]
      await use({ options }, { settings: { base: '/api/50/' }, detail: { keyOption: 'correlation' }, given: null })
      assert.equal((await world.ended()).outcome, 'succeeded')
      assert.deepEqual(posts()[0]?.body, { options: { correlation: 'key-1' } })
      assert.equal((await world.endpoint.find(world.request, 'key-1'))?.handle, '1')
    })

    it('with every option as text, for Rundeck drops a number without a word', async () => {
      const { api, ended } = await use({}, { given: { count: 3, force: true, hosts: ['a', 'b'] } })
      await ended()
      assert.deepEqual(api.effects[0]?.options, { count: '3', force: 'true', hosts: 'a,b', runbot_key: 'key-1' })
    })

    it('nothing where with is no object, holds the key or something that is no option, or the job is no id', async () => {
      const { api, endpoint, request } = await use()
      for (const given of [['a'], { runbot_key: 'mine' }, { pool: null }, { pool: { a: 1 } }])
        assert.equal((await failure(endpoint.launch(launchOf({ ...request, with: given })))).kind, 'malformed')
      for (const job of ['', '../../system/info', 'a/b', 7]) {
        const error = await failure(endpoint.launch(launchOf({ ...request, detail: { job } })))
        assert.match(error.message, /must be the id/)
        assert.equal(error.mayHaveHappened, false)
      }
      assert.equal(api.requests.length, 0)
    })

    for (const [what, options, reason] of [
      ['has not', [{ name: 'pool' }], /has no option runbot_key/],
      ['hides', [{ name: 'runbot_key', secure: true }], /hides as secure its option runbot_key/],
    ] as const)
      it(`no job that ${what} the option for the key: a lost launch could not be found (P3, P12)`, async () => {
        await use({ options: [...options] })
        const error = await failure(world.launched())
        assert.equal(error.kind, 'denied')
        assert.equal(error.mayHaveHappened, false)
        assert.match(error.message, reason)
        assert.equal(posts().length, 0)
      })

    it('also where the version is too old to read the options of a job', async () => {
      await use({}, { version: 41, settings: { base: '/api/41' } })
      assert.equal((await world.ended()).outcome, 'succeeded')
    })

    for (const [what, fields, more, kind, words] of [
      [
        'the running-execution limit',
        { limit: 1, script: wait },
        {},
        'conflict',
        /api\.error\.execution\.conflict: Execution limit/,
      ],
      ['a job that is disabled', { enabled: false }, {}, 'malformed', /api\.error\.job\.disabled/],
      [
        'a missing option',
        { options: [{ name: 'runbot_key' }, { name: 'site', required: true }] },
        {},
        'malformed',
        /'site' is required/,
      ],
      [
        'a version that the server does not speak',
        {},
        { settings: { base: '/api/99' } },
        'malformed',
        /api-version\.unsupported/,
      ],
      ['a wrong token', {}, { settings: { auth: { bearer: 'stale' } } }, 'denied', /unauthorized/],
    ] as const)
      it(`takes ${what} for certainly not started, in the words of Rundeck (P12)`, async () => {
        await use(fields as Partial<Job>, more)
        if ('limit' in fields) await world.launched('key-0')
        const before = world.api.executions.length
        const error = await failure(world.launched())
        assert.equal(error.kind, kind)
        assert.equal(error.mayHaveHappened, false)
        assert.match(error.message, words)
        assert.equal(world.api.executions.length, before)
      })
  })

  describe('finds a lost launch', () => {
    it('by the key in its options, running or ended', async () => {
      const { api, launched, endpoint, request } = await use({ script: wait })
      await launched('key-1')
      await launched('key-2')
      assert.equal((await endpoint.find(request, 'key-2'))?.handle, '2')
      await endpoint.cancel(request, '1')
      await followed(endpoint, request, { state: 'running', handle: '1' })
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, '1')
      assert.ok(api.requests.some(({ path }) => path === '/api/44/project/web/executions/running'))
      assert.ok(api.requests.every(({ query }) => !('recentFilter' in query) && !('begin' in query)))
    })

    it('that has run for hours, or waits in a queue, where only the running list has it', async () => {
      const { api, job, endpoint, request } = await use()
      api.add(job, { options: { runbot_key: 'old' }, started: new Date(Date.now() - 7_200_000) })
      api.add(job, { options: { runbot_key: 'queued' }, status: 'queued' })
      const paging = { count: 0, total: 0, offset: 0, max: 200 }
      const match = requestTo('GET', /\/job\/[^/]+\/executions$/)
      api.faults.add({ fault: { status: 200, body: { paging, executions: [] } }, match, times: 2 })
      assert.equal((await endpoint.find(request, 'old'))?.handle, '1')
      assert.equal((await endpoint.find(request, 'queued'))?.handle, '2')
    })

    it('behind any number of newer executions, page by page', async () => {
      const { api, job, launched, endpoint, request } = await use({}, { detail: { project: 'web' } })
      await launched()
      await api.idle()
      for (let more = 0; more < 450; more++) api.add(job, { status: 'succeeded', ended: new Date() })
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, '1')
      assert.equal(await endpoint.find(request, 'never-sent'), undefined)
      assert.ok(api.requests.every(({ path }) => !path.endsWith('/info')))
    })

    it('not among more executions than it looks at: then nobody can say (P3)', async () => {
      const { api, job, endpoint, request } = await use()
      for (let more = 0; more < 4100; more++) api.add(job, { status: 'succeeded', ended: new Date() })
      assert.match((await failure(endpoint.find(request, 'never-sent'))).message, /4000 executions.*there are more/)
    })

    it('behind 1000 newer executions', async () => {
      const { api, job, launched, endpoint, request } = await use()
      await launched()
      await api.idle()
      for (let more = 0; more < 1000; more++) api.add(job, { status: 'succeeded', ended: new Date() })
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, '1')
    })

    it('not in a list from which executions went away between two pages: it may have slipped by (P3)', async () => {
      const { api, job, launched, endpoint, request } = await use()
      for (let more = 0; more < 199; more++) api.add(job, { status: 'succeeded', ended: new Date() })
      await launched()
      await api.idle()
      for (let more = 0; more < 200; more++) api.add(job, { status: 'succeeded', ended: new Date() })
      // It would be the first of the second page; with ten newer ones deleted it is none of it.
      const deletes = (call: Call) => {
        if (/\/job\/[^/]+\/executions$/.test(call.path) && call.query['offset'] !== '0') api.executions.splice(300, 10)
        return false
      }
      const remove = api.faults.add({ fault: 'html', match: deletes })
      assert.match((await failure(endpoint.find(request, 'key-1'))).message, /went away/)
      remove()
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, '200')
    })

    it('as itself, not as its retry or as what a person ran again', async () => {
      const { api, job, launched, endpoint, request } = await use({
        retries: 1,
        script: () => Promise.reject(new Error()),
      })
      await launched()
      await api.idle()
      api.add(job, { options: { runbot_key: 'key-1' } })
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, '1')
    })

    for (const list of ['running', 'executions'])
      it(`not where the list of ${list} cannot be read, or ends too early (P3)`, async () => {
        const { api, endpoint, request } = await use()
        const match = requestTo('GET', list === 'running' ? /executions\/running$/ : /\/job\/[^/]+\/executions$/)
        const short = { paging: { count: 0, total: 5, offset: 0, max: 200 }, executions: [] }
        for (const fault of ['html', { status: 403 }, { status: 200, body: short }] as const) {
          const remove = api.faults.add({ fault, match, times: 3 })
          await failure(endpoint.find(request, 'key-1'))
          remove()
        }
      })

    it('not where the job is gone, for then its executions cannot be listed (P3)', async () => {
      const { endpoint, request } = await use()
      const gone = { ...request, detail: { job: 'deleted' } }
      assert.equal((await failure(endpoint.find(gone, 'key-1'))).kind, 'notFound')
    })
  })

  describe('follows', () => {
    it('to the status and the number, with the log', async () => {
      const end = await (await use()).ended()
      assert.deepEqual(end.result, { status: 'succeeded', number: 1 })
      assert.equal(end.log, '2026-08-01T12:00:00Z localhost NORMAL recycled')
      assert.equal(end.reason, 'succeeded')
    })

    const ends: readonly [Partial<Execution>, string, string][] = [
      [{ status: 'failed' }, 'failed', 'failed on localhost'],
      [{ status: 'aborted', abortedBy: 'ada' }, 'failed', 'aborted by ada'],
      [{ status: 'timedout' }, 'failed', 'timedout'],
      [{ status: 'missed' }, 'failed', 'missed'],
      [{ status: 'other', customStatus: 'incomplete' }, 'unknown', 'other "incomplete"'],
      [{ status: 'other', customStatus: 'partly\u202e\ndone' }, 'unknown', 'other "partly done"'],
      [{ status: 'vaporized' }, 'unknown', 'vaporized'],
    ]
    for (const [amended, outcome, reason] of ends)
      it(`to ${JSON.stringify(amended)} as ${outcome} (P5)`, async () => {
        const end = await (await use()).endedAs(amended)
        if (end.state !== 'ended') assert.fail('it should have ended')
        assert.equal(end.outcome, outcome)
        assert.equal(end.reason, reason)
      })

    for (const status of ['running', 'queued', 'scheduled', 'failed-with-retry'])
      it(`${status} as no end, also where it comes after an end`, async () => {
        assert.equal((await (await use()).endedAs({ status, ended: null })).state, 'running')
      })

    it('a status that it does not know, without an end, as no end, and says which (P5)', async () => {
      await use()
      const progress = await world.endedAs({ status: 'paused', ended: null })
      assert.ok(progress.state === 'running')
      assert.match(progress.note ?? '', /"paused" without an end/)
    })

    it('a failed execution to the end of its retries, and tells the last one', async () => {
      const script: Script = (_options, { attempt, log }) => {
        log(`attempt ${attempt}`)
        if (attempt < 2) throw new Error('not yet')
      }
      const { api, ended } = await use({ retries: 3, script })
      const end = await ended()
      assert.equal(end.outcome, 'succeeded')
      assert.equal(end.handle, '1')
      assert.deepEqual(end.result, { status: 'succeeded', number: 3 })
      assert.match(end.log ?? '', /attempt 2$/)
      assert.equal(api.effects.length, 3)
    })

    it('retries that lead in a circle nowhere', async () => {
      const { api, endpoint, request, launched } = await use()
      await launched()
      await api.idle()
      const first = api.executions[0] ?? assert.fail()
      Object.assign(first, { status: 'failed-with-retry', retriedExecution: first })
      assert.match((await failure(endpoint.progress(request, '1'))).message, /lead nowhere/)
    })

    it('a long log by the opaque offsets, and cuts it', async () => {
      const script: Script = (_options, { log }) => {
        for (let line = 0; line < 3000; line++) log(`${line} ${'x'.repeat(100)}`)
      }
      const end = await (await use({ script }, { pageLines: 400 })).ended()
      assert.match(end.log ?? '', /cut here$/)
      assert.ok(Buffer.byteLength(end.log ?? '') <= 256 * 1024)
      const offsets = world.api.requests
        .filter(({ path }) => path.endsWith('/output'))
        .map(({ query }) => query['offset'])
      assert.deepEqual(offsets.slice(0, 2), ['0', Buffer.from('400').toString('base64url')])
    })

    it('all of a log in pages, in its order', async () => {
      const script: Script = (_options, { log }) => {
        for (let line = 0; line < 10; line++) log(`line ${line}`)
      }
      const end = await (await use({ script }, { pageLines: 3 })).ended()
      assert.deepEqual(
        end.log?.match(/line \d/g),
        Array.from({ length: 10 }, (_, line) => `line ${line}`),
      )
    })

    for (const [what, fault] of [
      ['500 while it is stored', { status: 500 }],
      ['503 while it is stored', { status: 503 }],
      ['as not complete', { status: 200, body: { id: '1', offset: '0', completed: false, entries: [] } }],
    ] as const)
      it(`until a log that comes ${what} is there, for a moment after the end`, async () => {
        const { api, endpoint, request, launched } = await use()
        const { handle } = await launched()
        await api.idle()
        const stored = api.faults.add({ fault, match: requestTo('GET', /\/output$/), times: 99 })
        assert.equal((await endpoint.progress(request, handle)).state, 'running')
        stored()
        const end = await endpoint.progress(request, handle)
        if (end.state !== 'ended') assert.fail('it should have ended')
        assert.deepEqual([end.outcome, (end.log ?? '').endsWith('recycled')], ['succeeded', true])
      })

    it('to the outcome although the log is not complete, or cannot be read, a while after the end', async () => {
      const { api, endpoint, request, launched } = await use()
      const { handle } = await launched()
      await api.idle()
      Object.assign(api.executions[0] ?? assert.fail(), { ended: new Date(Date.now() - 60_000) })
      const match = requestTo('GET', /\/output$/)
      const pending = { id: '1', offset: '0', completed: false, execCompleted: true, pending: 'Pending', entries: [] }
      for (const [fault, note] of [
        [{ status: 200, body: pending }, /the log was not complete/],
        ['html', /could not be read/],
        [{ status: 500 }, /could not be read/],
      ] as const) {
        const remove = api.faults.add({ fault, match, times: 9 })
        const end = await followed(endpoint, request, { state: 'running', handle })
        assert.equal(end.outcome, 'succeeded')
        assert.match(end.log ?? '', note)
        remove()
      }
    })

    for (const handle of ['../../system/info', '', '0', '1/abort', '1?x', 'abc', '9'.repeat(20)])
      it(`nothing at the handle ${JSON.stringify(handle)}`, async () => {
        const { api, endpoint, request } = await use()
        assert.equal((await failure(endpoint.progress(request, handle))).kind, 'malformed')
        assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'malformed')
        assert.equal(api.requests.length, 0)
      })

    it('not another execution than the one that it asked for', async () => {
      await use()
      world.api.faults.add({ fault: { status: 200, body: { id: 2, status: 'succeeded' } } })
      assert.equal((await failure(world.endpoint.progress(world.request, '1'))).kind, 'malformed')
    })
  })

  describe('aborts', () => {
    it('and believes it when the execution says so (P11)', async () => {
      const { endpoint, launched, request } = await use({ script: wait })
      const progress = await launched()
      await endpoint.cancel(request, progress.handle)
      const end = await followed(endpoint, request, progress)
      assert.equal(end.outcome, 'failed')
      assert.equal(end.reason, 'aborted by runbot')
    })

    it('the retry that runs, not the execution that was launched', async () => {
      const script: Script = async (options, context) => {
        if (context.attempt === 0) throw new Error('not yet')
        await wait(options, context)
      }
      const { api, endpoint, launched, request } = await use({ retries: 1, script })
      const progress = await launched()
      while (api.effects.length < 2) await new Promise((resolve) => setTimeout(resolve, 2))
      await endpoint.cancel(request, progress.handle)
      const end = await followed(endpoint, request, progress)
      assert.deepEqual(end.result, { status: 'aborted', number: 2 })
    })

    it('not what has ended: "failed", and the execution is read again', async () => {
      const { api, endpoint, launched, request } = await use()
      const { handle } = await launched()
      await api.idle()
      await endpoint.cancel(request, handle)
      assert.equal(api.requests.at(-1)?.path, '/api/44/execution/1')
    })

    it('and says where it could not, for an answer of 200 alone means nothing (P11)', async () => {
      const { api, endpoint, launched, request } = await use({ script: wait })
      const { handle } = await launched()
      Object.assign(api.executions[0] ?? assert.fail(), { elsewhere: true })
      assert.match((await failure(endpoint.cancel(request, handle))).message, /different cluster server/)
    })
  })

  describe('leaves the outcome as open as it is', () => {
    // The ten faults of the matrix are in test/contracts/endpoint-faults.test.ts; these are Rundeck's own.
    const matrix: readonly [what: string, fault: Fault, commit: boolean, kind: string, open: boolean][] = [
      [
        'api.error.execution.error',
        { status: 500, body: { error: true, errorCode: 'api.error.execution.error', message: 'x' } },
        true,
        'unavailable',
        true,
      ],
      ['JSON that is cut', 'garbage', true, 'malformed', true],
      [
        'an execution of another job',
        { status: 200, body: { id: 1, status: 'running', job: { id: 'other' } } },
        true,
        'malformed',
        true,
      ],
      ['a 201 instead of a 200', { status: 201, body: { id: 1, status: 'running' } }, true, 'malformed', true],
      ['a 404', { status: 404 }, false, 'notFound', false],
    ]
    for (const [what, fault, commit, kind, open] of matrix)
      it(`after ${what}: ${open ? 'looked up by its key, never sent again' : 'certainly not started'} (P3)`, async () => {
        await use()
        world.api.faults.add({ fault, commit, match: runPost })
        const error = await failure(world.launched())
        assert.equal(error.kind, kind)
        assert.equal(error.mayHaveHappened, open)
        assert.equal(posts().length, 1)
        assert.equal((await world.endpoint.find(world.request, 'key-1'))?.handle, commit ? '1' : undefined)
        assert.equal(await world.started(), commit ? 1 : 0)
      })

    for (const fault of ['html', { status: 500 }, { status: 403 }, { status: 302 }] as const)
      it(`or rather closed where ${JSON.stringify(fault)} came for the options of the job: nothing was sent`, async () => {
        await use()
        world.api.faults.add({ fault, times: 9 })
        assert.equal((await failure(world.launched())).mayHaveHappened, false)
        assert.equal(posts().length, 0)
      })
  })

  it('describes the operation in one line', async () => {
    const { api, job, endpoint, request } = await use()
    assert.equal(endpoint.describe(request), `POST ${api.url}/api/44/job/${job.id}/run {"pool":"DefaultAppPool"}`)
  })

  it('keeps its token out of every description and error', async () => {
    await use()
    const body = { error: true, errorCode: 'x', message: `token ${RUNDECK_TOKEN}` }
    world.api.faults.add({ fault: { status: 403, body }, match: runPost })
    const error = await failure(world.launched())
    const said = [world.endpoint.describe(world.request), error.message, error.stack, String(error.cause)].join()
    assert.ok(!said.includes(RUNDECK_TOKEN))
  })
})
