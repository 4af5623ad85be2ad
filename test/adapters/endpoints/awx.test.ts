import assert from 'node:assert/strict'
import type { JsonObject } from '../../../src/core/values.ts'
import { endpointContract, failure, followed, launchOf } from '../../contracts/endpoint.suite.ts'
import type { Template } from '../../sandbox/awx/templates.ts'
import { AWX_TOKEN, AWX_USER } from '../../sandbox/awx.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { launchPost, makeWorld, until, type World } from './awx-world.ts'
import { endpointOf } from './settings.ts'

const contractWorld = async (...from: Parameters<typeof makeWorld>) => {
  const { api, endpoint, request, started } = await makeWorld(...from)
  const { faults, down, stop } = api
  return { endpoint, request, faults, effects: started, down, stop, launches: launchPost }
}

endpointContract('awx', () => contractWorld(), { findsByKey: true })
endpointContract('awx with labels', () => contractWorld({}, { detail: { correlate: 'label' } }), { findsByKey: true })
endpointContract('awx with a workflow', () => contractWorld({ kind: 'workflow_job_templates' }), { findsByKey: true })
endpointContract('awx with a sliced template', () => contractWorld({ slices: 3 }), { findsByKey: true })

describe('the awx endpoint', () => {
  let world: World
  const use = async (...from: Parameters<typeof makeWorld>) => {
    world = await makeWorld(...from)
    return world
  }
  afterEach(() => world.api.stop())
  const posts = (end = '/launch/') =>
    world.api.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(end))

  describe('launches', () => {
    it('what was planned: the variables, the key among them, on the target alone (DESIGN §9)', async () => {
      const { api, launched, ended } = await use()
      await launched('run-1-abc')
      assert.deepEqual(posts()[0]?.body, {
        extra_vars: { pool: 'DefaultAppPool', runbot_run_id: 'run-1-abc' },
        limit: 'web-01',
      })
      assert.equal((await ended()).outcome, 'succeeded')
      assert.equal(api.effects[0]?.limit, 'web-01')
    })

    it('by Bearer or Basic, under the base path of the controller or of the gateway', async () => {
      const base = '/api/controller/v2/'
      await use({}, { base, settings: { base, auth: { basic: [...AWX_USER] } } })
      assert.equal((await world.ended()).outcome, 'succeeded')
      assert.ok(world.api.requests.every(({ path }) => path.startsWith(base)))
    })

    it('by id, and never without the slash at the end, where a redirect would turn a POST into a GET', async () => {
      const { api, ended, launched, endpoint, request } = await use({}, { detail: { template: 7 } })
      await ended()
      await endpoint.cancel(request, (await launched()).handle)
      assert.equal(posts()[0]?.path, '/api/v2/job_templates/7/launch/')
      assert.ok(api.requests.every(({ path }) => path.endsWith('/')))
    })

    for (const [name, template] of [
      ['C++ & more: 100% [a]/b?', 'C[+][+] & more: 100% [a]/b?++Default'],
      ['a/b', 'a%2Fb++Default'],
      ['a+b', 'a+b++Default'],
      ['100%41', '100%2541++Default'],
    ] as const)
      it(`by the named URL ${template}`, async () => {
        const { api, ended } = await use({ name }, { detail: { template } })
        assert.equal((await ended()).outcome, 'succeeded')
        assert.equal(api.effects[0]?.template, name)
      })

    it('a template without an organisation by its trailing ++', async () => {
      await use({ organization: null }, { detail: { template: 'Recycle app pool++' } })
      assert.equal((await world.ended()).outcome, 'succeeded')
    })

    it('no template by its bare name, which would be that of whichever organisation comes first (P1)', async () => {
      await use({}, { detail: { template: 'Recycle app pool' } })
      const error = await failure(world.launched())
      assert.match(error.message, /<name>\+\+<organisation>/)
      assert.equal(error.mayHaveHappened, false)
      assert.equal(world.api.requests.length, 0)
    })

    it('says that 404 for a name may mean that the token may not see it (P12)', async () => {
      await use({ forbidden: true })
      const error = await failure(world.launched())
      assert.equal(error.kind, 'notFound')
      assert.match(error.message, /may not see it/)
    })

    for (const target of ['all', 'web-01,web-02', 'web*', '~web.*', '!web-01', '@hosts', 'web:db', 'web 01', ''])
      it(`nothing on a target named ${JSON.stringify(target)}, which Ansible would read as a pattern (P9)`, async () => {
        const { api, endpoint, request } = await use()
        const error = await failure(endpoint.launch(launchOf(request, { target })))
        assert.match(error.message, /not the plain name of a host/)
        assert.equal(error.mayHaveHappened, false)
        assert.equal(api.requests.length, 0)
      })

    it('nothing where the limit holds another expression, with is no object, or with holds the key', async () => {
      const { api } = await use({}, { detail: { limit: '${ci.name}' } })
      assert.match((await failure(world.launched())).message, /may hold \$\{target\} and nothing else/)
      const { endpoint, request } = world
      const plain = { ...request, detail: { template: 7 } }
      for (const given of [['a'], 'text', { runbot_run_id: 'mine' }]) {
        const error = await failure(endpoint.launch(launchOf({ ...plain, with: given })))
        assert.match(error.message, /with must/)
      }
      assert.equal(api.requests.length, 0)
    })
  })

  describe('reads first what the template asks for, and launches nothing', () => {
    const cases: readonly [string, Partial<Template>, RegExp, JsonObject?][] = [
      [
        'where it does not prompt for the limit',
        { asks: { variables: true } },
        /does not prompt for the limit.*all hosts/,
      ],
      ['where it does not prompt for variables', { asks: { limit: true } }, /variables \(pool, runbot_run_id\)/],
      [
        'where it does not prompt for labels',
        { asks: { variables: true, limit: true } },
        /does not prompt for labels/,
        { correlate: 'label' },
      ],
      [
        'where its survey does not know the key',
        { asks: { limit: true }, survey: [{ variable: 'pool' }] },
        /survey has no runbot_run_id/,
      ],
      [
        'where its survey would hide the key',
        { asks: { limit: true }, survey: [{ variable: 'pool' }, { variable: 'runbot_run_id', type: 'password' }] },
        /hides runbot_run_id/,
      ],
      [
        'where it needs a variable that with does not bring',
        { survey: [{ variable: 'site', required: true }] },
        /needs site: add it to with/,
      ],
      ['where it asks for passwords', { passwords: ['ssh_password'] }, /asks for passwords \(ssh_password\)/],
      ['where it has no inventory', { inventory: false }, /has no inventory/],
    ]
    for (const [what, fields, reason, detail = {}] of cases)
      it(`${what} (P12)`, async () => {
        await use(fields, { detail })
        const error = await failure(world.launched())
        assert.equal(error.kind, 'denied')
        assert.equal(error.mayHaveHappened, false)
        assert.match(error.message, reason)
        assert.equal(posts().length, 0)
      })

    it('but does where its survey has every variable, or its own limit is the target', async () => {
      const survey = [{ variable: 'pool' }, { variable: 'runbot_run_id' }]
      await use({ asks: {}, survey, limit: 'web-01' })
      assert.equal((await world.ended()).outcome, 'succeeded')
      assert.ok(await world.endpoint.find(world.request, 'key-1'))
    })

    for (const fault of [
      'html',
      'garbage',
      { status: 301, headers: { location: '/elsewhere' } },
      { status: 500 },
    ] as const)
      it(`where ${JSON.stringify(fault)} is the answer to that`, async () => {
        await use()
        world.api.faults.add({ fault, match: requestTo('GET', /\/launch\/$/), times: 9 })
        assert.equal((await failure(world.launched())).mayHaveHappened, false)
        assert.equal(posts().length, 0)
      })
  })

  describe('where AWX ignores what it was told', () => {
    const ignoring = async (fields: Partial<Template>, asks: Template['asks']) => {
      await use(fields)
      world.unprompt(asks)
      return world.launched()
    }

    it('cancels at once and says that the job must not count, once the cancel took effect', async () => {
      const progress = await ignoring({ play: until }, { variables: true })
      assert.equal(posts('/cancel/').length, 1)
      assert.equal(progress.state, 'running')
      const end = await followed(world.endpoint, world.request, progress)
      assert.equal(end.outcome, 'failed')
      assert.match(end.reason, /^it must not count: AWX launched it without limit; it was cancelled/)
    })

    it('names each field that was ignored', async () => {
      const progress = await ignoring({ play: until }, {})
      const end = await followed(world.endpoint, world.request, progress)
      assert.match(end.reason, /without extra_vars, limit;/)
    })

    it('is unknown where the job ended before the cancel (P3)', async () => {
      await use()
      world.api.faults.add({ fault: { status: 503 }, match: requestTo('POST', /\/cancel\/$/) })
      world.unprompt({ variables: true })
      const progress = await world.launched()
      await world.api.idle()
      const end = await followed(world.endpoint, world.request, progress)
      assert.equal(end.outcome, 'unknown')
      assert.match(end.reason, /before the cancel it ended as successful$/)
    })

    it('asks for the cancel again while the job runs, also after a crash, for the handle says it', async () => {
      await use({ play: until })
      world.api.faults.add({ fault: { status: 503 }, match: requestTo('POST', /\/cancel\/$/) })
      world.unprompt({ variables: true })
      const { handle } = await world.launched()
      assert.match(handle, /\/ignored\/limit$/)
      const again = endpointOf(world.settings, world.request)
      const end = await followed(again, world.request, { state: 'running', handle })
      assert.equal(end.outcome, 'failed')
    })

    it('finds out from the job that its limit was ignored where the answer was lost', async () => {
      await use({ play: until })
      world.unprompt({ variables: true })
      world.api.faults.add({ fault: 'reset-after-commit', match: launchPost })
      await failure(world.launched())
      const found = await world.endpoint.find(world.request, 'key-1')
      assert.ok(found)
      const end = await followed(world.endpoint, world.request, found)
      assert.equal(end.outcome, 'failed')
      assert.match(end.reason, /without limit/)
    })

    for (const [body, words] of [
      [{ variables_needed_to_start: ["'site' value missing"] }, /variables_needed_to_start: 'site' value missing/],
      [{ passwords_needed_to_start: ['ssh_password'] }, /passwords_needed_to_start: ssh_password/],
      [{ credentials: ['Removing Machine credential at launch time'] }, /credentials: Removing Machine/],
      [{ resources_needed_to_start: ['inventory'] }, /resources_needed_to_start: inventory/],
      [{ __all__: ['Job Template project is missing.'] }, /status 400, Job Template project is missing/],
      [{ detail: 'JSON parse error - Expecting value' }, /status 400, JSON parse error/],
    ] as const)
      it(`takes ${JSON.stringify(body)} for certainly not started, in the words of AWX (P3, P12)`, async () => {
        await use()
        world.api.faults.add({ fault: { status: 400, body }, match: launchPost })
        const error = await failure(world.launched())
        assert.equal(error.mayHaveHappened, false)
        assert.match(error.message, words)
      })

    it('takes what a workflow template does not prompt for as refused, in the words of AWX (P12)', async () => {
      const progress = ignoring({ kind: 'workflow_job_templates' }, { variables: true })
      const error = await failure(progress)
      assert.equal(error.mayHaveHappened, false)
      assert.match(error.message, /status 400, limit: Field is not configured to prompt on launch\./)
    })
  })

  it('describes the operation in one line, without its token (P12)', async () => {
    const { api, endpoint, request } = await use()
    const said = endpoint.describe(request)
    assert.equal(
      said,
      `POST ${api.url}/api/v2/job_templates/Recycle%20app%20pool++Default/launch/ limit \${target} {"pool":"DefaultAppPool"}`,
    )
    assert.match(endpoint.describe({ ...request, detail: { template: 'bare\nname' } }), /^POST http[^\n]+ bare name \{/)
  })

  it('keeps its token out of every error', async () => {
    await use()
    world.api.faults.add({ fault: { status: 401, body: { detail: `Bearer ${AWX_TOKEN}` } }, match: launchPost })
    const error = await failure(world.launched())
    assert.ok(!`${error.message}${error.stack}${String(error.cause)}`.includes(AWX_TOKEN))
  })
})
