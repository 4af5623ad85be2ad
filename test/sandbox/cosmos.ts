// Owns the sandbox Cosmos DB: a thin strict layer over @vercel/cosmosdb-server on a loopback port. It proves our code, not Cosmos.
//
// Strict (the default) adds what the package lacks: signatures, atomic batches, conditions, limits, partitions of queries,
// expiry, request units, sessions and faults. Raw hands every request to the package's own handlers; only the account's
// address is put right, and faults work there too (but for 'race'). Settings and faults are plain functions: a parent
// process sets them while its children talk to `endpoint`.
//
//   const cosmos = await sandboxCosmos({})
//   cosmos.provision({ database: 'runbot', containers: [{ id: 'runs', partitionKey: { paths: ['/pk'] }, defaultTtl: -1 }] })
//   const client = new CosmosClient({ endpoint: cosmos.endpoint, key: cosmos.key })
//   cosmos.faults.add({ fault: 'drop-after-commit', on: { kind: 'batch', container: 'runs' }, skip: 2 })   // the third batch
//   cosmos.reset(); …; cosmos.meter().units
import { type AccountSettings, accountAnswer, type Consistency } from './cosmos/account.ts'
import { type Aad, createAuth, createKey } from './cosmos/auth.ts'
import { createBudget } from './cosmos/budget.ts'
import { type Container, createContainer } from './cosmos/container.ts'
import { type CosmosFaults, createCosmosFaults } from './cosmos/faults.ts'
import { createLayer } from './cosmos/layer.ts'
import { createMeter, type Meter } from './cosmos/meter.ts'
import {
  askPackage,
  type Collection,
  createAccount,
  type Doc,
  type IndexingPolicy,
  type Kept,
} from './cosmos/package.ts'
import { type Request, requestOf } from './cosmos/request.ts'
import { serveTls } from './cosmos/tls.ts'
import { type Call, type Handler, serve } from './server.ts'

export type SandboxCosmosOptions = {
  mode?: 'strict' | 'raw'
  /** base64; a fresh one unless told. */
  key?: string
  /** Strong unless told, as DESIGN §7 asks. */
  consistency?: Consistency
  /** One unless told. */
  writeRegions?: string[]
  /** The throughput of all containers together; without limit unless told. */
  unitsPerSecond?: number
  /** What a query across partitions is charged for; 1 unless told. All data stays in one range. */
  physicalPartitions?: number
  /** Entra tokens instead of the key, over https, with data-plane rights alone. */
  aad?: Aad
  /** https with an own authority (`ca`); implied by `aad`, for the SDK sends no token without it. */
  tls?: boolean
  /** The service's clock, in milliseconds since 1970. */
  now?: () => number
}

export type NewContainer = {
  id: string
  partitionKey: { paths: string[] }
  defaultTtl?: number
  indexingPolicy?: IndexingPolicy
}

export type SandboxCosmos = {
  /** http://127.0.0.1:port, or https with `tls`. The SDK follows the account's own address, which is the same. */
  endpoint: string
  key: string
  /** PEM of the authority; undefined over http. */
  ca: string | undefined
  /** Makes a database with its containers, as the Bicep does; what is there already stays. */
  provision: (what: { database: string; containers: NewContainer[] }) => void
  /** What a container really holds, past every fault; `touch` writes a document again, with `change`, as another writer. */
  look: (
    database: string,
    container: string,
  ) => { all: () => Kept[]; touch: (id: string, partition: unknown, change?: Record<string, unknown>) => void }
  faults: CosmosFaults
  /** Requests, operations and request units since the start or the last `reset`. Strict only. */
  meter: () => Meter
  reset: () => void
  set: (settings: Partial<AccountSettings & { unitsPerSecond: number }>) => void
  /** Sets the service's clock ahead (or back): the `date` of answers, `_ts`, and which signatures are in date. */
  skew: (ms: number) => void
  /** Lets so many milliseconds of life pass for documents with a ttl, and for nothing else. */
  age: (ms: number) => void
  /** Closes the port, so that connections are refused, until `up`. */
  down: () => Promise<void>
  up: () => Promise<void>
  stop: () => Promise<void>
}

/** Starts it; memory is bounded by the documents that it holds, requests are counted and forgotten. */
export const sandboxCosmos = async (options: SandboxCosmosOptions = {}): Promise<SandboxCosmos> => {
  const { mode = 'strict', key = createKey(), physicalPartitions = 1, aad, tls = aad !== undefined } = options
  const state: AccountSettings & { unitsPerSecond: number } = {
    consistency: options.consistency ?? 'Strong',
    writeRegions: options.writeRegions ?? ['West Europe'],
    unitsPerSecond: options.unitsPerSecond ?? Number.POSITIVE_INFINITY,
  }
  let aheadMs = 0
  let agedMs = 0
  const now = (): number => (options.now?.() ?? Date.now()) + aheadMs
  const account = createAccount('sandbox', 443)
  const meter = createMeter()

  const containers = new WeakMap<Collection, Container>()
  const containerOf = (database = '', id = ''): Container | undefined => {
    const collection = account.database(database).collection(id)
    if (!collection.read()) return undefined
    const known = containers.get(collection) ?? createContainer(collection, now, () => now() + agedMs)
    containers.set(collection, known)
    return known
  }
  const touch = (container: Container | undefined, id: string, partition: unknown, change: object = {}): void => {
    const found = container?.get(id, partition)
    if (found) container?.replace({ ...found, ...change, id }, found)
  }

  const requests = new WeakMap<Call, Request>()
  const requestFor = (call: Call): Request => {
    const known = requests.get(call) ?? requestOf(call)
    requests.set(call, known)
    return known
  }

  let url = ''
  const raw: Handler = async (call) => {
    const answer = await askPackage(account, call)
    return call.path === '/' ? accountAnswer(account, url, { ...state, consistency: 'Session' }) : answer
  }
  let handler: Handler = raw
  const server = await serve({
    handler: (call) => {
      server.requests.length = 0
      return handler(call)
    },
  })
  const faults = createCosmosFaults(server.faults, requestFor, (request) => {
    const container = containerOf(request.database, request.container)
    for (const id of guardedBy(request)) touch(container, id, request.partition)
  })
  if (mode === 'strict') {
    const layer = createLayer({
      account,
      url: () => url,
      settings: () => state,
      physicalPartitions,
      containerOf,
      auth: createAuth({ key, aad, now }),
      intervene: faults.intervene,
      meter,
      budget: createBudget(() => state.unitsPerSecond, now),
      now,
    })
    handler = (call) => layer(requestFor(call))
  }
  const front = tls ? await serveTls(server.port) : null
  url = front?.url ?? server.url

  return {
    endpoint: url,
    key,
    ca: front?.ca,
    provision({ database, containers: wanted }) {
      if (!account.database(database).read()) account.databases.create({ id: database })
      const made = account.database(database)
      for (const each of wanted) if (!made.collection(each.id).read()) made.collections.create(each)
    },
    look: (database, container) => ({
      all: () =>
        [...account.database(database).collection(container).documents._data.values()].map((row) => row.read()),
      touch: (id, partition, change) => touch(containerOf(database, container), id, partition, change),
    }),
    faults,
    meter: meter.read,
    reset: meter.reset,
    set: (settings) => void Object.assign(state, settings),
    skew(ms) {
      aheadMs = ms
    },
    age(ms) {
      agedMs += ms
    },
    down: server.down,
    up: server.up,
    async stop() {
      await front?.stop()
      await server.stop()
    },
  }
}

/** The documents that another writer would have to touch for this request to lose. */
const guardedBy = ({ id, body }: Request): string[] => {
  if (id !== undefined) return [id]
  if (!Array.isArray(body)) return []
  const operations = body as { ifMatch?: string; id?: string; resourceBody?: Doc }[]
  return operations.flatMap((each) => (each.ifMatch === undefined ? [] : [each.id ?? each.resourceBody?.id ?? '']))
}
