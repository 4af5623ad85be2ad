// Owns the proof that an alert becomes one incident and one proposal, and that what belongs to it joins (P8).
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { sha256Hex } from '../../src/adapters/store/hashing.ts'
import { runId } from '../../src/app/ids.ts'
import { until } from './runbot.ts'
import { env, type Firing, openDoors, send } from './storm.ts'
import { stage } from './story.ts'

describe('story: alerts', () => {
  const story = stage({ count: 10, edit: openDoors, env })
  const alert = (firing: Firing) => send(story.bot().url, firing)
  const opened = (host: string) =>
    story.world.servicenow.rows('incident').filter((row) => row.cmdb_ci === story.world.ci(host).sys_id)
  const incidentOn = (host: string) => until(`an incident on ${host}`, () => opened(host)[0])
  const grew = async (run: string) => (await story.log(run)).filter((event) => event.type === 'stormGrew')

  it('opens one incident for an alert without a ticket, and proposes for it whatever the trigger says', async () => {
    const host = story.host()
    story.world.sites[host]?.break()
    await alert({ name: 'one', ci: host, alertname: 'High5xx' })
    const row = await incidentOn(host)
    assert.match(row.short_description ?? '', new RegExp(`5xx on ${host}`))
    assert.match(row.correlation_id ?? '', /^runbot-S/)
    assert.notEqual(row.u_runbook_candidate, 'true')
    const { run } = await story.asked(row.number ?? '')
    await alert({ name: 'one', ci: host, alertname: 'High5xx' })
    await alert({ name: 'two', ci: host, alertname: 'High5xx' })
    await alert({ name: 'three', ci: `${host}.corp.example`, alertname: 'SlowPages' })
    const growth = await until('three members', async () => (await grew(run)).findLast((event) => event.members === 3))
    assert.deepEqual(growth.sample.map(({ why }) => why).toSorted(), ['it came first', 'same CI', 'same CI'])
    assert.equal(opened(host).length, 1)
    assert.deepEqual(await story.runsOf(row.number ?? ''), [run])
    await until('the thread', () => story.thread(run).some((text) => text.includes('3 members of one cause')))
  })

  it('notes a resolution on the incident and in the thread, once, and closes nothing by itself', async () => {
    const host = story.host()
    await alert({ name: 'gone', ci: host, alertname: 'High5xx' })
    const { number = '' } = await incidentOn(host)
    const { run } = await story.asked(number)
    await alert({ name: 'gone', ci: host, alertname: 'High5xx', status: 'resolved' })
    await until('the note', () => story.notes(number).some((note) => note.startsWith('The alert is resolved')))
    await until('the thread', () => story.thread(run).some((text) => text.includes('The alert is resolved')))
    assert.notEqual(story.world.servicenow.incident(number).state, '6')
    assert.equal((await grew(run)).length, 1)
  })

  it('goes on with the incident that it opened right before it was killed, whatever the trigger says', async () => {
    const startsAt = '2026-01-31T03:00:00Z'
    const fingerprint = createHash('sha256').update('cut').digest('hex').slice(0, 16)
    const key = runId(sha256Hex, 'storm', `alertmanager:${fingerprint}`, `${Date.parse(startsAt)}`).slice(1)
    const left = { u_runbook_candidate: 'false', correlation_id: `runbot-S${key}` }
    const { host, number } = story.raise({ fields: left })
    await alert({ name: 'cut', ci: host, alertname: 'High5xx', startsAt })
    await story.asked(number)
    assert.equal(opened(host).length, 1)
    assert.ok(!story.notes(number).some((note) => note.includes('alertmanager reports')))
  })

  it('attaches to the open incident of its CI instead of opening another, with one note', async () => {
    const { host, number } = story.raise({ fields: { u_runbook_candidate: 'false' } })
    await until('the decline', async () =>
      (await story.control()).some((event) => event.type === 'intakeDeclined' && event.reason.includes(number)),
    )
    await alert({ name: 'late', ci: host, alertname: 'High5xx' })
    await until('the note', () => story.notes(number).some((note) => note.includes('alertmanager reports')))
    assert.equal(opened(host).length, 1)
  })

  it('joins the run of an incident that a person reported on the same CI', async () => {
    const { host, number } = story.raise()
    const { run } = await story.asked(number)
    await alert({ name: 'with', ci: host, alertname: 'High5xx' })
    await until('two members', async () => (await grew(run)).some(({ members }) => members === 2))
    assert.equal(opened(host).length, 1)
  })

  it('opens an incident without a CI where none of the names is known, and says which were tried', async () => {
    await alert({ name: 'lost', ci: 'nowhere-77', alertname: 'Lost' })
    const row = await until('the incident', () =>
      story.world.servicenow.rows('incident').find((each) => (each.description ?? '').includes('nowhere-77')),
    )
    assert.equal(row.cmdb_ci ?? '', '')
    assert.match(row.description ?? '', /Its CI is unknown: no single CI for nowhere-77/)
  })

  it('takes a resolution that comes before its firing for what it is: over', async () => {
    const host = story.host()
    await alert({ name: 'early', ci: host, alertname: 'High5xx', status: 'resolved' })
    await alert({ name: 'early', ci: host, alertname: 'High5xx' })
    await alert({ name: 'after', ci: host, alertname: 'High5xx' })
    await incidentOn(host)
    const { description = '' } = opened(host)[0] ?? {}
    assert.match(description, /after/)
  })

  it('begins a new incident where the alert fires anew after its incident was resolved', async () => {
    const host = story.host()
    await alert({ name: 'again', ci: host, alertname: 'High5xx' })
    const { number = '', sys_id: sysId = '' } = await incidentOn(host)
    await story.asked(number)
    await alert({ name: 'again', ci: host, alertname: 'High5xx', status: 'resolved' })
    const close = { state: '7', close_code: 'Resolved by caller', close_notes: 'it works' }
    const run = await story.runOf(number)
    story.world.servicenow.update('incident', sysId, close, 'omar.reyes')
    await story.ended(run)
    await alert({ name: 'again', ci: host, alertname: 'High5xx', startsAt: '2026-01-31T04:00:00Z' })
    await until('a second incident', () => opened(host).length === 2)
  })

  it('opens no second incident and begins no second run where runbot is killed at any moment', async () => {
    const host = story.host()
    await alert({ name: 'crash', ci: host, alertname: 'High5xx' })
    await story.bot().kill()
    await story.restart()
    await alert({ name: 'crash', ci: host, alertname: 'High5xx' })
    await alert({ name: 'crash-2', ci: host, alertname: 'High5xx' })
    const { number = '' } = await incidentOn(host)
    const { run } = await story.asked(number)
    await until('two members', async () => (await grew(run)).some(({ members }) => members === 2))
    assert.equal(opened(host).length, 1)
    assert.deepEqual(await story.runsOf(number), [run])
  })
})
