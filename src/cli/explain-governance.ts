// Owns `npm run runbooks -- explain-governance [dir]`: the page for people who read no YAML, from the files and the store.
import { join } from 'node:path'
import { problemLine } from '../adapters/catalog/files.ts'
import { loadContent } from '../adapters/catalog/load.ts'
import { autonomySettings } from '../app/autonomy.ts'
import { allRecords } from '../app/shadow-records.ts'
import { signatures } from '../app/signatures.ts'
import { type Governed, governanceText } from '../app/views/governance-page.ts'
import { openStore } from '../open-store.ts'
import { systemClock as clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import { type Output, storeOf } from './terminal.ts'

/** Prints the page, or why there is none. 0: printed · 1: the files are invalid, and every problem was printed. */
export async function explainGovernance(
  dir: string,
  env: NodeJS.ProcessEnv,
  { out }: Pick<Output, 'out'>,
): Promise<0 | 1> {
  const loaded = loadContent({ dir, env, clock, unset: 'warning' })
  if (!loaded.ok) {
    for (const problem of loaded.problems) out(problemLine({ ...problem, file: join(dir, problem.file) }))
    return 1
  }
  const { governance, catalog } = loaded.content
  const lines = governanceText({
    governance,
    runbooks: [...catalog.runbooks.values()],
    ...(await setInChat(env)),
    at: clock.now(),
  })
  for (const line of lines) out(line)
  return 0
}

/** What people set and signed in chat stands in the store; a check of the files alone has none, and says so. */
async function setInChat(
  env: NodeJS.ProcessEnv,
): Promise<Pick<Governed, 'autonomySet' | 'signatures' | 'shadowRecords' | 'unread'>> {
  let store: Store | undefined
  try {
    ;({ store } = await openStore(storeOf(env), { readOnly: true }))
    return {
      autonomySet: await autonomySettings({ store }),
      signatures: await signatures(store),
      shadowRecords: await allRecords({ store }),
    }
  } catch (error) {
    return { autonomySet: [], signatures: [], unread: error instanceof Error ? error.message : String(error) }
  } finally {
    await store?.close()
  }
}
