// Owns one world of the chaos on Cosmos: a shared store that fails, four replicas that are struck, and a far side that counts.
import { cosmosStore } from '../../src/adapters/store/cosmos/cosmos.ts'
import type { Store } from '../../src/ports/store.ts'
import { CONTAINERS } from '../adapters/store/cosmos/account.ts'
import type { Request } from '../sandbox/cosmos/request.ts'
import { sandboxCosmos } from '../sandbox/cosmos.ts'
import type { Call } from '../sandbox/server.ts'
import { startWorld } from '../sandbox/world.ts'
import { seedThings } from '../story/chaos-asked.ts'
import { startFarm } from '../story/chaos-farm.ts'
import { writeFiles } from '../story/chaos-files.ts'
import type { Kind } from '../story/chaos-kinds.ts'
import { seeded } from '../story/chaos-moments.ts'
import { approve, askForAll } from '../story/chaos-people.ts'
import type { Proven } from '../story/chaos-proof.ts'
import { slowDown } from '../story/chaos-slow.ts'
import { chaosView } from '../story/chaos-view.ts'
import { place as newPlace } from '../story/runbot.ts'
import { type Disturbance, type Moment, REPLICAS } from './disturbances.ts'
import { isCovered, proveFreeze, throwFreeze } from './freeze.ts'
import { type Replicas, type Struck, startReplicas } from './replicas.ts'
import { storeFaults } from './store-faults.ts'
import { DATABASE, type Holder, watchStore } from './store-watch.ts'

/** So many times faster does time pass, for the replicas, their store and their world; their waits only, not their work. */
const SPEED = 4
/** In real time; what strikes a replica for longer outlives it. */
const LEASE_MS = 2_000
const REST_WITHIN_MS = 240_000
const TWO_MINUTES_MS = 120_000

export interface CosmosWorldOptions {
  readonly kind: Kind
  readonly disturbances: readonly Disturbance[]
  readonly seed: number
  /** Node's compile cache, which makes the many starts quick. */
  readonly cache: string
}

export interface Suffered extends Struck {
  readonly faults: Readonly<Record<string, number>>
  /** Writes that lost a race. */
  readonly conflicts: number
  readonly takeOvers: number
  /** Changes that reached the far side while a replica held their run that had recorded no sending. */
  readonly strays: number
  readonly freezes: number
}

export interface CosmosWorld extends Proven {
  suffered(): Suffered
  /** P11, after the fact. */
  proveFreeze(): Promise<void>
  /** What the runs and the processes say of themselves, for a person who looks for what went wrong. */
  story(): Promise<string>
  /** Asks for every run, and resolves when nothing is owed to any of them any more. */
  play(): Promise<void>
  close(): Promise<void>
}

export async function openCosmosWorld({ kind, disturbances, seed, cache }: CosmosWorldOptions): Promise<CosmosWorld> {
  const since = Date.now()
  const clockAt = (real: number): number => Math.round(since + (real - since) * SPEED)
  const now = () => clockAt(Date.now())
  const random = seeded(seed)
  const world = await startWorld({ retryAfterS: 0, now: () => new Date(now()) })
  const farm = await startFarm()
  const far = await kind.open(farm)
  farm.watch(far.effects)
  const place = newPlace()
  writeFiles(place, kind, far, farm, random.pick(['step', 'all'] as const))
  seedThings(world, farm)
  const cosmos = await sandboxCosmos({ now })
  cosmos.provision({ database: DATABASE, containers: CONTAINERS })
  // The test itself comes by another name of the same address, so that what it reads is no part of the chaos.
  const endpoint = cosmos.endpoint.replace('127.0.0.1', 'localhost')
  const isOurs = ({ call }: Request): boolean => !call.headers.host?.startsWith('localhost')
  const faults = storeFaults(cosmos, seed, isOurs)
  const watch = watchStore(cosmos, isOurs, ({ pid, isStart }) => {
    happened('write', pid)
    if (isStart) happened('start', pid)
  })

  const skews = [-TWO_MINUTES_MS, TWO_MINUTES_MS, random.whole(-TWO_MINUTES_MS, TWO_MINUTES_MS), 0]
  const env = {
    ...world.environment(),
    RUNBOT_STORE: 'cosmos',
    COSMOS_ENDPOINT: cosmos.endpoint,
    COSMOS_KEY: cosmos.key,
    COSMOS_DATABASE: DATABASE,
    RUNBOT_CLOCK: `${since}:${SPEED}`,
    RUNBOT_LEASE_MS: `${LEASE_MS * SPEED}`,
    // The rule in ServiceNow announces once and never again: what was missed meanwhile is found by polling.
    SERVICENOW_POLL_MS: '20000',
    NODE_COMPILE_CACHE: cache,
  }
  const replicas: Replicas = startReplicas(place, (number) => ({ ...env, RUNBOT_SKEW_MS: `${skews[number]}` }))
  let strays = 0
  slowDown(far, random, (launch) => {
    const holder = holderOf(launch)
    if (holder && !holder.hasSent) strays += 1
    return happened('launch', holder?.pid)
  })

  let reader: Promise<Store> | undefined
  const store = (): Promise<Store> => {
    reader ??= cosmosStore({ endpoint, key: cosmos.key, database: DATABASE }).then((opened) => opened.store)
    return reader
  }
  const { runs, until, quiet, story } = chaosView({ store, check: replicas.check, withinMs: REST_WITHIN_MS })
  const anywhere = () => {
    const url = replicas.urls().length > 0 ? random.pick(replicas.urls()) : undefined
    if (url !== undefined) world.connect(url)
  }
  const seen = { runs, until, anywhere }

  /** The same event once more at several replicas at once (P8). */
  const deliverAgain = async (): Promise<void> => {
    await world.servicenow.settled()
    for (let times = 0; times < REPLICAS; times += 1) {
      anywhere()
      world.servicenow.redeliver()
    }
  }

  const counts: Record<Moment['at'], number> = { write: 0, start: 0, launch: 0 }
  let freezing: Promise<void> | undefined
  let scope: Extract<Disturbance, { do: 'freeze' }>['scope'] = 'all'

  /** Answers whether a replica was struck by it. */
  function happened(at: Moment['at'], pid: number | undefined): boolean {
    counts[at] += 1
    const due = disturbances.filter((each) => each.at === at && each.number === counts[at])
    for (const each of due) disturb(each, pid)
    return due.some((each) => each.do === 'kill' || each.do === 'pause')
  }
  function disturb(disturbance: Disturbance, actor: number | undefined): void {
    if (disturbance.do === 'noise') faults.noise()
    else if (disturbance.do === 'burst') faults.burst(disturbance.burst, disturbance.requests)
    else if (disturbance.do === 'roll') replicas.roll()
    else if (disturbance.do === 'freeze') {
      scope = disturbance.scope
      freezing = throwFreeze(world, seen, scope, watch.frozen)
      freezing.catch(() => undefined)
    } else {
      const { who } = disturbance
      const pid = who === 'actor' ? (actor ?? replicas.pidOf(0)) : replicas.pidOf(who)
      if (disturbance.do === 'pause') replicas.pause(pid, disturbance.ms)
      else replicas[disturbance.do](pid)
    }
  }
  function holderOf({ raw }: Call): Holder | undefined {
    const run = /R[0-9A-HJKMNP-TV-Z]{10}/.exec(raw.toString('utf8'))?.[0]
    return run === undefined ? undefined : watch.holderOf(run)
  }
  for (const each of disturbances) if (each.number === 0) disturb(each, undefined)

  return {
    kind,
    world,
    far,
    storeAt: {
      RUNBOT_STORE: 'cosmos',
      COSMOS_ENDPOINT: endpoint,
      COSMOS_KEY: cosmos.key,
      COSMOS_DATABASE: DATABASE,
    },
    deaths: () => replicas.deaths.map(clockAt),
    isDisturbed: () => disturbances.length > 0,
    frozen: () => (freezing ? (asked) => isCovered(scope, asked) : null),
    runs,
    store,
    suffered() {
      const { statuses } = cosmos.meter()
      return {
        ...replicas.struck(),
        faults: cosmos.faults.struck(),
        conflicts: (statuses[412] ?? 0) + (statuses[207] ?? 0),
        takeOvers: watch.takeOvers(),
        strays,
        freezes: freezing ? 1 : 0,
      }
    },
    proveFreeze: async () => proveFreeze(far, scope, watch.frozen, await runs()),
    async story() {
      const outputs = Array.from(
        { length: REPLICAS },
        (_, number) => `replica ${number}:\n${replicas.output(number).slice(-3_000)}`,
      )
      return [...outputs, await story()].join('\n')
    },
    async play() {
      await until('a replica is there', async () => replicas.urls().length > 0)
      await askForAll(world, seen)
      await deliverAgain()
      await approve(world, seen)
      await freezing
      await quiet(far)
    },
    async close() {
      await replicas.end()
      await (await reader)?.close()
      await Promise.all([world.stop(), farm.stop(), far.system.stop(), cosmos.stop()])
      place.remove()
    },
  }
}
