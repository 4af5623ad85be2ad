// Owns how the icons come from their drawings: `node appPackage/icons.ts` draws color.png and outline.png in Chromium.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { chromium } from 'playwright-core'

const folder = import.meta.dirname
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Runs in the page. It is text, because this side of the project has no types of a browser. */
const draw = `async ([svg, size]) => {
  const image = new Image()
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg)
  await image.decode()
  const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size })
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0, size, size)
  return [...context.getImageData(0, 0, size, size).data]
}`

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A PNG of eight bits a channel, unfiltered: three channels where all is opaque, else four. */
function png(pixels: readonly (readonly number[])[], size: number, channels: 3 | 4): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, channels === 3 ? 2 : 6], 8)
  const rows = Array.from({ length: size }, (_, y) => [0, ...pixels.slice(y * size, (y + 1) * size).flat()])
  const data = deflateSync(Buffer.from(rows.flat()), { level: 9 })
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
})
try {
  const page = await browser.newPage()
  for (const [name, size] of [
    ['color', 192],
    ['outline', 32],
  ] as const) {
    const svg = readFileSync(join(folder, `${name}.svg`), 'utf8')
    const data = await page.evaluate<number[]>(`(${draw})(${JSON.stringify([svg, size])})`)
    const pixels = Array.from({ length: size * size }, (_, at) => data.slice(at * 4, at * 4 + 4))
    // A canvas multiplies by the alpha and back: the white of an edge comes out as 254, and Teams wants 255.
    const drawn =
      name === 'color'
        ? pixels.map((each) => each.slice(0, 3))
        : pixels.map(([, , , alpha = 0]) => [255, 255, 255, alpha])
    writeFileSync(join(folder, `${name}.png`), png(drawn, size, name === 'color' ? 3 : 4))
  }
} finally {
  await browser.close()
}
