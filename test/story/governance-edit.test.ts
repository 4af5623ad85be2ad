// Owns the proof that an approver may ask for the same with other values, within the runbook's bounds, once (P1, P3, P9).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, cardSays, click, eventsOf, type Press, RUNBOOK, refused, threadSays } from './governance.ts'
import { answerOf, type Shown, stage } from './story.ts'

const { approver, outsider, secondApprover } = PEOPLE
const change = (pool: string, as = approver): Press => ({ as, verb: 'change', inputs: { p_pool: pool } })

describe('story: no, but with other values', () => {
  const story = stage({
    count: 4,
    edit: (place) => amend(place, RUNBOOK, { parameters: { pool: { default: 'WrongPool' } } }),
  })
  const ask = async () => {
    const { host, number } = story.raise()
    return { host, number, shown: await story.asked(number) }
  }
  /** The one run that follows this one. */
  const next = async (number: string, { run }: Shown): Promise<string> => {
    const [other, ...more] = (await story.runsOf(number)).filter((each) => each !== run)
    assert(other !== undefined && more.length === 0, 'exactly one run follows')
    return other
  }

  it('asks anew as a linked run, ends the old one, and does not let the editor approve it (P1, P10)', async () => {
    const { host, number, shown } = await ask()
    await click(story, shown, { ...change('DefaultAppPool'), data: { note: 'the pool has another name' } })
    const { status, reason } = await story.ended(shown.run)
    const run = await next(number, shown)
    assert.equal(status, 'cancelled')
    assert.match(reason, new RegExp(`Maya Lind asked for it with other values: run ${run}`))
    const again = await asking(story, run)
    await cardSays(story, run, new RegExp(`Asked anew with other values, after run [\\s\\S]*${shown.run}`))
    await cardSays(story, run, /parameter pool[\s\S]*WrongPool[\s\S]*DefaultAppPool/)
    const [proposed] = await eventsOf(story, run, 'proposed')
    assert.deepEqual([proposed?.link?.run, proposed?.link?.why], [shown.run, 'edit'])
    assert.deepEqual(proposed?.requested.parameters, { pool: 'DefaultAppPool' })
    await threadSays(story, shown.run, new RegExp(`asks for it with other values, as run .${run}`))
    assert.match(await refused(story, again, { as: approver }), /you requested this run/)
    assert.match(await refused(story, shown, { as: secondApprover }), /this run has already ended/)
    await click(story, again, { as: secondApprover })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.equal((await story.runsOf(number)).length, 2)
  })

  it('refuses what is out of bounds, not declared, unchanged, or asked by a bystander, each with its reason (P9, P12)', async () => {
    const { number, shown } = await ask()
    const parameters = /pool/
    assert.match(await refused(story, shown, change('a b; rm -rf')), parameters)
    const unknown = await refused(story, shown, { as: approver, verb: 'change', inputs: { p_targets: 'web-09' } })
    assert.match(unknown, /targets/)
    const forged = { as: approver, verb: 'change', inputs: { p_constructor: 'x', pool: 'DefaultAppPool' } }
    assert.match(await refused(story, shown, forged), /constructor/)
    assert.match(await refused(story, shown, change('WrongPool')), /every value is as it was/)
    assert.match(await refused(story, shown, change('DefaultAppPool', outsider)), /you are not in web-platform/)
    const stale = { ...change('DefaultAppPool'), data: { plan: 'f'.repeat(64) } }
    assert.match(await refused(story, shown, stale), /the plan has changed since this card was drawn/)
    assert.deepEqual(await story.runsOf(number), [shown.run])
    assert.deepEqual(await asking(story, shown.run).then(({ data }) => data['plan']), shown.data['plan'])
  })

  it('makes one run of two edits at the same time, and tells the second person of it (P3, P12)', async () => {
    const { number, shown } = await ask()
    const clicks = [change('DefaultAppPool'), change('ShopPool', secondApprover)]
    const answers = (await Promise.all(clicks.map((press) => click(story, shown, press)))).map(answerOf)
    assert.equal(answers.filter((answer) => /Not done: .* has already asked for other values/.test(answer)).length, 1)
    await story.ended(shown.run)
    await asking(story, await next(number, shown))
  })

  it('makes exactly one run of an edit that runbot died over (P3)', async () => {
    const { host, number, shown } = await ask()
    await story.bot().stop()
    const RUNBOT_IMPORT = new URL('kill-at.ts', import.meta.url).href
    const dying = await story.restart({ RUNBOT_IMPORT, RUNBOT_KILL_ON: 'editRequested' })
    await assert.rejects(click(story, shown, change('DefaultAppPool')))
    assert.equal(await dying.gone, null)
    assert.equal((await story.log(shown.run)).at(-1)?.type, 'editRequested')
    assert.deepEqual(await story.runsOf(number), [shown.run])
    await story.restart()
    assert.equal((await story.ended(shown.run)).status, 'cancelled')
    const run = await next(number, shown)
    assert.equal((await eventsOf(story, shown.run, 'editRequested'))[0]?.run, run)
    await click(story, await asking(story, run), { as: secondApprover })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const posts = story.world.teams.threads().flatMap(({ messages }) => messages)
    assert.equal(posts.filter(({ card }) => JSON.stringify(card ?? '').includes(`"run":"${run}"`)).length, 1)
  })
})
