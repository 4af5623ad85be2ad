// Owns the account of a Cosmos test: a sandbox, databases of their own as the Bicep would make them, and stores on them.
import { readFileSync } from 'node:fs'
import { type CosmosOptions, type CosmosStore, cosmosStore } from '../../../../src/adapters/store/cosmos/cosmos.ts'
import type { IndexingPolicy } from '../../../sandbox/cosmos/package.ts'
import {
  type NewContainer,
  type SandboxCosmos,
  type SandboxCosmosOptions,
  sandboxCosmos,
} from '../../../sandbox/cosmos.ts'

const policies = JSON.parse(readFileSync('infra/cosmos-indexing.json', 'utf8')) as {
  [container: string]: IndexingPolicy
}

export const CONTAINERS: NewContainer[] = Object.entries(policies).map(([id, indexingPolicy]) => ({
  id,
  partitionKey: { paths: ['/pk'] },
  defaultTtl: -1,
  indexingPolicy,
}))

export interface Cosmos {
  /** Of one describe: there from its first test on. */
  sandbox(): SandboxCosmos
  /** A database that no other test has used, with its containers. */
  database(): string
  /** One replica's store; closed with the describe at the latest. */
  open(database: string, options?: Partial<CosmosOptions>): Promise<CosmosStore>
}

/** Faults are met at once, not after seconds. */
export const impatient = { attemptMs: 3_000, totalMs: 10_000, firstPauseMs: 1 }

/** A sandbox account for the tests of one describe. */
export function cosmosAccount(options: SandboxCosmosOptions = {}): Cosmos {
  let sandbox: SandboxCosmos | undefined
  const opened: CosmosStore[] = []
  let databases = 0
  before(async () => {
    sandbox = await sandboxCosmos(options)
  })
  after(async () => {
    await Promise.all(opened.map(({ store }) => store.close()))
    await sandbox?.stop()
  })
  const there = (): SandboxCosmos => sandbox ?? assertStarted()
  return {
    sandbox: there,
    database() {
      databases += 1
      const database = `db${databases}`
      there().provision({ database, containers: CONTAINERS })
      return database
    },
    async open(database, more = {}) {
      const { endpoint, key } = there()
      const made = await cosmosStore({ endpoint, database, key, patience: impatient, ...more })
      opened.push(made)
      return made
    },
  }
}

function assertStarted(): never {
  throw new Error('the sandbox starts with the first test')
}
