import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asking, bindChannel, trouble } from '../demo/scene.ts'
import { type Stage, startStage } from '../demo/stage.ts'
import { place, until } from '../story/runbot.ts'
import { openTab, type Tab } from './browser.ts'
import { type Channel, channelOf } from './channel.ts'

describe('explore', () => {
  let stage: Stage
  let tab: Tab
  let channel: Channel
  const dir = mkdtempSync(join(tmpdir(), 'runbot-e2e-'))
  const files = place()
  before(async () => {
    files.edit('catalog/restart-iis.yaml', (text) => text.replace('tier: 1', 'tier: 2'))
    stage = await startStage({ dir: join(dir, 'stage'), runbooks: files.runbooks, port: 0, playgroundPort: 0 })
    tab = await openTab(stage.playground.url)
    channel = await channelOf(tab)
    await bindChannel(stage)
  })
  after(async () => {
    await tab?.close()
    await stage?.stop()
    files.remove()
    rmSync(dir, { recursive: true, force: true })
  })
  it('x', async () => {
    const { client, playground } = stage
    const user = (name: string) => playground.users.find((u) => u.name === name) as { id: string }
    const incident = trouble(stage)
    await until('card', () => asking(client.messages()), 30000)
    await channel.open()
    const card = channel.card(incident['number'] ?? '')
    await card.waitFor()
    await tab.shot('a1')
    await channel.press(card, 'Approve', user('Eve Marsh'))
    await new Promise((r) => setTimeout(r, 1000))
    await tab.shot('a2-bystander')
    console.log(await card.innerText())
    await channel.type(card, 'Note', 'seen it')
    await channel.press(card, 'Approve')
    await tab.shot('a3-first')
    await new Promise((r) => setTimeout(r, 2000))
    await tab.shot('a3-first-later')
    console.log(await card.innerText())
    if (await card.getByRole('button', {name: 'Approve', exact: true}).count()) {
      await channel.press(card, 'Approve')
      await new Promise((r) => setTimeout(r, 500))
      await tab.shot('a4-second-click')
      await new Promise((r) => setTimeout(r, 1500))
    }
    await client.say('freeze because "network incident"')
    await channel.says('Frozen')
    await tab.shot('a5-frozen')
    await client.say('unfreeze', { user: stage.world.people.changeManager })
    await new Promise((r) => setTimeout(r, 3000))
    await tab.shot('a6-unfrozen')
    console.log(stage.client.messages().map((m) => m.text).filter(Boolean))
    await card.getByRole('button', {name: 'Change…'}).click()
    await tab.shot('a7-change')
    await channel.type(card, 'The application pool', 'ShopPool')
    await tab.shot('a7-change-typed')
    await channel.press(card, 'Ask again with these values')
    await new Promise((r) => setTimeout(r, 4000))
    await tab.shot('a8-changed')
    console.log(await tab.page.locator('body').innerText())
    console.log(stage.client.messages().map((m) => m.text).filter(Boolean))
  })
})
