// Owns the proof that SIGKILL at any moment and a restart leave no second effect and no lost run (P2, P3, P6, P7, P8).
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Counted, type Ending, prove } from './crash-proof.ts'
import { openStage, type Point } from './crash-stage.ts'

const RESOLVED: Ending = {
  status: 'succeeded',
  effects: ['recycle-pool'],
  state: '6',
  thread: [/approved/, /Started/, /: done/, /: verified/, /Succeeded/],
}

describe('a crash', function () {
  this.timeout(300_000)
  const cache = mkdtempSync(join(tmpdir(), 'runbot-cache-'))
  const sum = { points: 0, kills: 0, effects: 0, duplicates: 0 }
  let points: readonly Point[] = []

  async function mended(killAt?: string): Promise<Counted> {
    const stage = await openStage({ cache, ...(killAt ? { killAt } : {}) })
    try {
      const { number = '' } = await stage.raise()
      await stage.press('approve')
      await stage.settled()
      const counted = await prove(stage, number, RESOLVED)
      if (!killAt) points = stage.points()
      sum.kills += stage.deaths()
      sum.points += killAt ? 1 : 0
      sum.effects += counted.effects
      sum.duplicates += counted.duplicates
      return counted
    } catch (error) {
      const died = stage.points().at(-1)
      throw new Error(`${died?.name} (${died?.what}), ${stage.deaths()} deaths: ${(error as Error).message}\n${process.env.V ? stage.log():''}`, { cause: error })
    } finally {
      await stage.close()
    }
  }

  before(() => mended())
  after(() => {
    rmSync(cache, { recursive: true, force: true })
    process.stdout.write(`    ${JSON.stringify(sum)} of ${points.length}\n`)
  })

  it('x', async () => {
    const only = process.env['ONLY']
    const names = points.filter(({ name }) => !only || new RegExp(only).test(name)).map(({ name }) => name)
    const failures: string[] = []
    const rest = [...names]
    const t = Date.now()
    await Promise.all(Array.from({ length: Number(process.env['PAR'] ?? 5) }, async () => {
      for (let next = rest.shift(); next; next = rest.shift()) await mended(next).catch((e) => { failures.push(e.message); console.log(e.message) })
    }))
    console.log(names.length, Date.now() - t)
    assert.deepEqual(failures.length, 0)
  })
})
