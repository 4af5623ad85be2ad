// Owns the run of the store contract on SQLite, each test with a file of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { storeContract } from './store.suite.ts'

storeContract('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runbot-store-'))
  const store = await sqliteStore({ path: join(folder, 'runbot.db') })
  return { store, dispose: () => rm(folder, { recursive: true }) }
})
