// Owns pictures of every card, for people to look at: `node test/cards/render.ts [outdir] [name…]`.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import type { Json } from '../../src/core/values.ts'
import { gallery } from './gallery.ts'
import { type Theme, themes } from './host.ts'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const widths = [600, 320]
const library = readFileSync(createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.js'), 'utf8')
const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const styles = ({ page, card, line, accent }: Theme): string => `
  body { margin: 0; background: ${page}; }
  #card { margin: 12px; background: ${card}; border: 1px solid ${line}; border-radius: 6px; overflow: hidden; }
  .ac-pushButton { font: 600 14px "Segoe UI", "Noto Sans", sans-serif; padding: 5px 12px; border-radius: 4px;
    border: 1px solid ${line}; background: transparent; color: inherit; min-height: 32px; }
  .ac-pushButton.style-positive { background: ${accent}; border-color: ${accent}; color: ${card}; }
  .ac-pushButton.style-destructive { color: #c4314b; border-color: #c4314b; }
  .ac-input { font: 14px "Segoe UI", "Noto Sans", sans-serif; padding: 6px 10px; border: 1px solid ${line};
    border-radius: 4px; background: ${page}; color: inherit; box-sizing: border-box; }
  #card { color: ${page === '#141414' ? '#fff' : '#242424'}; }`

/** Runs in the page. It is text, because this side of the project has no types of a browser. */
const draw = `([card, config]) => {
  const drawn = new AdaptiveCards.AdaptiveCard()
  drawn.hostConfig = new AdaptiveCards.HostConfig(JSON.parse(config))
  drawn.parse(JSON.parse(card))
  document.getElementById('card').append(drawn.render())
}`

/** Draws one card, optionally with every fold open, and takes its picture. */
async function picture(page: Page, card: Json, theme: Theme, open: boolean, path: string): Promise<void> {
  const text = JSON.stringify(card)
  await page.setContent(`<style>${styles(theme)}</style><div id="card"></div>`)
  await page.addScriptTag({ content: library })
  await page.evaluate(
    `(${draw})(${JSON.stringify([
      open ? text.replaceAll('"isVisible":false', '"isVisible":true').replaceAll('"text":"›"', '"text":""') : text,
      JSON.stringify(theme.config),
    ])})`,
  )
  await page.screenshot({ path, fullPage: true })
}

const [out = root('test/e2e/out/cards'), ...names] = process.argv.slice(2)
mkdirSync(out, { recursive: true })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
try {
  for (const width of widths) {
    const page = await browser.newPage({ viewport: { width, height: 200 }, deviceScaleFactor: 2 })
    await page.route('**', (route) => (/^(data|about):/.test(route.request().url()) ? route.continue() : route.abort()))
    for (const [name, card] of Object.entries(gallery()))
      if (names.length === 0 || names.includes(name))
        for (const [theme, look] of Object.entries(themes))
          for (const open of ['awaiting-approval', 'editable', 'hostile'].includes(name) ? [false, true] : [false])
            await picture(page, card, look, open, join(out, `${name}${open ? '.open' : ''}.${width}.${theme}.png`))
    await page.close()
  }
} finally {
  await browser.close()
}
