// Owns the specification of membership in Entra groups: what counts as yes, what as no, and what is never either.
import assert from 'node:assert/strict'
import type { Membership } from '../../../src/ports/directory.ts'
import type { Fault } from '../../sandbox/faults.ts'
import { throttled } from '../../sandbox/graph/answers.ts'
import { BOARD, EVE, type GraphSetup, groupId, MAYA, NOBODY, SAM, setup, WEB, WEB_L2 } from './graph-setup.ts'

const yes = { is: 'yes' }
const no = { is: 'no' }
const reasonOf = (answer: Membership): string => {
  assert.equal(answer.is, 'unknown')
  return answer.is === 'unknown' ? answer.reason : ''
}

describe('Entra groups', () => {
  let world: GraphSetup
  beforeEach(async () => {
    world = await setup()
  })
  afterEach(() => world.graph.stop())
  const asked = (): readonly (readonly string[])[] =>
    world.graph.requests.map(({ body }) => (body as { groupIds: string[] }).groupIds)

  it('count who is in them, directly or through a group within', async () => {
    const { source } = world
    assert.deepEqual(await source.membership(MAYA, WEB), yes)
    assert.deepEqual(await source.membership(SAM, WEB), yes)
    assert.deepEqual(await source.membership(SAM.toUpperCase(), WEB_L2.toUpperCase()), yes)
    assert.deepEqual(await source.membership(EVE, WEB), no)
    assert.deepEqual(await source.membership(MAYA, NOBODY), no)
  })

  it('are left by whoever is taken out, at the next question (P2)', async () => {
    const { source, graph } = world
    assert.deepEqual(await source.membership(MAYA, WEB), yes)
    graph.setGroup({ id: WEB, name: 'Web Platform', members: [] })
    assert.deepEqual(await source.membership(MAYA, WEB), no)
  })

  it('hold nobody where Graph says nothing of them: hidden membership, or no such group (P5)', async () => {
    const { source, graph } = world
    assert.deepEqual(await source.membership(MAYA, BOARD), no)
    assert.deepEqual(await source.membership(MAYA, groupId(99)), no)
    graph.grant('User.Read.All', 'GroupMember.Read.All', 'Member.Read.Hidden')
    assert.deepEqual(await source.membership(MAYA, BOARD), yes)
  })

  it('are asked for in one request where one person’s questions come together', async () => {
    const { source } = world
    const answers = await Promise.all([WEB, NOBODY, WEB_L2, WEB].map((group) => source.membership(SAM, group)))
    assert.deepEqual(answers, [yes, no, yes, yes])
    assert.deepEqual(asked(), [[WEB, NOBODY, WEB_L2]])
  })

  it('are asked for each person apart, and anew for each question that comes later', async () => {
    const { source } = world
    await Promise.all([source.membership(SAM, WEB), source.membership(EVE, WEB)])
    await source.membership(SAM, WEB)
    assert.equal(world.graph.requests.length, 3)
  })

  it('are asked for by twenty at most', async () => {
    const many = Array.from({ length: 45 }, (_, index) => groupId(100 + index))
    many.forEach((id) => world.graph.setGroup({ id, name: id, members: [MAYA] }))
    const answers = await Promise.all([...many, NOBODY].map((group) => world.source.membership(MAYA, group)))
    assert.deepEqual(answers, [...many.map(() => yes), no])
    assert.deepEqual(
      asked()
        .map((ids) => ids.length)
        .toSorted(),
      [20, 20, 6],
    )
  })

  it('of which one request fails leave the others known', async () => {
    const many = Array.from({ length: 40 }, (_, index) => groupId(100 + index))
    many.forEach((id) => world.graph.setGroup({ id, name: id, members: [MAYA] }))
    const first = (body: unknown) => (body as { groupIds: string[] }).groupIds.includes(groupId(100))
    world.graph.faults.add({ fault: { status: 400 }, match: ({ body }) => first(body) })
    const answers = await Promise.all(many.map((group) => world.source.membership(MAYA, group)))
    assert.equal(answers.filter(({ is }) => is === 'unknown').length, 20)
    assert.equal(answers.filter(({ is }) => is === 'yes').length, 20)
  })

  it('are not harmed by an id beside them that is none', async () => {
    const { source } = world
    const [bad, good] = await Promise.all([source.membership(MAYA, 'Web Platform'), source.membership(MAYA, WEB)])
    assert.match(reasonOf(bad), /^"Web Platform" in governance.yaml is no Entra group id$/)
    assert.deepEqual(good, yes)
    assert.deepEqual(asked(), [[WEB]])
  })

  it('are not asked of Graph for a person without an Entra object id (P10)', async () => {
    for (const person of ['', 'maya.lind@corp.example', `${MAYA}/memberOf`, '../groups'])
      assert.match(reasonOf(await world.source.membership(person, WEB)), /not known by an Entra object id/)
    assert.deepEqual(world.graph.requests, [])
  })

  it('do not tell of a person whom Graph does not know (P5, P12)', async () => {
    world.graph.removePerson(MAYA)
    assert.equal(
      reasonOf(await world.source.membership(MAYA, WEB)),
      "Microsoft Graph knows no such person (404 Request_ResourceNotFound): the account was deleted, or is not in the bot's tenant",
    )
  })

  it('need two permissions, which a refusal names (P12)', async () => {
    for (const granted of [
      ['User.Read.All'],
      ['GroupMember.Read.All'],
      ['User.ReadBasic.All', 'GroupMember.Read.All'],
    ]) {
      world.graph.grant(...granted)
      assert.match(
        reasonOf(await world.source.membership(MAYA, WEB)),
        /refused \(403 Authorization_RequestDenied\): grant .* User\.Read\.All and GroupMember\.Read\.All, as application permissions with admin consent$/,
      )
    }
  })

  it('are unknown while Graph does not accept the token', async () => {
    await world.source.membership(MAYA, WEB)
    world.graph.revokeTokens()
    assert.match(
      reasonOf(await world.source.membership(MAYA, WEB)),
      /^Microsoft Graph did not accept runbot's token \(401 InvalidAuthenticationToken\): check that GRAPH_URL/,
    )
  })

  const failures: [what: string, fault: Fault, says: RegExp][] = [
    ['throttles for long', throttled(60), /too many questions \(429 TooManyRequests\): try again in 60 s$/],
    ['throttles with another code', throttled(30, 'activityLimitReached'), /\(429 activityLimitReached\): .* in 30 s$/],
    ['is out of order', { status: 500 }, /is out of order \(500\): try again in a minute$/],
    ['is out of order for long', { status: 503, headers: { 'retry-after': '20' } }, /\(503\): try again in 20 s$/],
    ['answers a web page', 'html', /something that cannot be read: check GRAPH_URL/],
    ['answers broken JSON', 'garbage', /something that cannot be read/],
    ['answers another shape', { status: 200, body: { value: [WEB, 7] } }, /something that cannot be read/],
    ['answers no groups at all', { status: 200, body: { groups: [WEB] } }, /something that cannot be read/],
    ['redirects', { status: 302, headers: { location: 'https://login.example' } }, /something that cannot be read/],
    ['is not what answers', { status: 404, body: '<html>Not Found</html>' }, /cannot be read: check GRAPH_URL/],
    ['refuses the question', { status: 400 }, /refused the question \(400\): check the group ids in governance.yaml/],
    ['drops the connection', 'down', /could not be reached: check the network/],
  ]
  for (const [what, fault, says] of failures)
    it(`are unknown while Graph ${what}, and the reason says what would help (P5, P12)`, async () => {
      world.graph.faults.add({ fault, times: 10 })
      assert.match(reasonOf(await world.source.membership(MAYA, WEB)), says)
      world.graph.faults.clear()
      assert.deepEqual(await world.source.membership(MAYA, WEB), yes)
    })

  it('do not repeat the words of a failure: they may be anybody’s', async () => {
    const body = { error: { code: 'run <at>everyone</at>', message: 'click https://evil.example' } }
    world.graph.faults.add({ fault: { status: 403, body } })
    assert.match(reasonOf(await world.source.membership(MAYA, WEB)), /refused \(403\): grant/)
  })

  it('are asked for a second time when a failure passes, as soon as Graph allows', async () => {
    for (const fault of [{ status: 503 }, throttled(0), throttled(1), 'reset-before'] as const) {
      const before = world.graph.requests.length
      world.graph.faults.add({ fault })
      assert.deepEqual(await world.source.membership(MAYA, WEB), yes)
      assert.equal(world.graph.requests.length - before, 2)
    }
  })

  it('are not asked for a third time, nor a second time while Graph asks for a longer wait', async () => {
    world.graph.faults.add({ fault: { status: 503 }, times: 10 })
    await world.source.membership(MAYA, WEB)
    assert.equal(world.graph.requests.length, 2)
    world.graph.faults.clear()
    world.graph.faults.add({ fault: throttled(2), times: 10 })
    await world.source.membership(MAYA, WEB)
    assert.equal(world.graph.requests.length, 3)
  })

  it('are unknown when Graph takes longer than a click may', async () => {
    world.graph.faults.add({ fault: { slow: 300 }, times: 10 })
    for (const limits of [{ callMs: 100 }, { wholeMs: 100 }]) {
      const source = world.with(limits)
      assert.match(reasonOf(await source.membership(MAYA, WEB)), /did not answer in time: try again in a minute$/)
    }
  })

  it('are those that were asked for, in whatever case Graph writes their ids', async () => {
    world.graph.faults.add({ fault: { status: 200, body: { value: [WEB.toUpperCase(), NOBODY] } } })
    const answers = await Promise.all([WEB, WEB_L2].map((group) => world.source.membership(EVE, group)))
    assert.deepEqual(answers, [yes, no])
  })
})
