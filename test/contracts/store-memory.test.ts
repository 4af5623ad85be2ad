// Owns the run of the store contract on the store for specs.
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { storeContract } from './store.suite.ts'

storeContract('memory', async () => ({ store: memoryStore(), dispose: async () => {} }))
