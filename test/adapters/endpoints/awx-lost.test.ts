import assert from 'node:assert/strict'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Fault, requestTo } from '../../sandbox/faults.ts'
import { launchPost, makeWorld, type World } from './awx-world.ts'

describe('the awx endpoint, where an answer is lost,', () => {
  let world: World
  const use = async (...from: Parameters<typeof makeWorld>) => {
    world = await makeWorld(...from)
    return world
  }
  afterEach(() => world.api.stop())
  const posts = (end = '/launch/') =>
    world.api.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(end))

  describe('finds a lost launch', () => {
    it('by the key in extra_vars, over jobs and workflow jobs, and never filters on extra_vars', async () => {
      const { api, launched, endpoint, request } = await use()
      await launched('key-1')
      await launched('key-2')
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'jobs/1')
      assert.equal((await endpoint.find(request, 'key-2'))?.handle, 'jobs/2')
      const lists = api.requests.filter(({ path }) => /\/(workflow_)?jobs\/$/.test(path))
      assert.ok(lists.some(({ path }) => path === '/api/v2/workflow_jobs/'))
      assert.ok(lists.every(({ query }) => !Object.keys(query).some((name) => name.startsWith('extra_vars'))))
    })

    it('behind 1000 newer jobs, page by page', async () => {
      const { api, template, launched, endpoint, request } = await use()
      await launched()
      await api.idle()
      for (let more = 0; more < 1000; more++) api.plant(template, { variables: { runbot_run_id: `other-${more}` } })
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'jobs/1')
      assert.equal(await endpoint.find(request, 'never-sent'), undefined)
    })

    it('not among more jobs than it looks at: then nobody can say (P3)', async () => {
      const { api, template, endpoint, request } = await use()
      for (let more = 0; more < 10_001; more++) api.plant(template, { variables: { runbot_run_id: `other-${more}` } })
      assert.match((await failure(endpoint.find(request, 'never-sent'))).message, /10000 jobs, and there are more/)
    })

    it('as the whole of a sliced job, not as one of its parts', async () => {
      const { launched, endpoint, request } = await use({ slices: 3 })
      const { handle } = await launched()
      assert.equal(handle, 'workflow_jobs/1')
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, handle)
    })

    it('as itself, not as the relaunch that a person made of it', async () => {
      const { api, template, launched, endpoint, request } = await use()
      const { handle } = await launched()
      const copy = { variables: { runbot_run_id: 'key-1' }, launchType: 'relaunch' }
      api.plant(template, copy)
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, handle)
    })

    it('not where only copies, or several jobs, bear the key (P3)', async () => {
      const { api, template, endpoint, request } = await use()
      api.plant(template, { variables: { runbot_run_id: 'copied' }, launchType: 'relaunch' })
      for (const status of ['failed', 'successful'])
        api.plant(template, { status, variables: { runbot_run_id: 'twice' } })
      assert.match((await failure(endpoint.find(request, 'copied'))).message, /only copies/)
      assert.match((await failure(endpoint.find(request, 'twice'))).message, /several/)
    })

    it('past jobs whose variables are YAML, unless those hold the key (P3)', async () => {
      const { api, template, endpoint, request } = await use()
      api.plant(template, { extraVars: '---\npool: x' })
      assert.equal(await endpoint.find(request, 'key-1'), undefined)
      api.plant(template, { extraVars: '---\nrunbot_run_id: key-1' })
      assert.match((await failure(endpoint.find(request, 'key-1'))).message, /not JSON/)
    })

    it('by its label, made once and looked up where it is there already', async () => {
      const { api, launched, endpoint, request } = await use({}, { detail: { correlate: 'label' } })
      api.labels.push({ id: 1, name: 'key-1', organization: 1 })
      await launched()
      assert.deepEqual(posts()[0]?.body, { extra_vars: { pool: 'DefaultAppPool' }, limit: 'web-01', labels: [1] })
      assert.equal((await endpoint.find(request, 'key-1'))?.handle, 'jobs/1')
      assert.equal(await endpoint.find(request, 'key-2'), undefined)
    })

    it('and knows that a lost label is no launch (P3)', async () => {
      await use({}, { detail: { correlate: 'label' } })
      world.api.faults.add({ fault: 'reset-after-commit', match: requestTo('POST', /\/labels\/$/), times: 9 })
      const error = await failure(world.launched())
      assert.equal(error.mayHaveHappened, false)
      assert.equal(posts().length, 0)
    })

    it('not in an organisation that is none: then a label cannot be made (P12)', async () => {
      await use({ organization: null }, { detail: { template: 7, correlate: 'label' } })
      const error = await failure(world.launched())
      assert.match(error.message, /no organisation.*extra_vars/)
      assert.equal(error.mayHaveHappened, false)
    })

    for (const [what, row] of [
      ['of another template', { id: 3, job_template: 8, workflow_job_template: null, extra_vars: '{}' }],
      ['without extra_vars', { id: 3, job_template: 7 }],
    ] as const)
      it(`not in a list of jobs ${what} (P3)`, async () => {
        await use()
        const body = { count: 1, next: null, previous: null, results: [row] }
        world.api.faults.add({ fault: { status: 200, body }, match: requestTo('GET', /\/workflow_jobs\/$/) })
        assert.equal((await failure(world.endpoint.find(world.request, 'key-1'))).kind, 'malformed')
      })

    for (const [what, asks, detail] of [
      ['variables', { limit: true }, {}],
      ['labels', { variables: true, limit: true }, { correlate: 'label' }],
    ] as const)
      it(`not where the template stopped prompting for ${what} meanwhile: a job may have lost its key (P3)`, async () => {
        const { api, template, endpoint, launched, request, unprompt } = await use({}, { detail })
        unprompt(asks)
        api.faults.add({ fault: 'reset-after-commit', match: launchPost })
        assert.equal((await failure(launched())).mayHaveHappened, true)
        assert.match((await failure(endpoint.find(request, 'key-1'))).message, /may have been launched without it/)
        assert.equal(await world.started(), 1)
        template.asks = { variables: true, limit: true, labels: true }
        assert.equal(await endpoint.find(request, 'key-2'), undefined)
      })

    it('by a survey alone, which has to know the key still (P3)', async () => {
      const survey = [{ variable: 'pool' }, { variable: 'runbot_run_id' }]
      const { template, endpoint, request } = await use({ asks: { limit: true }, survey })
      assert.equal(await endpoint.find(request, 'key-1'), undefined)
      template.survey = [{ variable: 'pool' }]
      assert.equal((await failure(endpoint.find(request, 'key-1'))).kind, 'malformed')
    })

    it('not where the template is gone, for then its jobs cannot be listed (P3)', async () => {
      const { endpoint, request } = await use()
      const gone = { ...request, detail: { ...request.detail, template: 99 } }
      assert.equal((await failure(endpoint.find(gone, 'key-1'))).kind, 'notFound')
    })
  })

  describe('leaves the outcome as open as it is', () => {
    // The ten faults of the matrix are in test/contracts/endpoint-faults.test.ts; these are AWX's own.
    const matrix: readonly [what: string, fault: Fault, commit: boolean, kind: string, open: boolean][] = [
      ['JSON that is cut', 'garbage', true, 'malformed', true],
      ['a 201 without a job', { status: 201, body: { ignored_fields: {} } }, true, 'malformed', true],
      ['a 200 instead of a 201', { status: 200, body: { job: 1 } }, true, 'malformed', true],
      ['a 403', { status: 403, body: { detail: 'You do not have permission' } }, false, 'denied', false],
    ]
    for (const [what, fault, commit, kind, open] of matrix)
      it(`after ${what}: ${open ? 'looked up by its key, never sent again' : 'certainly not started'} (P3)`, async () => {
        await use()
        world.api.faults.add({ fault, commit, match: launchPost })
        const error = await failure(world.launched())
        assert.equal(error.kind, kind)
        assert.equal(error.mayHaveHappened, open)
        assert.equal(posts().length, 1)
        const found = await world.endpoint.find(world.request, 'key-1')
        assert.equal(found?.handle, commit ? 'jobs/1' : undefined)
        assert.equal(await world.started(), commit ? 1 : 0)
      })

    it('where the template is slow to say what it asks for: then nothing was launched (P2)', async () => {
      await use()
      world.api.faults.add({ fault: { slow: 900 }, match: requestTo('GET', /\/launch\/$/) })
      const error = await failure(world.endpoint.launch(launchOf(world.request, { deadlineAt: Date.now() + 300 })))
      assert.equal(error.kind, 'timeout')
      assert.equal(error.mayHaveHappened, false)
      assert.equal(posts().length, 0)
    })
  })
})
