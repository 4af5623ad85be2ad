// Owns the proof that the icons are what Teams asks for, pixel by pixel (docs "Teams app package", app icons).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { iconProblem } from '../../src/cli/package/icon.ts'

const folder = join(import.meta.dirname, '../../appPackage')

interface Picture {
  readonly side: number
  /** Red, green, blue and alpha, 0 to 255. */
  at(x: number, y: number): readonly number[]
}

/** Reads a PNG as appPackage/icons.ts writes it: eight bits a channel, not interlaced, its rows unfiltered. */
function picture(name: string): Picture {
  const file = readFileSync(join(folder, name))
  const side = file.readUInt32BE(16)
  const [depth, type, , , interlaced] = file.subarray(24, 29)
  assert.deepEqual([depth, interlaced], [8, 0])
  assert.ok(type === 2 || type === 6, 'colours, with or without alpha')
  const channels = type === 2 ? 3 : 4
  const parts: Buffer[] = []
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12)
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  const rows = inflateSync(Buffer.concat(parts))
  const width = side * channels + 1
  for (let y = 0; y < side; y += 1) assert.equal(rows[y * width], 0, 'an unfiltered row')
  return {
    side,
    at: (x, y) => {
      const start = y * width + 1 + x * channels
      return [...rows.subarray(start, start + channels), 255].slice(0, 4)
    },
  }
}

const places = ({ side }: Picture): readonly (readonly [number, number])[] =>
  Array.from({ length: side * side }, (_, index) => [index % side, Math.floor(index / side)] as const)

describe('the icons of the app', () => {
  it('have the sizes that Teams asks for', () => {
    assert.equal(iconProblem(readFileSync(join(folder, 'color.png')), 192), undefined)
    assert.equal(iconProblem(readFileSync(join(folder, 'outline.png')), 32), undefined)
  })

  it('has its symbol within the middle 96 pixels of one solid ground: no crop, square or hexagon, cuts it', () => {
    const { accentColor } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { accentColor: string }
    const ground = [...Buffer.from(accentColor.slice(1), 'hex'), 255]
    const color = picture('color.png')
    const isInside = (at: number) => at >= 48 && at < 144
    const inside = places(color).filter(([x, y]) => isInside(x) && isInside(y))
    for (const [x, y] of places(color))
      if (!isInside(x) || !isInside(y)) assert.deepEqual(color.at(x, y), ground, `${x}, ${y}`)
    const drawn = inside.filter(([x, y]) => color.at(x, y).join() !== ground.join())
    assert.ok(drawn.length > inside.length / 3, 'a symbol that is seen')
    assert.ok(drawn.some(([x]) => x === 48) && drawn.some(([x]) => x === 143), 'as wide as it may be')
  })

  it('has an outline of pure white on nothing, without padding', () => {
    const outline = picture('outline.png')
    const drawn = places(outline).filter(([x, y]) => outline.at(x, y)[3] !== 0)
    for (const [x, y] of drawn) assert.deepEqual(outline.at(x, y).slice(0, 3), [255, 255, 255], `${x}, ${y}`)
    assert.ok(drawn.length > 200 && drawn.length < outline.side ** 2 * 0.6, 'an outline, and not a block')
    for (const edge of [0, outline.side - 1]) {
      assert.ok(drawn.some(([x]) => x === edge))
      assert.ok(drawn.some(([, y]) => y === edge))
    }
  })
})
