// Owns the proof that a click does exactly what the clicking person may do, and that every no is said and kept.
import assert from 'node:assert/strict'
import type { Activity } from '../sandbox/teams-channel/threads.ts'
import type { Inhabitant } from '../sandbox/world/people.ts'
import { until } from './runbot.ts'
import { answerOf, type Payload, payloadOf, type Shown, type Story, stage, wordsOf } from './story.ts'

const ELSEWHERE = '99999999-9999-4999-8999-999999999999'

interface Press {
  readonly as: Inhabitant
  readonly verb?: string
  readonly data?: Payload
  readonly inputs?: Payload
  readonly tamper?: (activity: Activity) => Activity
}

const click = ({ world }: Story, { message, data }: Shown, { verb = 'approve', ...press }: Press) =>
  world.teams.click({ message: message.id, verb, ...press, data: { ...data, ...press.data } })

/** Presses, and proves that the run's log got one `clickRefused` and nothing else, and that nothing left. */
async function refusedClick(story: Story, shown: Shown, press: Press) {
  const before = await story.log(shown.run)
  const sent = story.world.ops.effects.length
  const reply = await click(story, shown, press)
  const news = (await story.log(shown.run)).slice(before.length)
  assert.deepEqual(
    news.map(({ type }) => type),
    ['clickRefused'],
  )
  assert.equal(story.world.ops.effects.length, sent)
  const [entry] = news
  assert(entry?.type === 'clickRefused')
  return { entry, status: reply.status, answer: answerOf(reply) }
}

/** Teams names the tenant in two places; either may be forged or missing. */
const tenants =
  (channelData: string | null, conversation: string | null) =>
  (activity: Activity): Activity => ({
    ...activity,
    channelData: {
      ...(activity['channelData'] as object),
      ...(channelData ? { tenant: { id: channelData } } : { tenant: undefined }),
    },
    conversation: { ...(activity['conversation'] as object), tenantId: conversation ?? undefined },
  })

describe('story: a click that may not decide', () => {
  const story = stage({ count: 3 })
  let shown: Shown
  let other: Shown
  before(async () => {
    shown = await story.asked(story.raise().number)
    other = await story.asked(story.raise().number)
  })

  it('tells somebody outside the rule’s groups who may, and keeps that they tried (P10, P12)', async () => {
    const { answer, entry } = await refusedClick(story, shown, { as: story.world.people.outsider })
    assert.match(answer, /Not done: you are not in web-platform, small-team\. What helps: ask a member of web-platform/)
    assert.equal(entry.by?.id, story.world.people.outsider.aadObjectId)
  })

  it('lets nobody outside the groups reject either (P10)', async () => {
    const { answer } = await refusedClick(story, shown, { as: story.world.people.outsider, verb: 'reject' })
    assert.match(answer, /you are not in web-platform/)
  })

  it('believes the object id of the token, not the name in the payload (P10)', async () => {
    const { approver, outsider } = story.world.people
    const as = { ...outsider, name: approver.name }
    const data = { by: approver.aadObjectId, person: approver.aadObjectId, groups: ['owner'] }
    const { entry } = await refusedClick(story, shown, { as, data })
    assert.equal(entry.by?.id, outsider.aadObjectId)
  })

  for (const [what, tamper, reason] of [
    ['of another tenant', tenants(ELSEWHERE, ELSEWHERE), /not one that runbot serves/],
    ['that names no tenant', tenants(null, null), /does not name its tenant/],
    ['that names its tenant in one place only', tenants('11111111-1111-4111-8111-111111111111', null), /does not name/],
    ['that names two tenants', tenants('11111111-1111-4111-8111-111111111111', ELSEWHERE), /two different tenants/],
  ] as const)
    it(`answers 403 to a click ${what}, keeps it, and does nothing else (P10)`, async () => {
      const { status, entry } = await refusedClick(story, shown, { as: story.world.people.approver, tamper })
      assert.equal(status, 403)
      assert.equal(entry.by, null)
      assert.match(entry.reason, reason)
    })

  it('refuses a click without an Entra object id, and says so to the person (P10)', async () => {
    const tamper = (activity: Activity): Activity => ({
      ...activity,
      from: { id: story.world.people.approver.id, name: 'Maya Lind' },
    })
    const { status, answer } = await refusedClick(story, shown, { as: story.world.people.approver, tamper })
    assert.equal(status, 200)
    assert.match(answer, /Teams did not say who you are/)
  })

  it('refuses the plan of another run, and does not touch that run (P1, P9)', async () => {
    const before = await story.log(other.run)
    const data = { plan: other.data['plan'] }
    const { answer } = await refusedClick(story, shown, { as: story.world.people.approver, data })
    assert.match(answer, /the plan has changed since this card was drawn\. What helps: look at the newest card/)
    assert.deepEqual(await story.log(other.run), before)
  })

  it('refuses another run’s id on this card’s plan, and does not touch this run (P1, P9)', async () => {
    const before = await story.log(shown.run)
    const as = story.world.people.approver
    const { answer } = await refusedClick(story, other, { as, data: { plan: shown.data['plan'] } })
    assert.match(answer, /the plan has changed/)
    assert.deepEqual(await story.log(shown.run), before)
  })

  for (const scope of ['step:iisreset', 'wave:1', '__proto__', 'constructor', 'hasOwnProperty'])
    it(`refuses the scope ${scope}, which nobody asked about (P1, P9)`, async () => {
      const { answer, entry } = await refusedClick(story, shown, {
        as: story.world.people.approver,
        data: { scope },
      })
      assert.match(answer, /nothing is being asked for/)
      assert.equal(entry.scope, scope)
    })

  it('refuses a verb that no card has (P9, P12)', async () => {
    const { answer, entry } = await refusedClick(story, shown, { as: story.world.people.approver, verb: 'execute' })
    assert.match(answer, /there is no "execute" on a card/)
    assert.equal(entry.verb, 'execute')
  })

  it('keeps a click on a run that does not exist in the control chain, with an answer (P4, P12)', async () => {
    const runs = await story.runs()
    for (const run of ['R0000000000', '__proto__', { id: shown.run }, `${shown.run}' OR 1=1`]) {
      const before = (await story.control()).length
      const reply = await click(story, shown, { as: story.world.people.approver, data: { run } })
      assert.match(answerOf(reply), /names a run that does not exist here/)
      const news = (await story.control()).slice(before)
      assert.deepEqual(
        news.map(({ type }) => type),
        ['turnedAway'],
      )
    }
    assert.deepEqual(await story.runs(), runs)
  })

  it('refuses the same through an older client’s Action.Submit, and answers in the thread (P10, P12)', async () => {
    const { run, message, data } = shown
    const before = (await story.log(run)).length
    const as = story.world.people.outsider
    const reply = await story.world.teams.submit({ as, message: message.id, verb: 'approve', data })
    assert.equal(reply.status, 200)
    const news = (await story.log(run)).slice(before)
    assert.deepEqual(
      news.map(({ type }) => type),
      ['clickRefused'],
    )
    await until('the answer', () => story.thread(run).find((text) => /Not done: you are not in/.test(text)))
  })

  it('shows the card to whoever asks for it, and keeps no entry for looking', async () => {
    const before = await story.log(shown.run)
    const reply = await click(story, shown, { as: story.world.people.outsider, verb: 'refresh' })
    assert.match(answerOf(reply), new RegExp(shown.run))
    assert.deepEqual(await story.log(shown.run), before)
  })
})

describe('story: a click that decides', () => {
  const story = stage({ count: 11 })
  const ask = async (fields = {}) => {
    const { number, host } = story.raise({ fields })
    return { number, host, shown: await story.asked(number) }
  }

  it('runs what was approved, once, and says who approved with which note (P1, P3)', async () => {
    const { number, host, shown } = await ask()
    await click(story, shown, { as: story.world.people.approver, inputs: { note: 'go, it is the leak again' } })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the note', () => story.notes(number).some((text) => /Approved by Maya Lind.*leak again/.test(text)))
  })

  it('takes an older client’s Action.Submit for the same yes (P1)', async () => {
    const { host, shown } = await ask()
    const as = story.world.people.secondApprover
    await story.world.teams.submit({ as, message: shown.message.id, verb: 'approve', inputs: { note: 'by phone' } })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const approved = (await story.log(shown.run)).find((event) => event.type === 'approved')
    assert.deepEqual([approved?.by.name, approved?.note], ['Jonas Weber', 'by phone'])
  })

  it('counts a double click and two people’s clicks at once as one yes, and tells the others (P3, P12)', async () => {
    const { host, shown } = await ask()
    const { approver, secondApprover } = story.world.people
    const replies = await Promise.all([approver, approver, secondApprover].map((as) => click(story, shown, { as })))
    await story.ended(shown.run)
    const log = await story.log(shown.run)
    const count = (type: string) => log.filter((event) => event.type === type).length
    assert.deepEqual([count('approved'), count('clickRefused'), count('actionStarted')], [1, 2, 1])
    assert.equal(replies.filter((reply) => /Not done: .*already/.test(answerOf(reply))).length, 2)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('tells whoever clicks after the end that it has ended (P12)', async () => {
    const { shown } = await ask()
    await click(story, shown, { as: story.world.people.approver })
    await story.ended(shown.run)
    const { answer } = await refusedClick(story, shown, { as: story.world.people.secondApprover })
    assert.match(answer, /already ended: verified on/)
  })

  it('ends at one rejection, with its note in the thread and in ServiceNow, and sends nothing (P1)', async () => {
    const { number, host, shown } = await ask()
    const inputs = { note: 'the deploy is still running' }
    await click(story, shown, { as: story.world.people.secondApprover, verb: 'reject', inputs })
    assert.equal((await story.ended(shown.run)).status, 'refused')
    const said = /Jonas Weber.*the deploy is still running/
    await until('the note', () => story.notes(number).some((text) => said.test(text)))
    await until('the reply', () => story.thread(shown.run).some((text) => said.test(text)))
    assert.deepEqual(story.effects(host), [])
    const card = await until('the card without buttons', () => {
      const now = story.cardOf(shown.run)
      return now && !payloadOf(now, 'approve') ? now : undefined
    })
    assert.match(wordsOf(card.card), /Rejected · nothing ran/)
  })

  it('needs different people where two lines are to be met, and says what is missing (P1)', async () => {
    const { host, shown } = await ask({ caller_id: story.world.people.vip.sysId })
    const { approver, secondApprover, changeManager } = story.world.people
    await click(story, shown, { as: approver })
    const again = await refusedClick(story, shown, { as: approver })
    assert.match(again.answer, /you have already approved this/)
    await click(story, shown, { as: secondApprover })
    assert.deepEqual(story.effects(host), [])
    await click(story, shown, { as: changeManager })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('keeps of a huge note only what a card could have carried (P9)', async () => {
    const { shown } = await ask()
    await click(story, shown, { as: story.world.people.approver, inputs: { note: 'long '.repeat(40_000) } })
    await story.ended(shown.run)
    const approved = (await story.log(shown.run)).find((event) => event.type === 'approved')
    assert.equal(approved?.note.length, 500)
  })

  it('refuses a yes during a freeze with its reason, and takes it after the unfreeze (P2, P11, P12)', async () => {
    const { host, shown } = await ask()
    const { approver, secondApprover, changeManager } = story.world.people
    const say = (as: Inhabitant, text: string) => story.world.teams.say({ as, text, in: 'personal' })
    await say(secondApprover, 'freeze runbook:restart-iis because "the CAB decides first"')
    const { answer } = await refusedClick(story, shown, { as: approver })
    assert.match(
      answer,
      /frozen by Jonas Weber: the CAB decides first\. What helps: wait for the unfreeze, or look at the newest card/,
    )
    await say(changeManager, 'unfreeze runbook:restart-iis')
    await click(story, shown, { as: approver })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('sends nothing where the approver lost the group between the click and the request (P2)', async () => {
    const { host, shown } = await ask()
    const { onCall } = story.world.people
    story.world.ops.setDuration('pool-status', 1_000)
    await click(story, shown, { as: onCall })
    await until('the preflight to be under way', () =>
      story.world.ops.effects.some((effect) => effect.runbook === 'pool-status' && effect.target === host),
    )
    const rows = story.world.servicenow.rows('sys_user_grmember')
    const row = rows.find(
      ({ user, group }) =>
        user === onCall.sysId &&
        group === story.world.servicenow.rows('sys_user_group').find(({ name }) => name === 'Web Platform')?.sys_id,
    )
    story.world.servicenow.update('sys_user_grmember', row?.sys_id ?? '', { group: 'f'.repeat(32) })
    story.world.ops.setDuration('pool-status', 0)
    const { status, reason } = await story.ended(shown.run)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, /an approver no longer has the authority/)
    assert.deepEqual(story.effects(host), [])
  })

  it('plans anew when the runbook changes, asks again with the difference, and refuses the old card’s click (P1, P2)', async () => {
    const { number, host } = story.raise()
    const old = await story.asked(number)
    story.place.edit('catalog/restart-iis.yaml', (text) => text.replace('timeout: 2m', 'timeout: 90s'))
    const fresh = await until('the card with the new plan', async () => {
      const shown = await story.asked(number)
      return shown.data['plan'] === old.data['plan'] ? undefined : shown
    })
    assert.equal(fresh.run, old.run)
    await until('the thread to say so', () => story.thread(old.run).some((text) => /The plan has changed/.test(text)))
    await until('the note', () => story.notes(number).some((text) => /Automation planned anew/.test(text)))
    const { answer } = await refusedClick(story, old, { as: story.world.people.approver })
    assert.match(answer, /the plan has changed since this card was drawn/)
    await click(story, fresh, { as: story.world.people.approver })
    assert.equal((await story.ended(old.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})

describe('story: what an approval was for', () => {
  const story = stage({
    count: 1,
    edit: (place) =>
      place.edit('governance.yaml', (text) =>
        text.replace('expires: 30m', 'expires: 3s').replace('remind: 10m', 'remind: 2s'),
      ),
  })

  it('expires unanswered: nothing runs, and a late click hears why (P1, P12)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    assert.equal((await story.ended(shown.run)).status, 'expired')
    const { answer } = await refusedClick(story, shown, { as: story.world.people.approver })
    assert.match(answer, /already ended: nobody decided in time/)
    assert.deepEqual(story.effects(host), [])
    await until('the note', () => story.notes(number).some((text) => /Automation expired: nobody decided/.test(text)))
  })
})
