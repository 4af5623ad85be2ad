// Owns the channel as a person at the screen uses it: opens it, finds a card, types, clicks, and reads what is said.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Locator } from 'playwright-core'
import type { PlaygroundUser } from '../playground/playground.ts'
import { until } from '../story/runbot.ts'
import type { Tab } from './browser.ts'

const PATIENCE_MS = 30_000

export interface Channel {
  /** Brings the channel Incidents into view. */
  open(): Promise<void>
  /** The newest card that says this, for example the number of an incident. */
  card(words: string): Locator
  /** Types into an input of a card. */
  type(card: Locator, input: string, text: string): Promise<void>
  /** Presses a button of a card: as Maya, who sits at the screen, or as somebody else at their own. */
  press(card: Locator, button: string, as?: Pick<PlaygroundUser, 'id'>): Promise<void>
  /** Waits until it stands somewhere on the page, or on that card. */
  says(words: string, where?: Locator): Promise<void>
}

/** `forget` of a test hook is not needed: the identity of a click ends with the click. */
export async function channelOf({ page }: Tab): Promise<Channel> {
  // The Playground has no user switcher, but what a click sends says who clicked.
  let clicker: string | undefined
  await page.route('**/_conversation/v1/invoke', (route) => {
    const sent = route.request().postDataJSON() as { from?: object }
    return clicker === undefined
      ? route.continue()
      : route.continue({ postData: JSON.stringify({ ...sent, from: { ...sent.from, id: clicker } }) })
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
      const answered = page.waitForResponse('**/_conversation/v1/invoke')
      await card.getByRole('button', { name: button, exact: true }).click()
      await answered
      clicker = undefined
    },

    async says(words, where = page.locator('body')) {
      const read = async () => (await where.innerText()).replaceAll(/\s+/g, ' ')
      await until(`"${words}" to be read`, async () => (await read()).includes(words), PATIENCE_MS).catch(
        async (error: Error) => assert.fail(`${error.message}; there stands:\n${await read()}`),
      )
    },
  }
}
