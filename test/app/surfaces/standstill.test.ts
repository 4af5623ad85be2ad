// Owns the proof that a process which lost its lease while it stood still shows nothing any more: another one does by then (P6).
import assert from 'node:assert/strict'
import type { RunCards } from '../../../src/app/run-cards.ts'
import { pagerSurface } from '../../../src/app/surfaces/pager.ts'
import { personalSurface } from '../../../src/app/surfaces/personal.ts'
import { serviceNowSurface } from '../../../src/app/surfaces/servicenow.ts'
import type { Surface } from '../../../src/app/surfaces/surface.ts'
import { teamsSurface } from '../../../src/app/surfaces/teams.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import { isPortError } from '../../../src/ports/errors.ts'
import { oneApprover, person } from '../../cards/fixtures.ts'
import { eventOf } from '../views/events.ts'
import { mortal, RUN } from './mortal.ts'

const origin = { kind: 'chat', requester: person('Kim Lee'), conversation: { id: 'c' }, text: '', because: '' }
const rule = { ...oneApprover(), page: 'duty' }
const asked: readonly RunEvent[] = [eventOf('proposed', { origin }), eventOf('planned'), eventOf('decided', { rule })]
const rejected = eventOf('finished', { status: 'refused', reason: 'Kim Lee rejected it' })
const approvers = { of: async () => [{ id: 'ines', name: 'Ines' }], in: async () => [] }

/** A run and whatever is sent of it. The lease is lost at what is named `losesAt`: while it is drawn, or right after it was sent. */
async function setUp(events: readonly RunEvent[] = asked) {
  const sent: string[] = []
  let [isMine, losesAt] = [true, '']
  const passes = (what: string) => {
    if (what === losesAt) isMine = false
  }
  const sends = (what: string) => async () => {
    sent.push(what)
    passes(what)
    return { conversation: {}, messageId: '1' }
  }
  const world = await mortal(events, () => ({
    files: {
      current: () => ({ governance: {}, servicenow: { closeCode: null, failed: { state: null, assign: null } } }),
    },
    channel: { members: async () => [], reply: sends('reply'), writeTo: sends('copy'), update: sends('redraw') },
    tickets: { note: sends('note'), update: sends('update') },
    pagers: () => ({ raise: sends('page'), quiet: sends('quiet') }),
  }))
  const cards = {
    approvers: () => '',
    frozen: async () => null,
    card: async () => {
      passes('card')
      return { card: {}, summary: '' }
    },
  } as unknown as RunCards
  const { deps, journal } = world
  return {
    ...world,
    teams: teamsSurface(deps, journal, cards, approvers),
    personal: personalSurface(deps, journal, cards, approvers),
    serviceNow: serviceNowSurface(deps, journal),
    pager: pagerSurface(deps, journal),
    /** Tells what is owed and answers what was sent; by a process that loses the lease it rejects with `conflict`. */
    async tells(surface: Surface, losing = ''): Promise<readonly string[]> {
      sent.length = 0
      ;[isMine, losesAt] = [losing !== 'before', losing]
      const telling = surface.deliver(RUN, { signal: new AbortController().signal, fence: 1, isMine: () => isMine })
      if (losing === '') await telling
      else await assert.rejects(telling, (error) => isPortError(error, 'conflict'))
      return [...sent]
    },
  }
}

describe('a process that stood still until its lease was over', () => {
  it('does not redraw the card that it drew before (P6)', async () => {
    const { teams, tells, append } = await setUp()
    assert.deepEqual(await tells(teams), ['reply'])
    await append(eventOf('waited'))
    assert.deepEqual(await tells(teams, 'card'), [])
    assert.deepEqual(await tells(teams), ['redraw'])
  })

  it('does not put its reminder in the place of another (P6)', async () => {
    const { teams, tells, append } = await setUp([...asked, eventOf('reminded')])
    assert.deepEqual(await tells(teams), ['reply', 'reply'])
    await append(eventOf('reminded', { count: 2 }))
    assert.deepEqual(await tells(teams, 'before'), [])
    assert.ok((await tells(teams)).includes('redraw'))
  })

  it('writes and redraws no personal copy (P6)', async () => {
    const { personal, tells, append } = await setUp()
    assert.deepEqual(await tells(personal, 'before'), [])
    assert.deepEqual(await tells(personal), ['copy'])
    await append(rejected)
    assert.deepEqual(await tells(personal, 'card'), [])
    assert.deepEqual(await tells(personal), ['redraw'])
  })

  it('writes no personal copy of a card over which it stood still (P6)', async () => {
    const { personal, tells } = await setUp()
    assert.deepEqual(await tells(personal, 'card'), [])
    assert.deepEqual(await tells(personal), ['copy'])
  })

  it('does not change the state of the incident after its note (P6)', async () => {
    const { serviceNow, tells, append } = await setUp()
    await tells(serviceNow)
    await append(eventOf('executionStarted'))
    assert.deepEqual(await tells(serviceNow, 'note'), ['note'])
    assert.deepEqual(await tells(serviceNow), ['note', 'update'])
  })

  it('writes no note to those who joined, after the one of the incident (P6)', async () => {
    const { serviceNow, tells } = await setUp([eventOf('proposed', { origin }), eventOf('joined'), eventOf('waited')])
    assert.deepEqual(await tells(serviceNow, 'note'), ['note'])
    assert.ok((await tells(serviceNow)).length > 1)
  })

  it('quiets no page (P6)', async () => {
    const { pager, tells, append } = await setUp([...asked, eventOf('reminded')])
    assert.deepEqual(await tells(pager), ['page'])
    await append(rejected)
    assert.deepEqual(await tells(pager, 'before'), [])
    assert.deepEqual(await tells(pager), ['quiet'])
  })
})
