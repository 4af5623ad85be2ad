// Owns the channel as people at a screen use it: they open it, find a card, type, click, and read what is said.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Locator } from 'playwright-core'
import type { PlaygroundUser } from '../playground/playground.ts'
import { until } from '../story/runbot.ts'
import type { Tab } from './browser.ts'

const PATIENCE_MS = 30_000
const INVOKE = '**/_conversation/v1/invoke'

export interface Channel {
  open(): Promise<void>
  /** The first card that says this, for example the number of an incident. */
  card(words: string): Locator
  type(card: Locator, input: string, text: string): Promise<void>
  /**
   * Presses a button of a card: as Maya, who sits at the screen, or as somebody else. Resolves with what the bot
   * answered: a message, or nothing where it was another card. Teams shows the message on the card, the Playground
   * does not.
   */
  press(card: Locator, button: string, as?: Pick<PlaygroundUser, 'id'>): Promise<string>
  /** Waits until the words can be read, on the page or on that card. */
  says(words: string, where?: Locator): Promise<void>
}

export async function channelOf({ page }: Tab): Promise<Channel> {
  // There is no user switcher, but what a click sends says who clicked.
  let clicker: string | undefined
  await page.route(INVOKE, (route) => {
    const sent = route.request().postDataJSON() as { readonly from?: object }
    const postData = JSON.stringify({ ...sent, from: { ...sent.from, id: clicker } })
    return clicker === undefined ? route.continue() : route.continue({ postData })
  })

  return {
    open: () => page.getByText('Incidents', { exact: true }).first().click(),
    card: (words) => page.locator('.ac-adaptiveCard').filter({ hasText: words }).first(),

    // With the mouse at rest over the card: when it comes or goes the Playground draws the card anew and forgets what
    // was typed.
    async type(card, input, text) {
      const box = card.getByRole('textbox', { name: input })
      await box.scrollIntoViewIfNeeded()
      await box.hover()
      await sleep(500)
      await box.fill('')
      await box.pressSequentially(text)
    },

    async press(card, button, as) {
      clicker = as?.id
      const click = card.getByRole('button', { name: button, exact: true }).click()
      const [answer] = await Promise.all([page.waitForResponse(INVOKE), click])
      clicker = undefined
      const { type = '', value } = (await answer.json()) as { readonly type?: string; readonly value?: unknown }
      return type.endsWith('activity.message') ? String(value) : ''
    },

    async says(words, where = page.locator('body')) {
      const standing = async () => (await where.innerText()).replaceAll(/\s+/g, ' ')
      await until(`"${words}"`, async () => (await standing()).includes(words), PATIENCE_MS).catch(async (cause) => {
        throw new Error(`"${words}" is not to be read; there stands:\n${await standing()}`, { cause })
      })
    },
  }
}
