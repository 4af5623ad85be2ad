// Specifies what two people must allow as they do it: by clicks in the Playground, also those that do not count.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { bindChannel, trouble } from '../demo/scene.ts'
import { type Stage, startStage } from '../demo/stage.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { place } from '../story/runbot.ts'
import { openTab, type Tab } from './browser.ts'
import { type Channel, channelOf } from './channel.ts'

describe('in the Agents Playground, a tier 2 change in production', () => {
  let stage: Stage
  let tab: Tab
  let channel: Channel
  let card: Locator
  const dir = mkdtempSync(join(tmpdir(), 'runbot-e2e-'))
  const files = place()

  before(async () => {
    // Tier 2 in prod asks two-approvers; the site may be broken more than once within the half hour.
    files.edit('catalog/restart-iis.yaml', (text) =>
      text.replace('tier: 1', 'tier: 2').replace('antiFlap: { max: 1', 'antiFlap: { max: 9'),
    )
    files.edit('governance.yaml', (text) => text.replace('antiFlap: { max: 1', 'antiFlap: { max: 9'))
    stage = await startStage({ dir: join(dir, 'stage'), runbooks: files.runbooks, port: 0, playgroundPort: 0 })
    tab = await openTab(stage.playground.url)
    channel = await channelOf(tab)
    await bindChannel(stage)
    await channel.open()
  })

  after(async () => {
    await tab?.close()
    await stage?.stop()
    files.remove()
    rmSync(dir, { recursive: true, force: true })
  })

  const recycled = () => stage.world.ops.effectsOf('recycle-pool').length
  const button = (name: string) => card.getByRole('button', { name, exact: true })

  it('tells a bystander why their click does not count (P10, P12)', async () => {
    const { number = '' } = trouble(stage)
    card = channel.card(number)
    await channel.says('One of web-platform, small-team and one of change-managers', card)
    const told = await channel.press(card, 'Approve', PEOPLE.outsider)
    assert.match(told, /^Not done: you are not in web-platform, small-team, change-managers\. What helps: ask a member/)
    await channel.says('One of web-platform, small-team and one of change-managers', card)
    assert.equal(recycled(), 0)
    await tab.shot('6-two-approvers')
  })

  it('counts the first yes as one of two, and the same person’s second click not at all', async () => {
    await channel.type(card, 'Note', 'errors are real')
    assert.equal(await channel.press(card, 'Approve'), '')
    await channel.says('Still missing: 1 of change-managers', card)
    await channel.says('Maya Lind approved (1 of 2): errors are real')
    await tab.shot('7-one-of-two')
    await button('Approve').waitFor()
    const told = await channel.press(card, 'Approve')
    assert.match(told, /^Not done: you have already approved this\. What helps: somebody else has to approve it too/)
    await channel.says('1 of 2', card)
    assert.equal(recycled(), 0)
  })

  it('shows a freeze on the open card, which offers to look again instead of Approve (P11)', async () => {
    await stage.client.say('freeze because "network incident"')
    await channel.says('Frozen · approval waits', card)
    await channel.says('Frozen. Approvals are refused until the unfreeze', card)
    await channel.says('everything is frozen by Maya Lind: network incident', card)
    assert.equal(await button('Approve').count(), 0)
    assert.equal(await button('Change…').count(), 0)
    await button('Look again').waitFor()
    await tab.shot('8-frozen')
    await stage.client.say('unfreeze', { user: PEOPLE.changeManager })
    await button('Approve').waitFor()
    assert.doesNotMatch(await card.innerText(), /Frozen/)
  })

  it('runs once when somebody of the other group agrees too (P1, P3)', async () => {
    assert.equal(await channel.press(card, 'Approve', PEOPLE.changeManager), '')
    await channel.says('Ines Duarte approved (2 of 2)')
    await channel.says('Succeeded', card)
    assert.equal(recycled(), 1)
    assert.equal(await button('Approve').count(), 0, 'the card asks no more')
    await tab.shot('9-two-approved')
  })

  it('asks anew with other values, in a card that names the run before it, and not the one who asks (P9, P10)', async () => {
    const { number = '' } = trouble(stage)
    card = channel.card(number)
    await button('Change…').click()
    await channel.type(card, 'The application pool', 'ShopPool')
    await tab.shot('10-other-values')
    assert.equal(await channel.press(card, 'Ask again with these values'), '')
    await channel.says('Maya Lind asked for it with other values', card)
    assert.equal(await button('Approve').count(), 0, 'the old card asks no more')

    card = channel.card('Asked anew with other values, after run')
    await channel.says('ops.recycle_pool host=web-01 pool=ShopPool', card)
    await channel.says('What has changed', card)
    await channel.says('Maya Lind asks for this', card)
    await tab.shot('11-asked-anew')
    const told = await channel.press(card, 'Approve')
    assert.match(told, /^Not done: you requested this run, so somebody else must approve it/)
    await channel.press(card, 'Approve', PEOPLE.secondApprover)
    await channel.says('1 of 2', card)
    await channel.press(card, 'Approve', PEOPLE.changeManager)
    // What was asked for is what is sent: the server has no such pool, and says so before anything is changed.
    await channel.says('Failed · nothing ran', card)
    await channel.says('no pool ShopPool on web-01', card)
    assert.equal(recycled(), 1)
    await tab.shot('12-other-values-refused')
  })
})
