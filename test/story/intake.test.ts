// Owns the proof that an incident makes one run, however its news arrives, and that nothing else makes any.
import assert from 'node:assert/strict'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const created = (sysId: string, type = 'incident.created') => ({ type, data: { sys_id: sysId, number: 'INC0000001' } })

describe('story: news of an incident', () => {
  const story = stage({ count: 10 })
  /** Why intake events were declined so far. */
  const declined = async () =>
    (await story.control()).flatMap((event) => (event.type === 'intakeDeclined' ? [event.reason] : []))
  /** Reports an incident of which ServiceNow itself tells nobody. */
  const silently = (act: () => { number: string; sysId: string; host: string }) => {
    story.world.servicenow.setBusinessRule(null)
    try {
      return act()
    } finally {
      story.world.connect(story.bot().url)
    }
  }

  it('makes one run of an event that is delivered again and again (P8)', async () => {
    const { number } = story.raise()
    const { run } = await story.asked(number)
    await story.world.servicenow.settled()
    for (let index = 0; index < 3; index += 1) story.world.servicenow.redeliver()
    await story.world.servicenow.settled()
    const bodies = story.world.servicenow.deliveries.map(({ status }) => status)
    assert(bodies.every((status) => status === 202))
    assert.deepEqual(await story.runsOf(number), [run])
  })

  it('answers the first id to a repeat with another body, and does not read that body (P8)', async () => {
    const { number, sysId } = silently(() => story.raise())
    const other = silently(() => story.raise())
    const first = await story.deliver({ id: 'msg_repeat', body: created(sysId) })
    const again = await story.deliver({ id: 'msg_repeat', body: created(other.sysId) })
    assert.deepEqual([again.status, again.body.id], [202, first.body.id])
    await story.asked(number)
    assert.deepEqual(await story.runsOf(other.number), [])
  })

  it('makes one run where "updated" overtakes "created", and where both come many times at once (P8)', async () => {
    const { number, sysId } = silently(() => story.raise())
    const events = ['incident.updated', 'incident.created', 'incident.updated', 'incident.created']
    const answers = await Promise.all(events.map((type) => story.deliver({ body: created(sysId, type) })))
    assert(answers.every(({ status }) => status === 202))
    const { run } = await story.asked(number)
    assert.deepEqual(await story.runsOf(number), [run])
  })

  it('starts nothing by what runbot itself writes, and a reopened incident begins a new run (P7, P8)', async () => {
    const { number, sysId, host } = story.raise()
    const { run, message } = await story.asked(number)
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    await until('the resolution', () => story.world.servicenow.incident(number).state === '6')
    await until('the notes', () => story.notes(number).some((note) => /Automation succeeded/.test(note)))
    await story.world.servicenow.settled()
    assert(story.world.servicenow.deliveries.filter(({ body }) => body.includes(sysId)).length > 4)
    assert.deepEqual(await story.runsOf(number), [run])

    story.world.servicenow.update('incident', sysId, { state: '2' }, 'omar.reyes')
    const next = await until('a second run', async () => (await story.runsOf(number)).find((each) => each !== run))
    const { status, reason } = await story.ended(next)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, new RegExp(`already acted on ${host} 1× within 30 min \\(limit 1\\)`))
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('lets a second incident on the same CI join the open run, tells both, and resolves the first only', async () => {
    const { number, host } = story.raise()
    const { run, message } = await story.asked(number)
    const second = story.raise({ host, fields: { short_description: '502 from the shop' } })
    await until('the join', async () => (await story.log(run)).some(({ type }) => type === 'joined'))
    assert.deepEqual(await story.runsOf(second.number), [])
    await until('the thread', () => story.thread(run).some((text) => text.includes(`${second.number} joined`)))
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    await story.ended(run)
    const told = (incident: string) => story.notes(incident).filter((note) => /Automation succeeded/.test(note)).length
    await until('both notes', () => told(number) === 1 && told(second.number) === 1)
    await until('the resolution', () => story.world.servicenow.incident(number).state === '6')
    assert.notEqual(story.world.servicenow.incident(second.number).state, '6')
  })

  it('stops a run whose incident was closed while its card waited, and sends nothing (P2)', async () => {
    const { number, sysId, host } = story.raise()
    const { run } = await story.asked(number)
    const close = { state: '7', close_code: 'Resolved by caller', close_notes: 'it works again' }
    story.world.servicenow.update('incident', sysId, close, 'omar.reyes')
    const { status, reason } = await story.ended(run)
    assert.deepEqual([status, /is closed by now/.test(reason)], ['stoppedByPolicy', true])
    assert.deepEqual(story.effects(host), [])
  })

  it('declines what cannot be read back, with a 202 and an entry in the control chain (P4)', async () => {
    const before = (await declined()).length
    assert.equal((await story.deliver({ body: created('0'.repeat(32)) })).status, 202)
    await until('the entry', async () => (await declined()).length > before)
    assert.deepEqual((await declined()).slice(before), ['the incident cannot be read back'])
  })

  it('declines an incident that is closed already, once however often it is told (P4, P8)', async () => {
    const { sysId, number } = silently(() => {
      const raised = story.raise({ fields: { u_runbook_candidate: 'true' } })
      const close = { state: '7', close_code: 'Duplicate', close_notes: 'see the other one' }
      story.world.servicenow.update('incident', raised.sysId, close)
      return raised
    })
    await story.deliver({ body: created(sysId) })
    await until('the entry', async () => (await declined()).some((reason) => reason === `${number} is closed`))
    assert.deepEqual(await story.runsOf(number), [])
  })

  it('declines what does not fit the trigger, and what no runbook is for (P4)', async () => {
    const elsewhere = story.raise({ host: 'web-01', fields: { u_runbook_candidate: 'false' } })
    // Of a class, whose only runbook is for workstations.
    const tunnel = story.raise({ host: 'web-01', fields: { short_description: 'VPN drops', description: 'Again' } })
    await until('both entries', async () => {
      const reasons = await declined()
      return (
        reasons.includes(`${elsewhere.number}: it does not fit the declared trigger`) &&
        reasons.includes(`${tunnel.number}: no runbook fits`)
      )
    })
    assert.deepEqual([await story.runsOf(elsewhere.number), await story.runsOf(tunnel.number)], [[], []])
  })

  it('accepts an event while ServiceNow is down, keeps it over a crash, and works on it later (P8)', async () => {
    const { servicenow } = story.world
    servicenow.setBusinessRule(null)
    const { number, sysId } = story.raise()
    await servicenow.down()
    assert.equal((await story.deliver({ body: created(sysId) })).status, 202)
    await until('it to wait', () => story.bot().log().includes('this event waits'))
    await story.bot().kill()
    await servicenow.up()
    await story.restart()
    await story.asked(number)
    assert.equal((await story.runsOf(number)).length, 1)
  })
})

describe('story: news that the webhook missed', () => {
  const story = stage({ count: 2, env: { SERVICENOW_POLL_MS: '500' } })

  it('finds by polling what the webhook missed, once (P8)', async () => {
    story.world.servicenow.setBusinessRule(null)
    const { number, host } = story.raise()
    const { run, message } = await story.asked(number)
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    await story.ended(run)
    await until('the resolution', () => story.world.servicenow.incident(number).state === '6')
    const polls = () =>
      story.world.servicenow.requests.filter(({ query }) => /sys_updated_on/.test(query['sysparm_query'] ?? '')).length
    const seen = polls()
    await until('more polls', () => polls() > seen + 2)
    assert.deepEqual(await story.runsOf(number), [run])
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})
