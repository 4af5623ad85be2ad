// Owns the proof that what keeps one storm from being told holds up no other, nor the account, nor an incident.
import assert from 'node:assert/strict'
import type { Deps } from '../../src/app/deps.ts'
import { writeEpisode } from '../../src/app/episodes.ts'
import { joinCause } from '../../src/app/incident-storms.ts'
import type { Journal } from '../../src/app/journal.ts'
import { type Storms, storms } from '../../src/app/storms.ts'
import type { ControlEvent } from '../../src/core/control.ts'
import type { IncidentContext } from '../../src/core/incident.ts'
import type { Member } from '../../src/core/informed.ts'
import { PortError } from '../../src/ports/errors.ts'
import { depsOf, hour, noJournal } from './given-storms.ts'

const idOf = (n: number) => `${n}`.padStart(32, '0')

describe('storms', () => {
  let now = 0
  const arrival = (key: string, ci: string) => ({
    key,
    isAlert: true,
    ci: { id: ci, name: ci },
    above: [],
    below: [],
    symptom: 'x',
  })
  const member = (key: string): Member => ({ key, title: key, ci: null, why: '' })
  const entry = (storm: string) => ({ storm, startsAt: 1, resolved: false })
  /** A cause of two alerts, whose incident nobody made a run of. */
  const raised = async (deps: Deps, it: Storms, n: number, hasIncident = true) => {
    const { cause } = await it.causes.place(arrival(`a${n}`, `ci${n}`), '1')
    const incident = { sysId: idOf(n), number: `INC${n}`, mine: true }
    if (hasIncident) {
      await it.causes.change(cause.key, (each) => ({ ...each, incident }))
      await writeEpisode(deps.store, idOf(n), { n: 1, reopened: 0, over: false, run: null, declined: 'none fits' })
    }
    const newest = (await it.causes.one(cause.key)) ?? cause
    for (const key of [`a${n}`, `b${n}`])
      await it.enter(newest, member(key), `E${key}`, entry(cause.key), { result: 'joined' })
  }

  beforeEach(() => {
    now = 10 * hour
  })

  it('are told, and accounted for, although the incident of another one cannot be written (P6)', async () => {
    const noted: string[] = []
    const control: ControlEvent[] = []
    const note = async (sysId: string) => {
      if (sysId === idOf(1)) throw new PortError('unavailable', 'it is down')
      noted.push(sysId)
    }
    const deps = depsOf(() => now, { tickets: { note } })
    const journal = { ...noJournal, control: async (event: ControlEvent) => void control.push(event) } as Journal
    const it = storms(deps, journal, async () => {})
    await raised(deps, it, 1)
    await raised(deps, it, 2)
    await it.stop()
    assert.ok(noted.includes(idOf(2)))
    assert.deepEqual(
      control.map((event) => event.type === 'alertsCounted' && event.total),
      [4],
    )
  })

  it('are not counted anew every few seconds where there is no incident to tell them on', async () => {
    let rounds = 0
    let tallies = 0
    const end = Promise.withResolvers<void>()
    const sleep = async (ms: number, signal: AbortSignal) => {
      now += ms
      rounds += 1
      if (rounds < 24) return
      end.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }
    const deps = depsOf(() => now, { tickets: {}, clock: { now: () => now, sleep } })
    const it = storms(deps, noJournal, async () => {})
    await raised(deps, it, 1, false)
    const { get } = deps.store
    deps.store.get = async (kind, key) => {
      if (kind === 'alerts' && key === '00') tallies += 1
      return get(kind, key)
    }
    it.start()
    await end.promise
    // Two minutes: one look at all of them in each.
    assert.ok(tallies <= 3, `${tallies} in ${rounds} rounds`)
    await it.stop()
  })

  it('are not looked for in the ledger by an incident alone, and count it as soon as an alert joins it', async () => {
    let tallies = 0
    const events: unknown[] = []
    const run = { id: 'R1', knowledge: { storm: null, suppressed: null }, finished: null }
    const journal = {
      ...noJournal,
      load: async () => ({ run }),
      transact: async (_id: string, decide: (of: typeof run, at: number) => { events: unknown[] }) => {
        events.push(...decide(run, now).events)
        return { ok: true, run }
      },
    } as unknown as Journal
    const deps = depsOf(() => now, { tickets: { incident: async () => ({ incident: { state: 'new' } }) } })
    const it = storms(deps, journal, async () => {})
    const { get } = deps.store
    deps.store.get = async (kind, key) => {
      if (kind === 'alerts' && key === '00') tallies += 1
      return get(kind, key)
    }
    const { cause } = await it.causes.place({ ...arrival(idOf(1), 'web'), isAlert: false }, '1')
    await writeEpisode(deps.store, idOf(1), { n: 1, reopened: 0, over: false, run: 'R1', declined: null })
    await it.causes.change(cause.key, (each) => ({
      ...each,
      incident: { sysId: idOf(1), number: 'INC1', mine: false },
    }))
    await it.enter(cause, member(idOf(1)), 'E1', entry(cause.key), null)
    await it.enter(cause, member(idOf(1)), 'E2', { ...entry(cause.key), resolved: true }, null)
    await it.enter(cause, member(idOf(1)), 'E3', entry(cause.key), null)
    // No alert was ever entered under shelf 00 here, so that a read of it is a tally.
    assert.equal(tallies, 0)
    const joined = await it.causes.place(arrival('a', 'web'), '1')
    await it.enter(joined.cause, member('a'), 'E4', entry(cause.key), { result: 'joined' })
    assert.equal(tallies, 1)
    assert.equal((events[0] as { members?: number } | undefined)?.members, 2)
  })

  it('let an incident go its own way where the alert that was to open one has not within a minute', async () => {
    const deps = depsOf(() => now, { tickets: {} })
    const it = storms(deps, noJournal, async () => {})
    const { cause } = await it.causes.place(arrival('a', 'web'), '1')
    await it.causes.claim(cause.key, 'E1')
    const context = {
      incident: { sysId: idOf(7), number: 'INC0010007', shortDescription: '5xx' },
      ci: { sysId: 'web', name: 'web', facts: {} },
    } as unknown as IncidentContext
    const join = () => joinCause(deps, noJournal, it, { context, episode: 1, runbook: 'restart-iis', fits: true })
    await assert.rejects(join(), PortError)
    now += 60_001
    await it.causes.claim(cause.key, 'E1')
    assert.equal(await join(), null)
    assert.equal((await it.causes.one(cause.key))?.incident?.number, 'INC0010007')
  })
})
