// Owns the run of the store contract on Cosmos: on the bare emulator, and on the strict layer over it.
import { cosmosAccount } from '../adapters/store/cosmos/account.ts'
import { storeContract } from './store.suite.ts'

for (const mode of ['raw', 'strict'] as const) {
  describe(`cosmos, ${mode}`, () => {
    const account = cosmosAccount({ mode })
    storeContract(`cosmos, ${mode}`, async () => {
      const { store } = await account.open(account.database())
      return { store, dispose: async () => {} }
    })
  })
}
