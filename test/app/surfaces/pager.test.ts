// Owns the proof that a page is never lost, never two, and quieted in the end, wherever runbot died (P6): dead at every send, once.
import assert from 'node:assert/strict'
import { pagerSurface } from '../../../src/app/surfaces/pager.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import { PortError } from '../../../src/ports/errors.ts'
import type { Page } from '../../../src/ports/pager.ts'
import { oneApprover } from '../../cards/fixtures.ts'
import { eventOf } from '../views/events.ts'
import { live, type Mortal, mortal, RUN } from './mortal.ts'

const waiting: readonly RunEvent[] = [
  eventOf('proposed'),
  eventOf('planned'),
  eventOf('decided', { rule: { ...oneApprover(), page: 'duty' } }),
  eventOf('reminded'),
]
const rejected = eventOf('finished', { status: 'refused', reason: 'Kim Lee rejected it' })

/** A pager as they all are: one page per key, however often it is raised. */
async function setUp(events: readonly RunEvent[] = waiting) {
  const open = new Map<string, Page>()
  let opened = 0
  const raise = (page: Page) => {
    if (!open.has(page.key)) opened += 1
    open.set(page.key, page)
  }
  const world = await mortal(events, (send) => ({
    files: { current: () => ({ governance: { breakGlass: { page: 'duty' } } }) },
    pagers: (name: string) =>
      name === 'duty'
        ? { raise: (page: Page) => send(() => raise(page)), quiet: (key: string) => send(() => open.delete(key)) }
        : undefined,
  }))
  return { ...world, open, opened: () => opened }
}

const tell = ({ deps, journal }: Mortal) => live(pagerSurface(deps, journal))

describe('pages of a runbot that died', () => {
  for (const arrived of [true, false]) {
    const how = arrived ? 'it arrived' : 'it did not arrive'

    it(`raises one page where it died over the reminder, and quiets it (P6): ${how}`, async () => {
      const world = await setUp()
      world.failAt(1, arrived)
      assert.equal(await tell(world), false)
      await tell(world)
      assert.deepEqual([world.open.size, world.opened()], [1, 1])
      assert.match([...world.open.keys()][0] ?? '', new RegExp(`^runbot-${RUN}-`))
      await world.append(rejected)
      await tell(world)
      assert.deepEqual([world.open.size, world.opened()], [0, 1])
    })

    it(`leaves nobody awake where it was decided while runbot was dead (P6): ${how}`, async () => {
      const world = await setUp()
      world.failAt(1, arrived)
      await tell(world)
      await world.append(rejected)
      await tell(world)
      assert.deepEqual([world.open.size, world.opened()], [0, arrived ? 1 : 0])
    })

    it(`quiets the page where it died over just that (P6): ${how}`, async () => {
      const world = await setUp()
      await tell(world)
      await world.append(rejected)
      world.failAt(1, arrived)
      assert.equal(await tell(world), false)
      await tell(world)
      assert.deepEqual([world.open.size, world.opened()], [0, 1])
    })
  }

  it('raises the same page for reminders and for those who stand in, more severe then (P6)', async () => {
    const world = await setUp([...waiting, eventOf('escalated')])
    await tell(world)
    const [page] = world.open.values()
    assert.deepEqual([world.open.size, world.opened(), page?.severity], [1, 1, 'error'])
  })

  it('wakes nobody for an ask that was answered before it could be told (P6)', async () => {
    const world = await setUp([...waiting, rejected])
    await tell(world)
    assert.equal(world.opened(), 0)
  })

  it('pages a broken glass as critical, beside the ask, and quiets it at the end only (P6)', async () => {
    const broken = [eventOf('proposed'), eventOf('glassBroken'), eventOf('planned'), eventOf('decided')]
    const world = await setUp(broken)
    await tell(world)
    assert.deepEqual(
      [...world.open.values()].map(({ severity }) => severity),
      ['critical'],
    )
    await world.append(eventOf('approved'), eventOf('executionStarted'))
    await tell(world)
    assert.equal(world.open.size, 1)
    await world.append(eventOf('finished'))
    await tell(world)
    assert.deepEqual([world.open.size, world.opened()], [0, 1])
  })

  it('tries again what a pager that is down did not take, and goes on where one refuses (P6)', async () => {
    const world = await setUp()
    world.failAt(1, false, () => new PortError('unavailable', 'the connection was refused'))
    await tell(world)
    assert.equal(world.open.size, 0)
    world.later()
    await tell(world)
    assert.equal(world.open.size, 1)

    const refused = await setUp([...waiting, eventOf('escalated')])
    refused.failAt(1, false, () => new PortError('malformed', 'no such routing key'))
    await tell(refused)
    assert.deepEqual([refused.open.size, refused.opened()], [1, 1])
    await refused.append(rejected)
    refused.failAt(1, false, () => new PortError('denied', 'the account may not close it'))
    assert.equal(await tell(refused), true)
    // It is not asked again for ever: the next one would be heard.
    refused.failAt(1, false)
    assert.equal(await tell(refused), true)
  })
})
