// Owns the proof that SIGKILL at any moment and a restart leave no second effect and no lost run (P2, P3, P6, P7, P8).
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ending, effectsAt, prove } from './crash-proof.ts'
import { openStage, type Point, type Stage, type StageOptions } from './crash-stage.ts'

/** The site breaks, a person approves, the recycle helps. */
const MENDED: Ending = {
  status: 'succeeded',
  effects: ['recycle-pool'],
  state: '6',
  thread: [/approved/, /Started/, /: done/, /: verified/, /Succeeded/],
  card: /Succeeded/,
}

/** The recycle does not help: it is rolled back, the next rung asks, and the person has had enough. */
const REJECTED: Ending = {
  status: 'needsHuman',
  effects: ['recycle-pool', 'start-pool'],
  state: '2',
  thread: [
    /approved/,
    /Started/,
    /: done/,
    /verification failed/,
    /rolling back/,
    /rolled back/,
    /its turn has come/,
    /Approval needed for/,
    /rejected/,
    /Needs a person/,
  ],
  card: /Needs a person/,
  locked: true,
}

/** How many points are tried of those that are sampled. */
const SAMPLED = 8
const SEED = Number(process.env['RUNBOT_SEED'] ?? 7)
/** A story mostly waits; starting runbot is what costs. */
const AT_ONCE = 2 * availableParallelism() + 1

describe('SIGKILL at any moment, and a restart', function () {
  this.timeout(600_000)
  const cache = mkdtempSync(join(tmpdir(), 'runbot-cache-'))
  const sum = { stories: 0, deaths: 0, kills: 0, effects: 0, duplicates: 0 }
  let points: readonly Point[] = []

  /** One story from the first alert to the proof; answers what its processes came by. */
  async function tell(
    ending: Ending,
    options: StageOptions,
    play: (stage: Stage, number: string) => Promise<unknown>,
  ): Promise<readonly Point[]> {
    const stage = await openStage({ cache, ...options })
    try {
      const number = await stage.raise()
      await play(stage, number)
      await stage.settled()
      const { effects, duplicates } = await prove(stage, number, ending)
      sum.stories += 1
      sum.deaths += options.deaths?.length ?? 0
      sum.kills += stage.kills()
      sum.effects += effects
      sum.duplicates += duplicates
      return stage.points()
    } catch (error) {
      const place = stage.points().findLast(({ name }) => options.deaths?.includes(name))
      const where = `died ${stage.kills()} times, last at ${place?.name} (${place?.what})`
      throw new Error(`${where}: ${(error as Error).message}\n${stage.output().slice(-2_000)}`, { cause: error })
    } finally {
      await stage.close()
    }
  }

  const mended = (...deaths: readonly string[]) => tell(MENDED, { deaths }, (stage) => stage.press('approve'))

  const rejected = (...deaths: readonly string[]) =>
    tell(
      REJECTED,
      { deaths, world: { recycleOutcome: 'broken' }, edit: (place) => place.edit('catalog/restart-iis.yaml', soon) },
      async (stage) => {
        await stage.press('approve')
        await stage.until('the next rung asks', () => stage.posts().some(({ text }) => text.includes('needed for')))
        await stage.press('reject', 'step:iisreset')
      },
    )

  /** Tells the story once for each of these points, several at once; fails with every failure. */
  async function atEach(names: readonly string[], story: (death: string) => Promise<unknown>): Promise<void> {
    assert.ok(names.length > 0, 'there are such points')
    const left = [...names]
    const failures: string[] = []
    const teller = async () => {
      for (let name = left.shift(); name !== undefined; name = left.shift())
        await story(name).catch((error: unknown) => failures.push(String(error)))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, teller))
    assert.equal(failures.length, 0, failures.join('\n\n'))
  }

  const named = (kind: RegExp) => points.filter(({ name }) => kind.test(name)).map(({ name }) => name)

  /** Commits that change nothing but the record beside a log: claims, renewals, releases, wake-ups. */
  const renewals = () => points.flatMap(({ name, what }) => (/^chains [^,]*$/.test(what) ? [name] : []))

  /** The request that starts the recycle: the first one after its start was recorded. */
  const recycle = (): string => {
    const started = points.findIndex(({ what }) => what.includes('actionStarted'))
    const sent = points
      .slice(started)
      .find(({ name, what }) => name.startsWith('request-before') && / \S+\/v1\/runs$/.test(what))
    return sent?.name.replace('request-before:', '') ?? 'none'
  }

  before('the story without a death shows where one can die', async () => {
    points = await mended()
  })

  after(() => {
    rmSync(cache, { recursive: true, force: true })
    const { stories, deaths, kills, effects, duplicates } = sum
    say(`${points.length} points in a story, ${deaths} tried in ${stories} stories: ${kills} kills`)
    say(`${effects} effects at the far side, none of them twice; ${duplicates} marked duplicates in Teams`)
  })

  it('after every append to a log', () => atEach(named(/^append/), mended))

  it('after every other commit: cursors, locks, intake, evidence', () =>
    atEach(
      named(/^commit/).filter((name) => !renewals().includes(name)),
      mended,
    ))

  it('right before and right after every request that may change something', () => atEach(named(/^request/), mended))

  it(`around ${SAMPLED} of the requests that only read, and of the commits that only keep a lease`, async () => {
    const rest = [...named(/^read/), ...renewals()]
    say(`a seeded ${SAMPLED} of ${rest.length} (seed ${SEED})`)
    await atEach(sample(rest, SAMPLED), mended)
  })

  it('one after the other, five times in one story', async () => {
    const deaths = () => sample(['commit:9', 'append:3', 'request-before:6', 'request-after:3', 'read-after:21'], 5)
    await atEach(['one story', 'another'], () => mended(...deaths()))
  })

  it('in a story that is rolled back and asks again (P3)', async () => {
    const all = await rejected()
    const names = all.map(({ name }) => name).filter((name) => !name.startsWith('read'))
    say(`a seeded ${SAMPLED} of ${names.length} (seed ${SEED})`)
    await atEach(sample(names, SAMPLED), rejected)
  })

  for (const moment of ['before', 'after'])
    it(`waits for an ops API that is down when it comes back, and asks by key: killed ${moment} the launch (P3)`, () =>
      tell(
        MENDED,
        { deaths: [`request-${moment}:${recycle()}`], whileDead: (world) => world.ops.down() },
        async (stage) => {
          await stage.press('approve')
          await stage.until('the wait is visible', async () => (await types(stage)).includes('waited'))
          assert.deepEqual(effectsAt(stage), moment === 'after' ? ['recycle-pool'] : [])
          await stage.world.ops.up()
        },
      ))

  it('tells ServiceNow everything while Teams is down, and Teams everything afterwards (P6)', async () => {
    const begun = points.find(({ what }) => what.includes('executionStarted'))?.name ?? 'none'
    await tell(MENDED, { deaths: [begun], whileDead: (world) => world.teams.down() }, async (stage, number) => {
      await stage.press('approve')
      await stage.until('the incident is resolved', () => stage.world.servicenow.incident(number)['state'] === '6')
      assert.ok(!stage.posts().some(({ text }) => text.includes('Started')), 'Teams knows nothing yet')
      await stage.world.teams.up()
      await stage.settled()
      const repeats = stage.posts().filter(({ text }) => /Started|Succeeded/.test(text) && text.includes('once more'))
      assert.deepEqual(repeats, [], 'what certainly did not get through is no repeat')
    })
  })

  it('sends nothing again that has changed meanwhile (P2)', async () => {
    const stage = await openStage({
      cache,
      deaths: [`request-before:${recycle()}`],
      whileDead: (_world, place) =>
        place.edit('catalog/restart-iis.yaml', (text) => text.replace('timeout: 2m', 'timeout: 90s')),
    })
    try {
      await stage.raise()
      await stage.press('approve')
      await stage.until('the wait is visible', async () => (await types(stage)).includes('waited'))
      assert.deepEqual(effectsAt(stage), [])
      const { entries = [] } = (await stage.runs())[0] ?? {}
      const waited = entries.find(({ event }) => event.type === 'waited')?.event
      assert.match(waited?.type === 'waited' ? waited.reason : '', /has changed/)
    } finally {
      await stage.close()
    }
  })

  it('did die: the points that were tried were come by again', () => {
    assert.ok(sum.kills >= sum.deaths * 0.9, `${sum.kills} kills of ${sum.deaths}`)
  })

  const random = seeded(SEED)

  /** So many of them, in an order that the seed decides. */
  function sample<T>(all: readonly T[], count: number): readonly T[] {
    return all
      .map((each) => ({ each, at: random() }))
      .toSorted((one, other) => one.at - other.at)
      .slice(0, count)
      .map(({ each }) => each)
  }
})

/** A verification that fails soon. */
const soon = (text: string): string => text.replaceAll('within: 5s', 'within: 1500ms')

const types = async (stage: Stage) =>
  (await stage.runs()).flatMap(({ entries }) => entries.map(({ event }) => event.type))

const say = (line: string): void => void process.stdout.write(`      ${line}\n`)

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
