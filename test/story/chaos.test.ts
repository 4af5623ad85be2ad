// Owns the proof that SIGKILL at random moments, on each kind of endpoint, makes no change twice and loses no run (P2, P3, P6, P7, P8).
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KINDS, type Kind } from './chaos-kinds.ts'
import type { Death } from './chaos-lives.ts'
import { deathsOf, deathWords, drawDeaths, type Life, seeded } from './chaos-moments.ts'
import { type Counted, count, prove } from './chaos-proof.ts'
import { schedule } from './chaos-schedule.ts'
import { tableOf } from './chaos-table.ts'
import { openChaosWorld } from './chaos-world.ts'

const SEED = Number(process.env['RUNBOT_SEED'] ?? 7)
const KILLS = Number(process.env['RUNBOT_CHAOS'] ?? 40)
/** One world of a failure again, as it was printed. */
const WORLD = process.env['RUNBOT_CHAOS_WORLD']
/** A world mostly waits; starting runbot is what costs. */
const AT_ONCE = Number(process.env['RUNBOT_CHAOS_AT_ONCE'] ?? 5)

describe(`SIGKILL at ${KILLS} random moments (RUNBOT_SEED=${SEED})`, function () {
  this.timeout(1_200_000)
  const cache = mkdtempSync(join(tmpdir(), 'runbot-cache-'))
  const counted = new Map<Kind, Counted[]>(KINDS.map((kind) => [kind, []]))
  const lives = new Map<Kind, Life>()
  const kills = () => [...counted.values()].flat().reduce((sum, each) => sum + each.kills, 0)

  /** One world from its beginning to its proof; answers what its processes came by. */
  async function tell(kind: Kind, seed: number, deaths: readonly Death[]): Promise<Life> {
    const chaos = await openChaosWorld({ kind, deaths, random: seeded(seed), cache })
    try {
      await chaos.play()
      counted.get(kind)?.push(await count(chaos))
      await prove(chaos)
      return chaos.life()
    } catch (error) {
      const again = `RUNBOT_SEED=${SEED} RUNBOT_CHAOS_WORLD='${kind.name} #${seed} ${deaths.map(deathWords).join(' ')}'`
      const said = `${again} (died ${chaos.deaths().length} times): ${(error as Error).message}`
      // What matters comes last: of a long output the end is what is kept.
      throw new Error(`${await chaos.story()}\n${said}`, { cause: error })
    } finally {
      await chaos.close()
    }
  }

  before('each kind tells a life without a death', async () => {
    if (WORLD) return
    await Promise.all(KINDS.map(async (kind) => lives.set(kind, await tell(kind, SEED, []))))
  })

  after(() => {
    rmSync(cache, { recursive: true, force: true })
    for (const line of tableOf([...counted].map(([kind, all]) => ({ kind: kind.name, counted: all })))) say(line)
  })

  if (WORLD) {
    it(`leaves this one world as it should be: ${WORLD}`, async () => {
      const [, name, seed, words = ''] = /^(.+) #(\d+) ?(.*)$/.exec(WORLD) ?? []
      const kind = KINDS.find((each) => each.name === name) ?? assert.fail(`no kind ${name}`)
      await tell(kind, Number(seed), deathsOf(words))
    })
    return
  }

  it('makes no change twice, and every run reaches an end or a person', async () => {
    const failures: string[] = []
    await schedule({ kills: KILLS, atOnce: AT_ONCE, seed: SEED }, async ({ kind, seed, deaths }) => {
      const drawn = drawDeaths(deaths, lives.get(kind) ?? assert.fail('no life'), seeded(seed))
      const life = await tell(kind, seed, drawn).catch((error: unknown) => void failures.push(String(error)))
      return life?.deaths ?? deaths
    })
    assert.equal(failures.length, 0, `${failures.length} worlds failed\n${failures.join('\n\n')}`)
  })

  it('did die so many times', () => {
    assert.equal(kills(), KILLS)
  })
})

const say = (line: string): void => void process.stdout.write(`      ${line}\n`)
