// Owns the proof that recorded runs are compared with what people did, once their incident is over, and reported (P4, P5, P8).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, begin, click, eventsOf, GOVERNANCE, RUNBOOK } from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const { approver, changeManager, requester } = PEOPLE

describe('story: shadow', () => {
  const story = stage({
    count: 8,
    edit: (place) => {
      amend(place, GOVERNANCE, { autonomy: [{ runbook: 'restart-iis', environment: 'prod', level: 'shadow' }] })
      place.edit(
        RUNBOOK,
        (text) => `${text}\nshadow: { agrees: 'incident.close_notes.contains("recycled")', takes: 1m }\n`,
      )
      place.add('catalog/drain-iis.yaml', RUNBOOK, (text) =>
        text.replace('runbook: restart-iis', 'runbook: drain-iis').replace('"IIS Web Tier"', '"Printer"'),
      )
    },
  })
  const recorded = async (host?: string) => {
    const raised = story.raise(host === undefined ? {} : { host })
    const run = await story.runOf(raised.number)
    assert.equal((await story.ended(run)).status, 'recorded')
    return { ...raised, run }
  }
  const close = (sysId: string, notes: string, code = 'Solution provided') =>
    story.world.servicenow.update('incident', sysId, { state: '6', close_code: code, close_notes: notes }, 'omar.reyes')
  const compared = (run: string, n = 1) =>
    until(`comparison ${n} of ${run}`, async () => (await eventsOf(story, run, 'compared'))[n - 1])
  const say = async (text: string, as = changeManager) => (await story.say(as, text)).text

  it('agrees where the closed incident says that people did the same, and records nothing twice', async () => {
    const { run, sysId, host } = await recorded()
    // Also where nobody tells of the end: it is due again by itself, on whichever replica.
    const due = await until('a free lease', async () => {
      const found = await (await story.store()).record(run)
      return found?.lease === null && found.dueAt !== null && found.dueAt > Date.now() ? found.dueAt : undefined
    })
    assert(due < Date.now() + 15 * 60_000)
    close(sysId, 'recycled the pool by hand')
    const { agrees, reason, by, actual } = await compared(run)
    assert.deepEqual([agrees, reason, by], [true, 'the closed incident shows that people did the same', null])
    assert.equal(actual['closeCode'], 'Solution provided')
    for (let index = 0; index < 3; index += 1) story.world.servicenow.redeliver()
    await story.world.servicenow.settled()
    assert.deepEqual(story.effects(host), [])
    assert.equal(story.cardOf(run), undefined)
    // What was delivered again was worked on by now: a later incident of the same door is.
    const other = await recorded()
    close(other.sysId, 'moved the traffic away')
    assert.equal((await compared(other.run)).agrees, false)
    assert.equal((await eventsOf(story, run, 'compared')).length, 1)
  })

  it('would have been wrong where people ran another runbook on that CI, and right where they ran this one', async () => {
    const { run, sysId, host } = await recorded()
    const other = await begin(story, requester, `drain-iis ${host}`)
    const shown = await until('a card', () => {
      const message = story.cardOf(other)
      return message ? { message, run: other, data: {} } : undefined
    })
    await click(story, shown, { as: approver })
    assert.equal((await story.ended(other)).status, 'succeeded')
    close(sysId, 'recycled the pool, it says here')
    const { agrees, reason } = await compared(run)
    assert.deepEqual([agrees, reason], [false, `people ran drain-iis instead (run ${other})`])
  })

  it('is void after a reopening, which is another episode with a run of its own (P8)', async () => {
    const { run, sysId, number } = await recorded()
    close(sysId, 'recycled')
    assert.equal((await compared(run)).agrees, true)
    story.world.servicenow.update('incident', sysId, { state: '2' }, 'omar.reyes')
    const { agrees, reason } = await compared(run, 2)
    assert.deepEqual([agrees, reason], [null, 'it was reopened afterwards, so what people did did not last'])
    const next = await until('a second run', async () => (await story.runsOf(number)).find((each) => each !== run))
    assert.equal((await story.ended(next)).status, 'recorded')
    close(sysId, 'rebooted')
    assert.equal((await compared(next)).agrees, false)
    assert.equal((await eventsOf(story, run, 'compared')).length, 2)
  })

  it('is reported by runbook and environment, with the cases that would have been wrong', async () => {
    const text = await say('report 1d')
    assert.match(text, /\*\*restart-iis\*\* in prod: 5 runs · 5 only recorded/)
    assert.match(text, /\*\*drain-iis\*\* in prod: 1 run · 1 succeeded/)
    assert.match(
      text,
      /5 recorded runs compared with what people did: 1 would have been right; 3 would have been wrong; of 1 it cannot/,
    )
    assert.match(text, /\*\*Would have been wrong\*\*/)
    assert.match(text, /people ran drain-iis instead/)
    assert.match(await say('report 5x'), /a time such as/)
  })

  it('shows its record to whoever raises the level, which takes a reason, and the trail keeps both (P4, P12)', async () => {
    const asked = await say('autonomy approve restart-iis prod')
    assert.match(asked, /that takes a reason/)
    assert.match(asked, /recorded runs compared with what people did/)
    assert.match(asked, /autonomy approve restart-iis prod because/)
    assert(
      (await story.control()).every((event) => event.type !== 'autonomySet'),
      'nothing was set',
    )
    const done = await say('autonomy approve restart-iis prod because "four weeks of shadow"')
    assert.match(done, /Autonomy of \*\*restart-iis\*\* in prod is \*\*approve\*\* now/)
    const entry = (await story.control()).find((event) => event.type === 'autonomySet')
    assert.deepEqual(
      [entry?.level, entry?.reason, entry?.by?.id],
      ['approve', 'four weeks of shadow', changeManager.aadObjectId],
    )
    assert.equal(entry?.record?.['compared'], 5)
    assert.match(await say('explain'), /What recorded runs have shown/)
    // Down again takes none.
    assert.match(await say('autonomy shadow restart-iis prod'), /is shadow now/)
  })

  it('takes the word of a person before its own, which also counts from then on (P4)', async () => {
    const { run, sysId } = await recorded()
    close(sysId, 'moved the traffic away')
    assert.equal((await compared(run)).agrees, false)
    assert.match(await say(`learn ${run} yes because "moving it recycles the pool"`, approver), /would have been right/)
    const { agrees, reason, by } = await compared(run, 2)
    assert.deepEqual([agrees, reason, by?.id], [true, 'moving it recycles the pool', approver.aadObjectId])
    assert.match(await say('report 1d'), /6 recorded runs compared with what people did: 2 would have been right/)
  })
})
