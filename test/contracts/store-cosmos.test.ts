// Owns the run of the store contract on Cosmos: on the bare emulator, and on the strict layer over it.
import { cosmosAccount } from '../adapters/store/cosmos/account.ts'
import { storeContract } from './store.suite.ts'
import { roomIn } from './store-room.ts'

for (const mode of ['raw', 'strict'] as const) {
  describe(`cosmos, ${mode}`, () => {
    const account = cosmosAccount({ mode })
    storeContract(`cosmos, ${mode}`, async () => {
      const { store } = await account.open(account.database())
      return { store, dispose: async () => {} }
    })
  })
}

describe('cosmos, strict, one database for all', () => {
  const account = cosmosAccount({ mode: 'strict' })
  let database: string | undefined
  let rooms = 0
  storeContract('cosmos, in rooms of one database', async () => {
    database ??= account.database()
    const { store } = await account.open(database)
    rooms += 1
    return { store: roomIn(store, `room-${rooms}`), dispose: async () => {} }
  })
})
