// Owns the specification of who is in an Entra group, for mentions and cards: pages, names, and where they may come from.
import assert from 'node:assert/strict'
import { throttled } from '../../sandbox/graph/answers.ts'
import { serve } from '../../sandbox/server.ts'
import { PEOPLE } from '../../sandbox/world/people.ts'
import { portError } from '../servicenow/setup.ts'
import { BOARD, EVE, type GraphSetup, groupId, MAYA, SAM, setup, WEB } from './graph-setup.ts'

const team = [
  { id: MAYA, name: PEOPLE.approver.name },
  { id: SAM, name: PEOPLE.onCall.name },
]
const crowd = (size: number) =>
  Array.from({ length: size }, (_, index) => ({ id: groupId(500_000 + index), name: `Person ${index}` }))

describe('the people of an Entra group', () => {
  let world: GraphSetup
  afterEach(() => world.graph.stop())

  it('are listed with their names, those of groups within included', async () => {
    world = await setup()
    assert.deepEqual(await world.source.people(WEB), team)
    assert.deepEqual(await world.source.people(WEB.toUpperCase()), team)
  })

  it('are read page by page, each with what the cast needs', async () => {
    world = await setup({ people: crowd(25), pageSize: 10 })
    const all = crowd(25)
    world.graph.setGroup({ id: WEB, name: 'Web Platform', members: all.map(({ id }) => id) })
    assert.deepEqual(await world.source.people(WEB), all)
    assert.deepEqual(
      world.graph.requests.map(({ query, headers }) => [query.$skiptoken, query.$count, headers.consistencylevel]),
      [
        [undefined, 'true', 'eventual'],
        ['10', 'true', 'eventual'],
        ['20', 'true', 'eventual'],
      ],
    )
  })

  it('are two thousand at most', async () => {
    world = await setup({ people: crowd(3500) })
    world.graph.setGroup({ id: WEB, name: 'Web Platform', members: crowd(3500).map(({ id }) => id) })
    assert.equal((await world.source.people(WEB)).length, 2000)
    assert.equal(world.graph.requests.length, 3)
  })

  it('end where the pages never do', async () => {
    world = await setup()
    const body = { value: [], '@odata.nextLink': `${world.graph.url}/v1.0/again` }
    world.graph.faults.add({ fault: { status: 200, body }, times: 1000 })
    assert.deepEqual(await world.source.people(WEB), [])
    assert.equal(world.graph.requests.length, 20)
  })

  it('are not asked of another host, which would get the token', async () => {
    world = await setup()
    const other = await serve({ handler: () => ({ status: 200, body: { value: [] } }) })
    try {
      for (const next of [`${other.url}/v1.0/next`, 'https://evil.example/', '/v1.0/next', 'javascript:1']) {
        world.graph.faults.add({ fault: { status: 200, body: { value: [], '@odata.nextLink': next } } })
        await assert.rejects(world.source.people(WEB), portError('malformed', /pointed to another host/))
      }
      assert.deepEqual(other.requests, [])
    } finally {
      await other.stop()
    }
  })

  it('are known by their ids where their names may not be read', async () => {
    world = await setup({ permissions: ['GroupMember.Read.All'] })
    assert.deepEqual(
      await world.source.people(WEB),
      team.map(({ id }) => ({ id, name: id })),
    )
  })

  it('have short and plain names, and ids that are ids', async () => {
    world = await setup()
    const value = [
      { id: EVE, displayName: `Eve\u202e\n${'x'.repeat(500)}` },
      { id: '../../me', displayName: 'No One' },
      { id: EVE.toUpperCase(), displayName: 'Eve Marsh' },
    ]
    world.graph.faults.add({ fault: { status: 200, body: { value: value.slice(0, 2) } } })
    const [eve, ...others] = await world.source.people(WEB)
    assert.match(eve?.name ?? '', /^Eve x{95}…$/)
    assert.deepEqual(others, [])
    world.graph.faults.add({ fault: { status: 200, body: { value } } })
    assert.deepEqual(await world.source.people(WEB), [{ id: EVE, name: 'Eve Marsh' }])
  })

  it('cannot be told where Graph does not tell, and the error says what would help (P12)', async () => {
    world = await setup()
    const { source, graph } = world
    await assert.rejects(source.people('Web Platform'), portError('malformed', /^"Web Platform" is no Entra group id$/))
    await assert.rejects(source.people(groupId(99)), portError('notFound', /no such group .*: check its id/))
    await assert.rejects(source.people(BOARD), portError('denied', /Member\.Read\.Hidden for a group of hidden/))
    graph.faults.add({ fault: throttled(9) })
    await assert.rejects(source.people(WEB), portError('throttled', /try again in 9 s/))
  })
})
