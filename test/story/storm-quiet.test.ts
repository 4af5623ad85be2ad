// Owns the proof that a storm is kept quiet only by who may, for as long as may be, and never hides what is new.
import assert from 'node:assert/strict'
import { until } from './runbot.ts'
import { env, type Firing, openDoors, send } from './storm.ts'
import { answerOf, payloadOf, stage } from './story.ts'

describe('story: the quiet time of a storm', () => {
  const story = stage({ count: 2, edit: openDoors, env })
  let host = ''
  let run = ''
  const alert = (name: string, changes: Partial<Firing> = {}) =>
    send(story.bot().url, { name, ci: host, alertname: 'High5xx', ...changes })
  const grew = async () => (await story.log(run)).filter((event) => event.type === 'stormGrew')
  const suppressed = async () => (await story.log(run)).filter((event) => event.type === 'suppressed')
  const members = (count: number) =>
    until(`${count} members`, async () => (await grew()).find((event) => event.members === count))

  it('is proposed on the card once it is a storm, to whoever may', async () => {
    host = story.host()
    await alert('a1')
    const row = await until('the incident', () =>
      story.world.servicenow.rows('incident').find((each) => each.cmdb_ci === story.world.ci(host).sys_id),
    )
    run = (await story.asked(row.number ?? '')).run
    assert.equal(payloadOf(story.cardOf(run) ?? { card: null }, 'suppress'), undefined)
    for (const name of ['a2', 'a3', 'a4', 'a5']) await alert(name)
    await members(5)
    await until('the button', () => payloadOf(story.cardOf(run) ?? { card: null }, 'suppress'))
  })

  it('is refused to who may not, and beyond what governance allows (P10, P12)', async () => {
    const { teams, people } = story.world
    const message = story.cardOf(run)?.id ?? ''
    const clicked = await teams.click({ as: people.requester, message, verb: 'suppress' })
    assert.match(answerOf(clicked), /you may not keep a storm quiet/i)
    assert.match((await story.say(people.requester, `suppress ${run} 5m`)).text, /may not keep a storm quiet/)
    assert.match((await story.say(people.approver, `suppress ${run} 24h`)).text, /at most/)
    assert.deepEqual(await suppressed(), [])
  })

  it('begins with a click, is recorded and told, and counts what it does not tell', async () => {
    const { teams, people } = story.world
    await teams.click({ as: people.approver, message: story.cardOf(run)?.id ?? '', verb: 'suppress' })
    const [event] = await suppressed()
    assert.deepEqual(event?.symptoms, ['High5xx'])
    await until('the thread', () => story.thread(run).some((text) => text.includes('keeps it quiet until')))
    for (let n = 6; n <= 20; n += 1) await alert(`a${n}`)
    await until('the count', async () =>
      (await (await fetch(`${story.bot().url}/metrics`)).text()).includes(
        'runbot_alerts_total{result="suppressed"} 15',
      ),
    )
    assert.equal((await grew()).at(-1)?.members, 5)
  })

  it('never hides a new symptom', async () => {
    await alert('b1', { alertname: 'DiskFull' })
    const event = await until('the symptom', async () =>
      (await grew()).find((each) => each.symptoms.includes('DiskFull')),
    )
    assert.equal(event.members, 21)
  })

  it('never hides a resolution', async () => {
    await alert('a2', { status: 'resolved' })
    await until('the resolution', async () => (await grew()).some((each) => each.resolved === 1))
  })

  it('ends by a zero time, and what was counted meanwhile is told', async () => {
    const before = (await grew()).at(-1)?.members ?? 0
    await alert('a21')
    assert.match((await story.say(story.world.people.approver, `suppress ${run} 0m`)).text, /told again/)
    await members(before + 1)
  })
})
