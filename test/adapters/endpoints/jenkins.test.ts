import assert from 'node:assert/strict'
import { PortError } from '../../../src/ports/errors.ts'
import { endpointContract, failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { JENKINS_USER } from '../../sandbox/jenkins.ts'
import { closeAll, given, held, job, lastItem, launches, makeWorld, reads } from './jenkins-setup.ts'
import { endpointOf } from './settings.ts'

endpointContract(
  'jenkins',
  async () => {
    const { system, endpoint, request } = await makeWorld({ quietMs: 5, durationMs: 5 })
    const effects = async () => {
      await system.idle()
      return system.effects.length
    }
    return { endpoint, request, faults: system.faults, launches, effects, down: system.down, stop: system.stop }
  },
  { findsByKey: true },
)

held('the jenkins endpoint, launching', (current) => {
  it('sends the parameters and the key as a form, to the job in its folder (CONTRACTS §3)', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request, { key: 'run-1/plan/step' }))
    const { path, raw, headers } = system.requests.find(launches) ?? assert.fail()
    assert.equal(path, '/job/ops/job/restart-worker/buildWithParameters')
    assert.match(headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/)
    const form = Object.fromEntries(new URLSearchParams(raw.toString()))
    assert.deepEqual(form, { ...given, drain: 'false', RUNBOT_KEY: 'run-1/plan/step' })
    // The Location named another host: only the id was taken from it.
    assert.equal(handle, `queue/${lastItem(current()).id}/run-1/plan/step`)
  })

  it('is not idempotent, and describes the request without its user (P12)', () => {
    const { endpoint, request, system } = current()
    assert.equal(endpoint.idempotent, false)
    const described = endpoint.describe(request)
    assert.equal(
      described,
      `POST ${system.url}/job/ops/job/restart-worker/buildWithParameters ${JSON.stringify(given)}`,
    )
    assert.match(endpoint.describe({ ...request, detail: {} }), /^POST http\S+ \(no job\)/)
  })

  it('uses RUNBOT_KEY where no parameter is named, and keeps what leads up to /job', async () => {
    const { request, settings, system } = current()
    const bare = { ...request, detail: { job } }
    await endpointOf(settings, bare).launch(launchOf(bare))
    assert.equal(lastItem(current()).parameters.find(({ name }) => name === 'RUNBOT_KEY')?.value, 'key-1')
    const below = endpointOf({ ...settings, base: '/ci/' }, bare)
    assert.equal((await failure(below.launch(launchOf(bare)))).kind, 'notFound')
    assert.equal(system.requests.at(-1)?.path, '/ci/job/ops/job/restart-worker/api/json')
  })

  for (const [what, fields, message] of [
    [
      'an undeclared parameter, which Jenkins would drop',
      { with: { ...given, host: 'x' } },
      /parameter host.*declare it/,
    ],
    ['an illegal choice, which Jenkins answers with 500', { with: { ...given, mode: 'wild' } }, /choices.*mode/],
    ["the key's own parameter", { with: { RUNBOT_KEY: 'x' } }, /runbot's own/],
    ['a name that Jenkins reads itself', { with: { delay: '0sec' } }, /"delay"/],
    ['a value that has no one text', { with: { worker: ['a'] } }, /worker is not a text/],
    ['a "with" that is a list', { with: ['a'] }, /not a list of parameters/],
    ['a key that the job does not declare', { detail: { job, keyParameter: 'KEY' } }, /add a string parameter KEY/],
    [
      'a key that would not be shown',
      { detail: { job, keyParameter: 'pin' }, with: {} },
      /PasswordParameter.*add a string/,
    ],
    ['a job without a name', { detail: {} }, /names no job/],
    ['a job that leads elsewhere', { detail: { job: '../admin' } }, /names no job/],
  ] as const)
    it(`sends nothing for ${what} (P12)`, async () => {
      const { endpoint, request, system } = current()
      const error = await failure(endpoint.launch(launchOf({ ...request, ...fields })))
      assert.match(error.message, message)
      assert.equal(error.mayHaveHappened, false)
      assert.equal(system.requests.filter(launches).length, 0)
    })

  it('sends nothing where the job cannot be looked at (P5)', async () => {
    const { endpoint, request, system } = current()
    system.faults.add({ fault: 'html', match: reads })
    const error = await failure(endpoint.launch(launchOf(request)))
    assert.deepEqual(
      [error.kind, error.mayHaveHappened, system.requests.filter(launches).length],
      ['malformed', false, 0],
    )
  })

  for (const [status, meaning] of [
    [400, /takes no parameters/],
    [403, /permission Job\/Build/],
    [404, /no such job/],
    [405, /another method/],
    [409, /disabled/],
  ] as const)
    it(`says what a ${status} means, for Jenkins says it in HTML (P12)`, async () => {
      const { endpoint, request, system } = current()
      const body = '<html>no</html>'
      system.faults.add({ fault: { status, headers: { 'content-type': 'text/html' }, body }, match: launches })
      const error = await failure(endpoint.launch(launchOf(request)))
      assert.match(error.message, meaning)
      assert.equal(error.mayHaveHappened, false)
    })

  it('is refused by a disabled job without having started anything', async () => {
    const { endpoint, request, system } = current()
    system.job(job).disabled = true
    assert.equal((await failure(endpoint.launch(launchOf(request)))).kind, 'conflict')
  })

  it('takes a 303 for its own item and finds it by the key, for nobody else sends that key (P3)', async () => {
    const { endpoint, request, system } = current()
    const first = await endpoint.launch(launchOf(request))
    const error = await failure(endpoint.launch(launchOf(request)))
    assert.equal(error.mayHaveHappened, true)
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, first.handle)
    assert.equal(system.items.length, 1)
  })

  it('takes the 201 of an older server for a merge into its own item (CONTRACTS §3)', async () => {
    const { endpoint, request, system } = current()
    system.set({ mergesWith: 201 })
    const first = await endpoint.launch(launchOf(request))
    assert.equal((await endpoint.launch(launchOf(request))).handle, first.handle)
    assert.equal(system.items.length, 1)
  })

  it('is never merged with the launch of another key: each has an item of its own (CONTRACTS §3)', async () => {
    const { endpoint, request, system } = current()
    await endpoint.launch(launchOf(request))
    await endpoint.launch(launchOf(request, { key: 'key-2' }))
    assert.equal(system.items.length, 2)
  })

  it('leaves it open where a listener vetoed it, and then finds nothing (P3)', async () => {
    const { endpoint, request, system } = current()
    system.set({ vetoes: true })
    assert.equal((await failure(endpoint.launch(launchOf(request)))).mayHaveHappened, true)
    assert.equal(await endpoint.find(request, 'key-1'), undefined)
  })

  for (const location of ['', 'http://elsewhere/', '/queue/item/x/', '/queue/item/7/../../admin'])
    it(`leaves it open where a 201 names "${location}" as the item (P3)`, async () => {
      const { endpoint, request, system } = current()
      system.faults.add({ fault: { status: 201, headers: { location } }, commit: true, match: launches })
      const error = await failure(endpoint.launch(launchOf(request)))
      assert.deepEqual([error.kind, error.mayHaveHappened], ['malformed', true])
      assert.ok(await endpoint.find(request, 'key-1'))
    })

  it('does not call a launch lost because the first look at its item failed (P3)', async () => {
    const { endpoint, request, system } = current()
    system.faults.add({ fault: { status: 500 }, match: requestTo('GET', '/queue/item/'), times: 9 })
    assert.equal((await endpoint.launch(launchOf(request))).state, 'running')
  })

  it('keeps its token out of every error', async () => {
    const { endpoint, request, system } = current()
    system.faults.add({ fault: 'reset-after-commit', match: launches })
    const error = await failure(endpoint.launch(launchOf(request)))
    const encoded = Buffer.from(`${JENKINS_USER.user}:${JENKINS_USER.token}`).toString('base64')
    const said = [error.message, error.stack, String(error.cause)].join()
    assert.ok(!said.includes(JENKINS_USER.token) && !said.includes(encoded))
  })
})

describe('the jenkins endpoint with a password', () => {
  afterEach(closeAll)
  it('brings a crumb and its session where the server demands them, once for all (CONTRACTS §3)', async () => {
    const { system, endpoint, request } = await makeWorld({}, JENKINS_USER.password)
    await endpoint.launch(launchOf(request))
    await endpoint.launch(launchOf(request, { key: 'key-2' }))
    const posts = system.requests.filter(launches).map(({ status }) => status)
    assert.deepEqual(posts, [403, 201, 201])
  })

  it('asks once more whether it may leave when it has its crumb (P11)', async () => {
    const { system, endpoint, request } = await makeWorld({}, JENKINS_USER.password)
    const issuer = requestTo('GET', '/crumbIssuer')
    const mayLeave = async () => {
      if (system.requests.some(issuer)) throw new PortError('denied', 'freeze: all of it')
    }
    const error = await failure(endpoint.launch(launchOf(request, { mayLeave })))
    assert.deepEqual([error.kind, error.message, error.mayHaveHappened], ['denied', 'freeze: all of it', false])
    const sent = system.requests.filter((call) => launches(call) || issuer(call)).map(({ status }) => status)
    assert.deepEqual([sent, system.items.length], [[403, 200], 0])
  })

  it('stays refused where no crumb is issued', async () => {
    const { system, endpoint, request } = await makeWorld({}, JENKINS_USER.password)
    system.faults.add({ fault: { status: 404 }, match: requestTo('GET', '/crumbIssuer') })
    const error = await failure(endpoint.launch(launchOf(request)))
    assert.deepEqual([error.kind, error.mayHaveHappened, system.items.length], ['denied', false, 0])
  })
})
