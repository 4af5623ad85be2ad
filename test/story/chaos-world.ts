// Owns one world of the chaos test: a far side, runs that are asked for, and a runbot that dies and comes back.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Call } from '../sandbox/server.ts'
import { startWorld } from '../sandbox/world.ts'
import { seedThings } from './chaos-asked.ts'
import { type Farm, startFarm } from './chaos-farm.ts'
import { writeFiles } from './chaos-files.ts'
import type { Far, Kind } from './chaos-kinds.ts'
import { chaosLives, type Death } from './chaos-lives.ts'
import type { Life, Random } from './chaos-moments.ts'
import { approve, askForAll } from './chaos-people.ts'
import type { Proven } from './chaos-proof.ts'
import { slowDown } from './chaos-slow.ts'
import { chaosView } from './chaos-view.ts'
import type { Point } from './crash-stage.ts'
import { place as newPlace } from './runbot.ts'

/** So many times faster does time pass, for runbot and its world; their waits only, not their work. */
const SPEED = 5
const LEASE_MS = 600 * SPEED
const REST_WITHIN_MS = 150_000

export interface ChaosWorldOptions {
  readonly kind: Kind
  readonly deaths: readonly Death[]
  readonly random: Random
  /** Node's compile cache, which makes the many starts quick. */
  readonly cache: string
}

export interface ChaosWorld extends Proven {
  life(): Life
  /** What the runs and the processes say of themselves, for a person who looks for what went wrong. */
  story(): Promise<string>
  /** Asks for every run, and resolves when nothing is owed to any of them any more. */
  play(): Promise<void>
  close(): Promise<void>
}

export async function openChaosWorld({ kind, deaths, random, cache }: ChaosWorldOptions): Promise<ChaosWorld> {
  const since = Date.now()
  const clockAt = (real: number): number => Math.round(since + (real - since) * SPEED)
  const world = await startWorld({ retryAfterS: 0, now: () => new Date(clockAt(Date.now())) })
  const farm: Farm = await startFarm()
  const far = await kind.open(farm)
  farm.watch(far.effects)
  const place = newPlace()
  writeFiles(place, kind, far, farm, random.pick(['step', 'all'] as const))
  seedThings(world, farm)
  const pointsFile = join(place.dir, 'points')
  const env = {
    ...world.environment(),
    RUNBOT_CLOCK: `${since}:${SPEED}`,
    RUNBOT_LEASE_MS: `${LEASE_MS}`,
    // The rule in ServiceNow announces once and never again: what was missed meanwhile is found by polling.
    SERVICENOW_POLL_MS: '20000',
    // Only a life without a death is looked at.
    ...(deaths.length === 0 ? { RUNBOT_POINTS: pointsFile } : {}),
    NODE_COMPILE_CACHE: cache,
  }
  let isThere = false
  const bot = chaosLives(place, env, deaths, (url) => {
    isThere = true
    world.connect(url)
  })
  slowDown(far, random, bot.arrived)
  let reader: Promise<Store> | undefined
  const store = (): Promise<Store> => {
    reader ??= sqliteStore({ path: place.store, openReadOnly: true })
    return reader
  }
  const { runs, until, quiet, story } = chaosView({
    store: async () => (isThere ? store() : undefined),
    check: bot.check,
    withinMs: REST_WITHIN_MS,
  })

  return {
    kind,
    world,
    far,
    storeAt: { RUNBOT_STORE: `sqlite:${place.store}` },
    deaths: () => bot.deaths.map(clockAt),
    isDisturbed: () => bot.deaths.length > 0,
    frozen: () => null,
    life: () => ({
      points: existsSync(pointsFile) ? pointsIn(readFileSync(pointsFile, 'utf8')) : [],
      isLaunch: (point) => isLaunchOf(far, point),
      deaths: bot.deaths.length,
    }),
    story: async () => `${await story()}\n${bot.output().slice(-3_000)}`,
    runs,
    store,
    async play() {
      await askForAll(world, { runs, until })
      await approve(world, { runs, until })
      await quiet(far)
    },
    async close() {
      await bot.end()
      await (await reader)?.close()
      await Promise.all([world.stop(), farm.stop(), far.system.stop()])
      place.remove()
    },
  }
}

/** A point right before a request leaves, as `POST :41234/v1/runs`. */
function isLaunchOf({ system, isLaunch }: Far, { name, what }: Point): boolean {
  const [, method = '', port = '', path = ''] = /^(\S+) :(\d+)([^?]*)/.exec(what) ?? []
  return name.startsWith('request-before') && Number(port) === system.port && isLaunch({ method, path } as Call)
}

const pointsIn = (text: string): readonly Point[] =>
  text
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([name, what]) => (name && what !== undefined ? [{ name, what }] : []))
