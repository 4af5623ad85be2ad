// Owns a folder of its own for one test, removed afterwards.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs the body with the path of a store that is not there yet. */
export async function withPath(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'runbot-store-'))
  try {
    await body(join(folder, 'runbot.db'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
