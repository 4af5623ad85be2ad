// Owns the specification of the directory: kinds of groups, unknown answers, and the short memory.
import assert from 'node:assert/strict'
import { directory, type GroupSource } from '../../../src/adapters/directory/directory.ts'
import { serviceNow } from '../../../src/adapters/servicenow/tickets.ts'
import { authority } from '../../../src/app/authority.ts'
import type { Content } from '../../../src/ports/catalog.ts'
import { type Clock, systemClock } from '../../../src/ports/clock.ts'
import type { Membership } from '../../../src/ports/directory.ts'
import { startWorld } from '../../sandbox/world.ts'
import { CLIENT, ONCE, SETTINGS } from '../servicenow/setup.ts'
import { MAYA, NOBODY, setup, WEB } from './graph-setup.ts'

const person = '0a2b0000-0000-4000-8000-00000000000a'
const group = { kind: 'servicenow', name: 'CAB' } as const

/** A source that gives these answers in turn, and counts how often it was asked. */
function answering(...answers: (Membership | Error)[]): GroupSource & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    async membership(who, name) {
      asked.push(`${who} ${name}`)
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? { is: 'no' }
      if (answer instanceof Error) throw answer
      return answer
    },
    async people() {
      throw new Error('down')
    },
  }
}

describe('the directory', () => {
  let now = 0
  const clock: Clock = { now: () => now, sleep: async () => undefined }
  beforeEach(() => {
    now = 1000
  })
  const over = (source: GroupSource, onCall = source) =>
    directory({ clock, serviceNow: { group: source, onCall }, graph: source })

  it('knows listed members by itself, whatever the case of the id', async () => {
    const members = { kind: 'members', ids: [person.toUpperCase()] } as const
    assert.deepEqual(await directory({ clock }).membership(person, members), { is: 'yes' })
    assert.deepEqual(await directory({ clock }).membership('someone-else', members), { is: 'no' })
    assert.deepEqual(await directory({ clock }).people(members), [
      { id: person.toUpperCase(), name: person.toUpperCase() },
    ])
  })

  it('does not know what it cannot ask: Microsoft Graph, ServiceNow (P5)', async () => {
    const bare = directory({ clock })
    const reason = (what: string) => ({ is: 'unknown', reason: `${what} is not configured` })
    assert.deepEqual(await bare.membership(person, { kind: 'entra', id: 'g' }), reason('Microsoft Graph'))
    assert.deepEqual(await bare.membership(person, group), reason('ServiceNow'))
    assert.deepEqual(await bare.membership(person, { kind: 'onCall', name: 'g' }), reason('ServiceNow'))
    assert.deepEqual(await bare.people(group), [])
  })

  it('knows nothing of a person without an id (P10)', async () => {
    assert.equal((await directory({ clock }).membership('', { kind: 'members', ids: [''] })).is, 'unknown')
  })

  it('repeats yes and no for a minute, and not longer', async () => {
    const source = answering({ is: 'yes' }, { is: 'no' })
    const it60 = over(source)
    assert.equal((await it60.membership(person, group)).is, 'yes')
    now += 59_999
    assert.equal((await it60.membership(person, group)).is, 'yes')
    now += 1
    assert.equal((await it60.membership(person, group)).is, 'no')
    assert.equal(source.asked.length, 2)
  })

  it('asks anew where freshness is wanted, and remembers that answer (P2)', async () => {
    const source = answering({ is: 'yes' }, { is: 'no' })
    const people = over(source)
    await people.membership(person, group)
    assert.equal((await people.membership(person, group, { fresh: true })).is, 'no')
    assert.equal((await people.membership(person, group)).is, 'no')
    assert.equal(source.asked.length, 2)
  })

  it('never repeats unknown, and forgets an earlier yes over it (P5)', async () => {
    const source = answering({ is: 'yes' }, { is: 'unknown', reason: 'down' }, { is: 'no' })
    const people = over(source)
    await people.membership(person, group)
    assert.equal((await people.membership(person, group, { fresh: true })).is, 'unknown')
    assert.equal((await people.membership(person, group)).is, 'no')
  })

  it('lets no answer overwrite that of a later question', async () => {
    let release: (answer: Membership) => void = () => undefined
    const slow = new Promise<Membership>((resolve) => {
      release = resolve
    })
    let asked = 0
    const source: GroupSource = {
      membership: () => (asked++ === 0 ? slow : Promise.resolve({ is: 'no' })),
      people: async () => [],
    }
    const people = over(source)
    const first = people.membership(person, group)
    await people.membership(person, group, { fresh: true })
    release({ is: 'yes' })
    await first
    assert.equal((await people.membership(person, group)).is, 'no')
  })

  it('does not mix up kinds, names and people', async () => {
    const source = answering({ is: 'yes' })
    const people = over(source, answering({ is: 'no' }))
    assert.equal((await people.membership(person, group)).is, 'yes')
    assert.equal((await people.membership(person, { kind: 'onCall', name: 'CAB' })).is, 'no')
    await people.membership('other', group)
    await people.membership(person, { kind: 'servicenow', name: 'Other' })
    assert.deepEqual(source.asked, [`${person} CAB`, 'other CAB', `${person} Other`])
  })

  it('never rejects', async () => {
    const people = over(answering(new Error('the source broke')))
    assert.deepEqual(await people.membership(person, group), { is: 'unknown', reason: 'the source broke' })
    assert.deepEqual(await people.people(group), [])
  })

  it('answers for ServiceNow groups and on-call over HTTP', async () => {
    const world = await startWorld()
    try {
      const adapter = serviceNow({
        url: world.servicenow.url,
        auth: CLIENT,
        clock: systemClock,
        settings: () => SETTINGS,
        retry: ONCE,
      })
      const people = directory({ clock, serviceNow: adapter.people })
      const { onCall, changeManager } = world.people
      const cab = { kind: 'servicenow', name: 'CAB Approval' } as const
      const duty = { kind: 'onCall', name: 'Web Platform' } as const
      assert.deepEqual(await people.membership(changeManager.aadObjectId, cab), { is: 'yes' })
      assert.deepEqual(await people.membership(onCall.aadObjectId, duty), { is: 'yes' })
      assert.deepEqual(await people.membership(changeManager.aadObjectId, duty), { is: 'no' })
      assert.deepEqual(await people.people(duty), [{ id: onCall.aadObjectId, name: onCall.name }])
      await world.servicenow.down()
      assert.deepEqual(await people.membership(changeManager.aadObjectId, cab), { is: 'yes' })
      assert.equal((await people.membership(changeManager.aadObjectId, cab, { fresh: true })).is, 'unknown')
    } finally {
      await world.stop()
    }
  })

  describe('with Entra groups', () => {
    const web = { kind: 'entra', id: WEB } as const
    const nobody = { kind: 'entra', id: NOBODY } as const

    it('answers over HTTP, and asks once for all groups of a rule', async () => {
      const { graph, source } = await setup()
      try {
        const people = directory({ clock, graph: source })
        const answers = await Promise.all([web, nobody].map((each) => people.membership(MAYA, each, { fresh: true })))
        assert.deepEqual(answers, [{ is: 'yes' }, { is: 'no' }])
        assert.equal(graph.requests.length, 1)
        assert.deepEqual(
          (await people.people(web)).map(({ name }) => name),
          ['Maya Lind', 'Sam Okafor'],
        )
      } finally {
        await graph.stop()
      }
    })

    it('repeats an answer for a minute, but not where it must be fresh: then Graph’s silence is unknown (P2, P5)', async () => {
      const { graph, source } = await setup()
      try {
        const people = directory({ clock, graph: source })
        assert.deepEqual(await people.membership(MAYA, web), { is: 'yes' })
        await graph.down()
        assert.deepEqual(await people.membership(MAYA, web), { is: 'yes' })
        assert.equal((await people.membership(MAYA, web, { fresh: true })).is, 'unknown')
        assert.equal((await people.membership(MAYA, web)).is, 'unknown')
        assert.deepEqual(await people.people(web), [])
      } finally {
        await graph.stop()
      }
    })

    it('lets nobody approve or command while Graph is down, and says why (P5, P12)', async () => {
      const { graph, source } = await setup()
      try {
        const content = { governance: { groups: { web } } } as unknown as Content
        const who = authority(directory({ clock, graph: source }), () => content)
        const rule = { name: 'r', lines: [{ from: ['web'], quorum: 1 }], expiresMs: 1000, not: [] }
        assert.deepEqual(await who.standing(MAYA, rule, 'web', true), { groups: ['web'], unknown: [] })
        await graph.down()
        const reason =
          'Microsoft Graph could not be reached: check the network, the proxy and GRAPH_URL, then try again'
        const standing = { groups: [], unknown: [{ group: 'web', reason }] }
        assert.deepEqual(await who.standing(MAYA, rule, 'web', true), standing)
        assert.deepEqual(await who.inAny(MAYA, ['web'], 'web'), { known: false, reason })
      } finally {
        await graph.stop()
      }
    })
  })
})
