// Owns the proof that four replicas on one failing Cosmos DB keep every promise, whatever strikes them (P1, P3, P4, P6, P7, P8, P11).
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ASKED } from '../story/chaos-asked.ts'
import { KINDS, type Kind } from '../story/chaos-kinds.ts'
import { seeded } from '../story/chaos-moments.ts'
import { count, prove } from '../story/chaos-proof.ts'
import { openCosmosWorld, type Suffered } from './cosmos-world.ts'
import { type Disturbance, disturbancesOf, drawDisturbances, PAUSE_MS, wordOf } from './disturbances.ts'
import { cosmosTable, type Told } from './table.ts'

/** The moments of the disturbances repeat; the store's faults only for the same order of requests, which no two runs share. */
const SEED = Number(process.env['RUNBOT_SEED'] ?? 7)
const RUNS = Number(process.env['RUNBOT_CHAOS_RUNS'] ?? 8)
/** One world of a failure again, as it was printed; words that do not matter can be taken away. */
const WORLD = process.env['RUNBOT_CHAOS_WORLD']
const AT_ONCE = Number(process.env['RUNBOT_CHAOS_AT_ONCE'] ?? 2)

/** One each of those that send again, ask by key and know no key comes first. */
const ORDER: readonly Kind[] = ['ops-api', 'awx, extra_vars', 'http'].flatMap((name) =>
  KINDS.filter((kind) => kind.name === name),
)
const TURNS = [...ORDER, ...KINDS.filter((kind) => !ORDER.includes(kind))]

describe(`four replicas on Cosmos, ${RUNS} runs (RUNBOT_SEED=${SEED}; the order of requests is not part of a seed)`, function () {
  this.timeout(3_600_000)
  const cache = mkdtempSync(join(tmpdir(), 'runbot-cache-'))
  const told = new Map<Kind, Told[]>(KINDS.map((kind) => [kind, []]))

  /** One world from its beginning to its proof. */
  async function tell(kind: Kind, seed: number, disturbances: readonly Disturbance[]): Promise<Suffered> {
    const chaos = await openCosmosWorld({ kind, seed, disturbances, cache })
    try {
      await chaos.play()
      told.get(kind)?.push({ ...(await count(chaos)), ...chaos.suffered() })
      await prove(chaos)
      await chaos.proveFreeze()
      return chaos.suffered()
    } catch (error) {
      const again = `RUNBOT_CHAOS_WORLD='${kind.name} #${seed} ${disturbances.map(wordOf).join(' ')}'`
      const { faults: _, ...suffered } = chaos.suffered()
      // What matters comes last: of a long output the end is what is kept.
      const said = `${again} ${JSON.stringify(suffered)}: ${(error as Error).message}`
      throw new Error(`${await chaos.story().catch(String)}\n${said}`, { cause: error })
    } finally {
      await chaos.close()
    }
  }

  after(() => {
    rmSync(cache, { recursive: true, force: true })
    const rows = [...told].filter(([, all]) => all.length > 0)
    for (const line of cosmosTable(rows.map(([kind, all]) => ({ kind: kind.name, told: all })))) say(line)
  })

  if (WORLD) {
    it(`leaves this one world as it should be: ${WORLD}`, async () => {
      const [, name, seed, words = ''] = /^(.+) #(\d+) ?(.*)$/.exec(WORLD) ?? []
      const kind = KINDS.find((each) => each.name === name) ?? assert.fail(`no kind ${name}`)
      await tell(kind, Number(seed), disturbancesOf(words))
    })
    return
  }

  it('sends nothing from a replica that slept until others held its run, and all was frozen (P3, P11)', async () => {
    const asleep = `pause:actor:${PAUSE_MS[1]}@start:2`
    const kindOf = (name: string) => KINDS.find((kind) => kind.name === name) ?? assert.fail(name)
    const both = await Promise.all([
      tell(kindOf('ops-api'), SEED, disturbancesOf(`${asleep} freeze:all@start:2`)),
      tell(kindOf('http'), SEED, disturbancesOf(asleep)),
    ])
    for (const { pauses, takeOvers, strays } of both) {
      assert.equal(pauses, 1)
      assert.ok(takeOvers > 0, 'somebody took its run over')
      assert.equal(strays, 0, 'changes sent by a replica that held their run no more')
    }
  })

  it('makes no change twice or unapproved, lets a freeze hold, and every run reaches an end or a person', async () => {
    const failures: string[] = []
    const turns = Array.from({ length: Math.ceil(RUNS / ASKED.length) }, (_, number) => number)
    const next = async (): Promise<void> => {
      for (let number = turns.shift(); number !== undefined; number = turns.shift()) {
        const seed = SEED * 1_000_003 + number
        const kind = TURNS[number % TURNS.length] as Kind
        await tell(kind, seed, drawDisturbances(seeded(seed))).catch(
          (error: unknown) => void failures.push(String(error)),
        )
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next))
    assert.equal(failures.length, 0, `${failures.length} worlds failed\n${failures.join('\n\n')}`)
  })
})

const say = (line: string): void => void process.stdout.write(`      ${line}\n`)
