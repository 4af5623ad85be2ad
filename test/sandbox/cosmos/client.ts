// Owns a client of the sandbox Cosmos DB for tests: Microsoft's own, which does not wait and try again by itself unless told.
import { Agent } from 'node:https'
import { type Container, CosmosClient, type CosmosClientOptions } from '@azure/cosmos'
import type { NewContainer, SandboxCosmos } from '../cosmos.ts'

export const RUNS: NewContainer = { id: 'runs', partitionKey: { paths: ['/pk'] }, defaultTtl: -1 }

/** With the account's key unless `aadCredentials` is told. To be disposed of by the caller. */
export const clientOf = (cosmos: SandboxCosmos, options: Partial<CosmosClientOptions> = {}): CosmosClient =>
  new CosmosClient({
    endpoint: cosmos.endpoint,
    ...(options.aadCredentials ? {} : { key: cosmos.key }),
    ...(cosmos.ca ? { agent: new Agent({ ca: cosmos.ca, keepAlive: true }) } : {}),
    connectionPolicy: { retryOptions: { maxRetryAttemptCount: 0 } },
    ...options,
  })

/** The container `runs` of the database `runbot`, made where it is not there. */
export const runsOf = (cosmos: SandboxCosmos, client: CosmosClient): Container => {
  cosmos.provision({ database: 'runbot', containers: [RUNS] })
  return client.database('runbot').container('runs')
}
