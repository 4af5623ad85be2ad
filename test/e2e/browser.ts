// Owns the browser of the e2e stories: Debian's Chromium, and nothing that leaves this machine.
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
const OUT = fileURLToPath(new URL('./out', import.meta.url))
/** Without these Chromium talks to its maker at every start. */
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Tab {
  readonly page: Page
  /** Writes test/e2e/out/<name>.png. */
  shot(name: string): Promise<void>
  close(): Promise<void>
}

/** Opens a page; every request that does not go to this machine is aborted. */
export async function openTab(url: string): Promise<Tab> {
  if (!existsSync(CHROMIUM))
    throw new Error('the e2e stories need Chromium: install the Debian package "chromium" (apt-get install chromium)')
  mkdirSync(OUT, { recursive: true })
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } })
  await page.route('**', (route) => {
    const { hostname, protocol } = new URL(route.request().url())
    const local = hostname === 'localhost' || hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:'
    return local ? route.continue() : route.abort()
  })
  await page.goto(url)
  return {
    page,
    shot: async (name) => void (await page.screenshot({ path: `${OUT}/${name}.png` })),
    close: () => browser.close(),
  }
}
