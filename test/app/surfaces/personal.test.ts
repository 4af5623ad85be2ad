// Owns the proof that a personal copy is never lost, at most doubled and then marked, and drawn to the end (P6).
import assert from 'node:assert/strict'
import type { RunCards } from '../../../src/app/run-cards.ts'
import { personalSurface } from '../../../src/app/surfaces/personal.ts'
import type { Run, RunEvent } from '../../../src/core/run.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { person } from '../../cards/fixtures.ts'
import { eventOf } from '../views/events.ts'
import { live, mortal } from './mortal.ts'

const [MAYA, JONAS, INES] = ['maya', 'jonas', 'ines']
const origin = { kind: 'chat', requester: person('Kim Lee'), conversation: { id: 'c' }, text: '', because: '' }
const asked: readonly RunEvent[] = [eventOf('proposed', { origin }), eventOf('planned'), eventOf('decided')]
const rejected = eventOf('finished', { status: 'refused', reason: 'Kim Lee rejected it' })

interface Copy {
  readonly to: string
  again: boolean
  status: string
  frozen: string | null
}

/** Maya is in the channel; the others are not. */
async function setUp() {
  const copies: Copy[] = []
  let frozen: string | null = null
  const world = await mortal(asked, (send) => ({
    channel: {
      members: async () => [{ id: MAYA, handle: '29:maya' }],
      writeTo: (to: string, _: unknown, { card }: { card: Omit<Copy, 'to'> }) =>
        send(() => ({ conversation: {}, messageId: String(copies.push({ to, ...card }) - 1) })),
      update: ({ messageId }: { messageId: string }, { card }: { card: Omit<Copy, 'to'> }) =>
        send(() => void Object.assign(copies[Number(messageId)] ?? {}, card)),
    },
  }))
  const cards = {
    frozen: async () => frozen,
    card: async ({ status }: Run, { again = false } = {}) => ({ card: { again, status, frozen }, summary: '' }),
  } as unknown as RunCards
  const people = [MAYA, JONAS, INES].map((id) => ({ id, name: id }))
  const tell = () =>
    live(personalSurface(world.deps, world.journal, cards, { of: async () => people, in: async () => [] }))
  return {
    ...world,
    copies,
    tell,
    freeze(why: string | null) {
      frozen = why
    },
  }
}

const who = (copies: readonly Copy[]) => copies.map(({ to }) => to)

describe('personal copies of a runbot that died', () => {
  for (const [nth, to] of [
    [1, JONAS],
    [2, INES],
  ] as const) {
    it(`writes to ${to} once more, marked, where the copy may stand, and to nobody else twice (P6)`, async () => {
      const { tell, failAt, copies, append } = await setUp()
      failAt(nth, true)
      assert.equal(await tell(), false)
      await tell()
      await tell()
      assert.equal(copies.length, 3)
      assert.deepEqual(new Set(who(copies)), new Set([JONAS, INES]))
      const theirs = copies.filter((copy) => copy.to === to)
      assert.deepEqual(
        theirs.map(({ again }) => again),
        [false, true],
      )
      await append(rejected)
      await tell()
      const last = copies.findLast((copy) => copy.to === to)
      assert.deepEqual([last?.again, last?.status], [true, 'refused'])
    })

    it(`loses no copy where the one to ${to} did not arrive (P6)`, async () => {
      const { tell, failAt, copies } = await setUp()
      failAt(nth, false)
      assert.equal(await tell(), false)
      await tell()
      assert.deepEqual(who(copies), [JONAS, INES])
    })

    it(`draws all of them to the end where it died over the ${nth === 1 ? 'first' : 'second'} (P6)`, async () => {
      const { tell, failAt, copies, append } = await setUp()
      await tell()
      await append(rejected)
      failAt(nth, false)
      assert.equal(await tell(), false)
      await tell()
      assert.deepEqual(
        copies.map(({ to: person_, status, again }) => [person_, status, again]),
        [
          [JONAS, 'refused', false],
          [INES, 'refused', false],
        ],
      )
    })
  }

  it('marks nothing that certainly did not get through (P6)', async () => {
    const { tell, failAt, copies, later } = await setUp()
    failAt(1, false, () => new PortError('unavailable', 'the connection was refused'))
    await tell()
    later()
    await tell()
    assert.deepEqual(
      copies.map(({ to, again }) => [to, again]),
      [
        [JONAS, false],
        [INES, false],
      ],
    )
  })

  it('leaves out who cannot be written to, and does not try again (P6)', async () => {
    const { tell, failAt, copies } = await setUp()
    failAt(1, false, () => new PortError('denied', 'the bot is not installed'))
    await tell()
    await tell()
    assert.deepEqual(who(copies), [INES])
  })

  it('keeps nobody waiting for one who cannot be addressed (P6)', async () => {
    const { tell, failAt, copies } = await setUp()
    failAt(1, false, () => new PortError('malformed', 'no such person'))
    await tell()
    assert.deepEqual(who(copies), [INES])
  })

  it('writes anew for each ask, for everybody is called again (P6)', async () => {
    const { tell, copies, append } = await setUp()
    await tell()
    await append(eventOf('executionStarted'), eventOf('stepAsked'))
    await tell()
    await tell()
    assert.deepEqual(who(copies), [JONAS, INES, JONAS, INES])
    assert(copies.every(({ again, status }) => !again && status === 'awaitingStepApproval'))
  })

  it('goes on with the others where one copy can no longer be drawn (P6)', async () => {
    const { tell, failAt, copies, append } = await setUp()
    await tell()
    await append(rejected)
    failAt(1, false, () => new PortError('notFound', 'the chat was removed'))
    await tell()
    assert.deepEqual(
      copies.map(({ status }) => status),
      ['awaitingApproval', 'refused'],
    )
  })

  it('shows a freeze and its end, which are no events of the run (P6, P11)', async () => {
    const { tell, copies, freeze } = await setUp()
    await tell()
    for (const why of ['everything is frozen', null]) {
      freeze(why)
      await tell()
      assert.deepEqual(
        copies.map(({ frozen }) => frozen),
        [why, why],
      )
    }
  })

  it('writes nothing for an ask that was answered before it could be told (P6)', async () => {
    const { tell, copies, append } = await setUp()
    await append(rejected)
    await tell()
    assert.deepEqual(copies, [])
  })
})
