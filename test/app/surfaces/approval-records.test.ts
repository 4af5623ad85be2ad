// Owns the proof that approval records are never lost, never two for a person, and answered once, wherever runbot died (P3, P6).
import assert from 'node:assert/strict'
import type { Answer } from '../../../src/app/answers.ts'
import { approvalRecordsSurface } from '../../../src/app/surfaces/approval-records.ts'
import type { RunEvent } from '../../../src/core/run.ts'
import type { AnsweredRecord, RecordRequest } from '../../../src/ports/approval-records.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { plan } from '../../cards/fixtures.ts'
import { eventOf } from '../views/events.ts'
import { live, type Mortal, mortal } from './mortal.ts'

const MAYA = '0a2b0000-0000-4000-8000-00000000000a'
const JONAS = '0a2b0000-0000-4000-8000-00000000000b'
const asked: readonly RunEvent[] = [eventOf('proposed'), eventOf('planned'), eventOf('decided')]
const rejected = eventOf('finished', { status: 'refused', reason: 'Kim Lee rejected it' })

interface Kept {
  readonly key: string
  readonly person: string
  state: string
  said: string
  by: string | null
}

/** ServiceNow as its adapter shows it: a record per key and person, each answered by somebody or by nobody known. */
async function setUp(events: readonly RunEvent[] = asked) {
  const records: Kept[] = []
  const answered: Answer[] = []
  const at = (sysId: string) => records[Number(sysId)] as Kept
  const write = (key: string, person: string): string => {
    const found = records.findIndex((each) => each.key === key && each.person === person)
    return String(found >= 0 ? found : records.push({ key, person, state: 'requested', said: '', by: null }) - 1)
  }
  const answerOf = (sysId: string): AnsweredRecord[] => {
    const { state, by } = at(sysId)
    if (state !== 'approved' && state !== 'rejected') return []
    return [{ sysId, answer: state, by: by === null ? null : { id: by, name: 'Maya Lind' }, note: '', at: 0 }]
  }
  const set = (sysId: string, state: string, said: string) => void Object.assign(at(sysId), { state, said })
  const port = (send: Mortal['send']) => ({
    async request({ key, people }: RecordRequest) {
      const made: { sysId: string; person: string }[] = []
      for (const person of people) made.push({ person, sysId: await send(() => write(key, person)) })
      return made
    },
    answered: async (ids: readonly string[]) => ids.flatMap(answerOf),
    async withdraw(ids: readonly string[], why: string) {
      for (const id of ids) if (at(id).state === 'requested') await send(() => set(id, 'not_required', why))
    },
    refuse: (id: string, why: string) => send(() => set(id, 'requested', why)),
  })
  const world = await mortal(events, () => ({
    files: { current: () => ({ servicenow: { approvals: true }, governance: { groups: {} } }) },
  }))
  const people = [MAYA, JONAS].map((id) => ({ id, name: id }))
  /** What decides: a yes is recorded, a second one refused. */
  const answers = async (_: unknown, answer: Answer) => {
    const loaded = (await world.journal.load('R0123456789'))?.run
    const run = loaded ?? assert.fail('no run')
    const known = run.approvals.some(({ by }) => by.id === answer.by.id)
    if (known) return { ok: false as const, refusal: { reason: 'you have already approved this' }, run }
    answered.push(answer)
    const { by, note, scope } = answer
    const event = eventOf('approved', {
      by,
      note,
      scope,
      plan: answer.plan,
      groups: ['change-managers'],
      via: 'servicenow',
    })
    await world.append(event)
    await world.send(() => undefined)
    return { ok: true as const, run: (await world.journal.load('R0123456789'))?.run ?? run }
  }
  const tell = () =>
    live(
      approvalRecordsSurface(
        world.deps,
        world.journal,
        answers as unknown as Parameters<typeof approvalRecordsSurface>[2],
        { of: async () => people, in: async () => [] },
        port(world.send),
      ),
    )
  return { ...world, tell, records, answered }
}

const states = (records: readonly Kept[]) => records.map(({ state }) => state)

describe('approval records of a runbot that died', () => {
  for (const nth of [1, 2])
    for (const arrived of [true, false]) {
      const where = `record ${nth} was the last, and it ${arrived ? 'arrived' : 'did not'}`

      it(`asks each person once (P6): ${where}`, async () => {
        const { tell, failAt, records } = await setUp()
        failAt(nth, arrived)
        assert.equal(await tell(), false)
        await tell()
        await tell()
        assert.deepEqual(states(records), ['requested', 'requested'])
        assert.equal(new Set(records.map(({ person }) => person)).size, 2)
      })

      it(`leaves none open where it was decided while runbot was dead (P6): ${where}`, async () => {
        const { tell, failAt, records, append } = await setUp()
        failAt(nth, arrived)
        await tell()
        await append(rejected)
        await tell()
        assert(
          states(records).every((state) => state === 'not_required'),
          `${states(records)}`,
        )
      })

      it(`withdraws all where it died over just that (P6): ${where}`, async () => {
        const { tell, failAt, records, append } = await setUp()
        await tell()
        await append(rejected)
        failAt(nth, arrived)
        assert.equal(await tell(), false)
        await tell()
        assert.deepEqual(states(records), ['not_required', 'not_required'])
      })
    }

  it('writes none for an ask that was answered while ServiceNow was down (P6)', async () => {
    const { tell, failAt, records, append, later } = await setUp()
    failAt(1, false, () => new PortError('unavailable', 'the connection was refused'))
    await tell()
    await append(rejected)
    later()
    await tell()
    assert.deepEqual(records, [])
  })

  it('takes an answer once, for the plan that the record was for, also where it died right after (P1, P3)', async () => {
    const { tell, failAt, records, answered } = await setUp()
    await tell()
    Object.assign(records[0] ?? {}, { state: 'approved', by: MAYA })
    failAt(1, true)
    assert.equal(await tell(), false)
    await tell()
    await tell()
    const told = answered.map(({ verb, scope, by, ...each }) => [verb, scope, each.plan, by.id, each.via])
    assert.deepEqual(told, [['approve', 'run', plan, MAYA, 'servicenow']])
    assert.deepEqual(states(records), ['approved', 'requested'])
  })

  it('opens a record again, with the reason, where nobody is known to have answered it in person (P10, P12)', async () => {
    const { tell, failAt, records, answered } = await setUp()
    await tell()
    Object.assign(records[1] ?? {}, { state: 'approved', by: null })
    failAt(1, false)
    assert.equal(await tell(), false)
    await tell()
    assert.deepEqual(answered, [])
    assert.deepEqual(states(records), ['requested', 'requested'])
    assert.match(records[1]?.said ?? '', /does not count/)
  })
})
