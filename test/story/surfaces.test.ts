// Owns the proof that what is recorded reaches Teams and ServiceNow in order and once, whichever of them is down (P6).
import assert from 'node:assert/strict'
import type { Call } from '../sandbox/server.ts'
import { until } from './runbot.ts'
import { answerOf, payloadOf, type Shown, type Story, stage } from './story.ts'

/** Numbers of the run log entries that a run's notes tell, in the order of the notes. */
const told = (notes: readonly string[]): readonly number[] =>
  notes.flatMap((note) => [...note.matchAll(/\[runbot \w+#(\d+)\]$/g)].map(([, seq]) => Number(seq)))

const isNote = ({ method, path, body }: Call): boolean =>
  method === 'PATCH' && path.includes('/table/incident/') && JSON.stringify(body).includes('work_notes')

const approve = (story: Story, { message }: Shown, as = story.world.people.approver) =>
  story.world.teams.click({ as, message: message.id, verb: 'approve' })

const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))

describe('story: a surface that is down (P6)', () => {
  const story = stage({ count: 6 })
  /** The state is written after the closing note. */
  const closed = (number: string) =>
    until('the resolution', () => story.world.servicenow.incident(number).state === '6')
  const said = (run: string) =>
    until('the end in the thread', () => story.thread(run).some((text) => /Succeeded/.test(text)))
  const STORY = ['Maya Lind', 'Started', 'done', 'verified', 'Succeeded']

  it('goes on in ServiceNow while Teams is down, and Teams catches up in order (P6)', async () => {
    const { number } = story.raise()
    const shown = await story.asked(number)
    await story.world.teams.down()
    await approve(story, shown)
    await closed(number)
    assert.deepEqual(story.thread(shown.run), [])
    await story.world.teams.up()
    await said(shown.run)
    const thread = story.thread(shown.run)
    assert.equal(thread.length, STORY.length)
    STORY.forEach((words, index) => assert(thread[index]?.includes(words), `${index}: ${thread[index]}`))
    await until('the card without buttons', () => {
      const card = story.cardOf(shown.run)
      return card && !payloadOf(card, 'approve') && !payloadOf(card, 'stop')
    })
  })

  it('goes on in Teams while ServiceNow is down, and the notes come later, in order, none twice (P6)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    story.world.ops.setDuration('recycle-pool', 400)
    await approve(story, shown)
    await until('the action', () => story.effects(host).length === 1)
    await story.world.servicenow.down()
    await said(shown.run)
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    await story.world.servicenow.up()
    await closed(number)
    const seqs = told(story.notes(number))
    assert.equal(seqs.length, story.notes(number).length)
    assert(isAscending(seqs), `${seqs}`)
  })

  it('writes no note twice where ServiceNow took it and the answer was lost (P6)', async () => {
    const { number } = story.raise()
    const shown = await story.asked(number)
    story.world.servicenow.faults.add({ fault: 'reset-after-commit', match: isNote, times: 3 })
    await approve(story, shown)
    await closed(number)
    const seqs = told(story.notes(number))
    assert(isAscending(seqs) && seqs.length >= 6, `${seqs}`)
    assert.equal(story.world.servicenow.faults.pending(), 0)
  })

  it('marks a reply that may stand twice, because Teams’ answer to it was lost (P6)', async () => {
    const { number } = story.raise()
    const shown = await story.asked(number)
    const isReply = ({ method, path, body }: Call) =>
      method === 'POST' && path.endsWith('/activities') && JSON.stringify(body).includes('Started')
    story.world.teams.faults.add({ fault: 'reset-after-commit', match: isReply })
    await approve(story, shown)
    await said(shown.run)
    const started = story.thread(shown.run).filter((text) => text.includes('Started:'))
    assert.equal(started.length, 2)
    assert(
      !started[0]?.includes('once more') && started[1]?.includes('(once more: the answer to the first try was lost)'),
    )
  })

  it('lets the run finish where the bot was removed from the team: that copy ends, the other does not (P6)', async () => {
    const { number } = story.raise()
    const shown = await story.asked(number)
    story.world.teams.faults.add({ fault: { status: 403 }, times: 100 })
    await approve(story, shown)
    await closed(number)
    assert.equal(story.world.servicenow.incident(number).state, '6')
    await until('the log to say so', () => /refuses for good/.test(story.bot().log()))
    story.world.teams.faults.clear()
    assert.deepEqual(story.thread(shown.run), [])
  })
})

describe('story: an automation that does not help', () => {
  const story = stage({
    count: 5,
    edit: (place) =>
      place.edit('catalog/restart-iis.yaml', (text) => text.replaceAll(/within: (5s|5m)/g, 'within: 800ms')),
  })

  /** Raises an incident whose site no recycle heals, and goes on until the second rung is asked for. */
  const untilSecondRung = async () => {
    const { number, host, sysId } = story.raise()
    story.world.sites[host]?.setRecycleOutcome('broken')
    const first = await story.asked(number)
    await approve(story, first)
    const second = await until('the second rung to be asked for', async () => {
      const shown = await story.asked(number).catch(() => undefined)
      return shown?.data['scope'] === 'step:iisreset' ? shown : undefined
    })
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    return { number, host, sysId, first, second }
  }
  const mentionsIn = (conversation: string) =>
    (story.world.teams.thread(conversation)?.messages ?? []).flatMap(
      ({ activity }) =>
        (activity['entities'] as { type: string; mentioned: { id: string } }[] | undefined)?.map(
          ({ mentioned }) => mentioned.id,
        ) ?? [],
    )

  it('rolls back, asks for the second rung by itself, and runs it once both lines are met (P1)', async () => {
    const { number, host, first, second } = await untilSecondRung()
    const { approver, changeManager } = story.world.people
    const old = await story.world.teams.click({
      as: approver,
      message: first.message.id,
      verb: 'approve',
      data: first.data,
    })
    assert.match(answerOf(old), /Not done: this was already decided/)
    await approve(story, second)
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    story.world.sites[host]?.setRecycleOutcome('healthy')
    await approve(story, second, changeManager)
    assert.equal((await story.ended(second.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool', 'iisreset'])
    await until('the resolution', () => story.world.servicenow.incident(number).state === '6')
    for (const words of [
      /recycle-pool on .*: verification failed/,
      /recycle-pool on .*: rolled back/,
      /waits for approval of step iisreset/,
    ])
      assert(
        story.notes(number).some((note) => words.test(note)),
        `${words}`,
      )
  })

  it('hands over with reason, group and the person on call when no rung helped', async () => {
    const { number, host, second } = await untilSecondRung()
    await approve(story, second)
    await approve(story, second, story.world.people.changeManager)
    const { status, reason } = await story.ended(second.run)
    assert.deepEqual([status, /iisreset failed: not within 1 s/.test(reason)], ['rolledBack', true])
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool', 'iisreset', 'start-pool'])
    const note = await until('the note', () => story.notes(number).find((text) => /Automation failed/.test(text)))
    assert.match(
      note,
      /Automation failed: failed and rolled back: web-\d+: iisreset failed.*\n(.*\n)*Audit chain head: [0-9a-f]{64}/,
    )
    const group = story.world.servicenow.rows('sys_user_group').find(({ name }) => name === 'Web Platform L2')
    await until('the group', () => story.world.servicenow.incident(number).assignment_group === group?.sys_id)
    assert.equal(story.world.servicenow.incident(number).state, '2')
    const { onCall } = story.world.people
    await until('the mention', () => mentionsIn(second.message.conversationId).includes(onCall.aadObjectId))
  })

  it('ends at a rejection of the second rung, as something that needs a person (P1)', async () => {
    const { number, host, second } = await untilSecondRung()
    const as = story.world.people.secondApprover
    await story.world.teams.click({
      as,
      message: second.message.id,
      verb: 'reject',
      inputs: { note: 'call the vendor' },
    })
    assert.equal((await story.ended(second.run)).status, 'needsHuman')
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    await until('the note', () =>
      story.notes(number).some((note) => /Automation failed: needs a person: Jonas Weber rejected/.test(note)),
    )
  })

  it('says in a note which close codes there are, where the instance knows another one only', async () => {
    const choice = story.world.servicenow.rows('sys_choice').find(({ value }) => value === 'Solution provided')
    story.world.servicenow.update('sys_choice', choice?.sys_id ?? '', { inactive: 'true' })
    const { number } = story.raise()
    const shown = await story.asked(number)
    await approve(story, shown)
    const note = await until('the note', () => story.notes(number).find((text) => /refused to update/.test(text)))
    assert.match(note, /"Solution provided" is no close code of this instance; it has .*Workaround provided/)
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.equal(story.world.servicenow.incident(number).state, '2')
    assert.equal(story.notes(number).filter((text) => /refused to update/.test(text)).length, 1)
  })
})

describe('story: an endpoint that is down at the action', () => {
  const gone = [
    'systems:',
    '  gone:',
    '    kind: ops-api',
    '    url: "http://127.0.0.1:1"',
    '    operations: { recycle_pool: { tier: 1, runbook: recycle-pool } }',
    '',
  ]
  const story = stage({
    count: 1,
    edit: (place) => {
      place.edit('connectors.yaml', (text) => text.replace('systems:\n', gone.join('\n')))
      place.edit('catalog/restart-iis.yaml', (text) => text.replace('do: ops.recycle_pool', 'do: gone.recycle_pool'))
    },
  })

  it('fails with its reason, hands the incident over and mentions who is on call; nothing ran', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    await approve(story, shown)
    const { status, reason } = await story.ended(shown.run)
    assert.equal(status, 'failed')
    assert.match(reason, /recycle-pool never started: .*the connection was refused/)
    assert.deepEqual(story.effects(host), [])
    await until('the note', () =>
      story.notes(number).some((note) => /^Automation failed: .*connection was refused/.test(note)),
    )
    const group = story.world.servicenow.rows('sys_user_group').find(({ name }) => name === 'Web Platform L2')
    await until('the group', () => story.world.servicenow.incident(number).assignment_group === group?.sys_id)
    await until('the thread', () =>
      story.thread(shown.run).some((text) => /Sam Okafor[\s\S]*Please take over/.test(text)),
    )
  })
})
