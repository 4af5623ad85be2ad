// Owns the way to the account: who signs in, how patient the SDK is, and where a key may be used at all.
import { CosmosClient, type CosmosClientOptions, type Database } from '@azure/cosmos'
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity'
import { PortError } from '../../../ports/errors.ts'
import type { Patience } from './patience.ts'

export type HttpClient = NonNullable<CosmosClientOptions['httpClient']>

export interface AccountOptions {
  /** `https://<account>.documents.azure.com`; plain http only on this machine. */
  readonly endpoint: string
  readonly database: string
  /** Who signs in; the process's own Azure identity unless given. */
  readonly credential?: TokenCredential
  /** The emulator's key. Refused for any other machine: a key opens everything and knows no roles. */
  readonly key?: string
  readonly http?: HttpClient
}

export interface Account {
  readonly client: CosmosClient
  readonly database: Database
  /** The emulator or a sandbox: what an account must be does not apply. */
  readonly isLocal: boolean
}

/** Until the SDK gives a 429 up: it waits as long as the store says. */
const THROTTLED_ATTEMPTS = 9

/** Sends nothing yet. Rejects an endpoint or a key that cannot be right with `malformed` or `denied`. */
export function account(options: AccountOptions, patience: Patience): Account {
  const { endpoint, database, credential, key, http } = options
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new PortError(
      'malformed',
      'COSMOS_ENDPOINT is no address: it looks like https://<account>.documents.azure.com',
    )
  const isLocal = isLoopback(url.hostname)
  if (!isLocal && url.protocol !== 'https:')
    throw new PortError('denied', 'COSMOS_ENDPOINT must begin with https: plain http is for this machine only')
  if (key !== undefined && !isLocal)
    throw new PortError(
      'denied',
      'COSMOS_KEY is for the emulator on this machine only: leave it empty and give the identity of this process the ' +
        'role Cosmos DB Built-in Data Contributor',
    )
  const client = new CosmosClient({
    endpoint,
    ...(key === undefined ? { aadCredentials: credential ?? new DefaultAzureCredential() } : { key }),
    ...(http && { httpClient: http }),
    connectionPolicy: {
      requestTimeout: patience.attemptMs,
      // Regions fail over in Azure; an emulator calls itself by a name that leads elsewhere.
      enableEndpointDiscovery: !isLocal,
      retryOptions: {
        maxRetryAttemptCount: THROTTLED_ATTEMPTS,
        fixedRetryIntervalInMilliseconds: 0,
        maxWaitTimeInSeconds: Math.ceil(patience.attemptMs / 1000),
      },
    },
  })
  return { client, database: client.database(database), isLocal }
}

/** 127/8, ::1 and localhost (DESIGN §9). */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
