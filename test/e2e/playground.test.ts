// Specifies the main job as a person does it: the Playground in a real browser, by clicks.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { asking, bindChannel, trouble } from '../demo/scene.ts'
import { type Stage, startStage } from '../demo/stage.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import { place, until } from '../story/runbot.ts'
import { openTab, type Tab } from './browser.ts'
import { type Channel, channelOf } from './channel.ts'

describe('in the Agents Playground, by clicks', () => {
  let stage: Stage
  let tab: Tab
  let channel: Channel
  const dir = mkdtempSync(join(tmpdir(), 'runbot-e2e-'))
  const files = place()

  before(async () => {
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

  const health = async () => (await fetch(stage.world.site.healthUrl)).status
  const cardOf = ({ number = '' }: Row) => channel.card(number)

  it('an approver reads the card, clicks Approve, and the site is healthy again', async () => {
    const { world, client } = stage
    const incident = trouble(stage)
    assert.equal(await health(), 503)
    await until('an approval card', () => asking(client.messages()), 30_000)
    await channel.open()
    const card = cardOf(incident)
    await card.waitFor()
    const words = await card.innerText()
    for (const wanted of [
      'Approval needed',
      '5xx spike on web-01',
      'INC0010001',
      'ops.recycle_pool',
      'prod',
      'Reach',
      'Undo',
    ])
      assert.ok(words.includes(wanted), `the card says "${wanted}", it says:\n${words}`)
    await channel.type(card, 'Note', 'errors are real')
    await tab.shot('1-approval-card')

    await card.getByText('Guardrails', { exact: true }).first().click()
    await tab.shot('2-guardrails-unfolded')
    await channel.press(card, 'Approve')

    const number = incident['number'] ?? ''
    await until('the incident is resolved', () => world.servicenow.incident(number)?.['state'] === '6', 60_000)
    assert.equal(await health(), 200)
    assert.equal(world.ops.effectsOf('recycle-pool').length, 1)
    const page = tab.page.locator('body')
    await until(
      'the thread tells the end',
      async () => (await page.innerText()).includes('Succeeded: verified on web-01'),
      30_000,
    )
    const told = await page.innerText()
    for (const wanted of ['Maya Lind approved: errors are real', 'Started', 'done', 'verified'])
      assert.ok(told.includes(wanted), `the thread says "${wanted}"`)
    assert.equal(await tab.page.getByRole('button', { name: 'Approve' }).count(), 0, 'no card asks any more')
    await tab.shot('3-succeeded')
  })

  it('somebody asks for help and for the status by mentioning the bot', async () => {
    await channel.open()
    const box = tab.page.locator('[data-lexical-editor="true"]').last()
    await box.click()
    await box.pressSequentially('@')
    await tab.page.getByRole('menuitem', { name: 'runbot' }).click()
    await box.pressSequentially(' status')
    await tab.page.getByRole('button', { name: 'Send Message' }).last().click()
    await until(
      'an answer to status',
      async () => /nothing is open|No run|no runs/i.test(await tab.page.locator('body').innerText()),
      30_000,
    )
    await tab.shot('4-status')
  })

  it('an approver rejects, and nothing is sent', async () => {
    const { world, client } = stage
    const before = world.ops.effectsOf('recycle-pool').length
    // The anti-flap limit holds this runbook back on the same CI for a while.
    files.edit('catalog/restart-iis.yaml', (text) => text.replace('antiFlap: { max: 1', 'antiFlap: { max: 9'))
    files.edit('governance.yaml', (text) => text.replace('antiFlap: { max: 1', 'antiFlap: { max: 9'))
    await sleep(1_500)
    const incident = trouble(stage)
    await until(
      'a second approval card',
      () => {
        const card = asking(client.messages())
        return card && JSON.stringify(card.card).includes(incident['number'] ?? '?')
      },
      30_000,
    )
    await channel.open()
    const card = cardOf(incident)
    await channel.type(card, 'Note', 'it heals by itself')
    await channel.press(card, 'Reject')
    await until(
      'the thread says so',
      async () => (await tab.page.locator('body').innerText()).includes('Maya Lind rejected: it heals by itself'),
      30_000,
    )
    assert.equal(world.ops.effectsOf('recycle-pool').length, before)
    await tab.shot('5-rejected')
  })
})
