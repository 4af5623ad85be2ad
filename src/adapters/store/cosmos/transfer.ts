// Owns the connection of a copy to a Cosmos store: the same patient requests as the store's own, without its memory.
import { type Clock, systemClock } from '../../../ports/clock.ts'
import { account } from './account.ts'
import type { CosmosOptions } from './cosmos.ts'
import type { ContainerName } from './diagnose.ts'
import { usualPatience } from './patience.ts'
import { type Requests, requests, type Sending } from './requests.ts'
import { serverClock } from './server-clock.ts'

interface Transfer {
  readonly sending: Sending
  requestsOf(name: ContainerName): Requests
  dispose(): void
}

export function transfer(options: CosmosOptions): Transfer {
  const local: Clock = options.clock ?? systemClock
  const patience = { ...usualPatience, ...options.patience }
  const { client, database } = account(options, patience)
  const sending = { patience, random: options.random ?? Math.random, time: serverClock(local), local }
  return {
    sending,
    requestsOf: (name) => requests(database.container(name), sending),
    dispose: () => client.dispose(),
  }
}
