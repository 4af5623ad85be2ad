// Owns what the specs of moving a store share: a source with everything in it, the command, and the accounts in between.
import { DatabaseSync } from 'node:sqlite'
import { sqliteStore } from '../../src/adapters/store/sqlite/sqlite.ts'
import { store as command } from '../../src/cli/store.ts'
import { openStore } from '../../src/open-store.ts'
import type { ChainRecord, Store } from '../../src/ports/store.ts'
import { CONTAINERS } from '../adapters/store/cosmos/account.ts'
import { begin, event, linked } from '../contracts/store/steps.ts'
import type { SandboxCosmos } from '../sandbox/cosmos.ts'

export interface Ran {
  readonly code: number
  readonly out: readonly string[]
  readonly err: readonly string[]
}

/** Runs the command in this process. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []]
  const output = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) }
  return { code: await command(args, env, output), out, err }
}

export const copyArgs = (from: string, to: string): readonly string[] => ['copy', '--from', from, '--to', to]

/** What runbot would be told to use a database of its own in this account. */
export function accountOf(cosmos: SandboxCosmos, database: string): Record<string, string> {
  cosmos.provision({ database, containers: CONTAINERS })
  return { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY: cosmos.key, COSMOS_DATABASE: database }
}

/** Not compressible, the same each time, and larger than one document of any store. */
export const large = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index * 31 + (index >> 7)) % 251)

/** A store with a bit of everything, at rest and frozen. */
export async function furnish(path: string, chains = 6): Promise<void> {
  const store = await sqliteStore({ path })
  const long = linked(
    'run_long',
    Array.from({ length: 450 }, (_, index) => ({ type: 'noted', index, text: 'ä\u0000"'.repeat(index % 40) })),
  )
  const wide = { type: 'wide', text: 'x'.repeat(900_000) }
  await begin(store, 'run_long', { entries: long, status: 'executing', dueAt: 4_000, labels: { incident: 'INC1' } })
  await begin(store, 'run_wide', { entries: linked('run_wide', [wide, wide]), labels: { 'odd "näme"': '' } })
  await begin(store, 'control', { entries: linked('control', [{ type: 'contentLoaded' }], undefined, 10) })
  for (let index = 0; index < chains; index += 1) {
    const entries = linked(`run_${index}`, [{ type: 'begun', index }], undefined, 2_000 + index)
    await begin(store, `run_${index}`, { entries, status: 'succeeded', labels: { incident: `INC${index}` } })
  }
  await worked(store)
  await store.append({ chain: 'empty', version: null, entries: [], status: 'proposed', dueAt: null })
  await Promise.all(Array.from({ length: 300 }, (_, index) => store.put('watch', `watch ${index}`, { index }, null)))
  // Taken and given up again and again, so that its version is far ahead of what a fresh store would give it.
  let { version } = await store.put('lock', 'ci/1?', { run: 'run_0' }, null)
  for (let turn = 0; turn < 50; turn += 1)
    ({ version } = await store.put('lock', 'ci/1?', { run: `run_${turn}` }, version))
  await store.put('turn', 'a', [], null)
  await store.put('freeze', 'active', [{ scope: 'all', by: 'Ines', byId: 'i', reason: 'moving', at: 1 }], null)
  await accept(store)
  await store.close()
}

/** Claimed twice, given up once and woken: whoever had it is gone, and its lease ran out long ago. */
async function worked(store: Store): Promise<void> {
  const evidence = [
    { id: 'log/1 ä', bytes: Buffer.from('small') },
    { id: 'empty', bytes: new Uint8Array() },
    { id: 'large', bytes: large },
  ]
  let record: ChainRecord = await begin(store, 'run_worked', { dueAt: 1_000, evidence })
  record = await store.claim('run_worked', record.version, 'A', 1_000, 100)
  await store.release('run_worked', record.fence, 2_000)
  record = (await store.record('run_worked')) as ChainRecord
  await store.claim('run_worked', record.version, 'B', 2_000, 100)
  await store.wake('run_worked', 1_500)
}

async function accept(store: Store): Promise<void> {
  for (const index of Array.from({ length: 30 }).keys()) {
    await store.accept(event(`key ${index}`, { receivedAt: 1_000 + index }), 1_000 + index)
    if (index % 3 === 0) await store.done(`evt_key ${index}`)
  }
  await store.accept(event('huge', { body: { text: 'y'.repeat(1_000_000) } }), 5_000)
}

/** Every chain with its end, and what is due: what a person would compare by hand. */
export async function heads(config: Parameters<typeof openStore>[0]): Promise<readonly (readonly unknown[])[]> {
  const { store } = await openStore(config, { readOnly: true })
  const records = await store.list({ limit: 1_000 })
  await store.close()
  return records.map(({ chain, seq, head, status, dueAt, labels }) => [chain, seq, head, status, dueAt, labels])
}

export const sqlite = (path: string) => ({ kind: 'sqlite', path }) as const

/** Changes a store file by hand, as somebody with a database tool would. */
export function tamper(path: string, ...edits: readonly string[]): void {
  const db = new DatabaseSync(path)
  for (const edit of edits) db.exec(edit)
  db.close()
}

/** As if the replicas of this store had been gone for an hour. */
export const longAgo = (path: string): void =>
  tamper(path, "UPDATE documents SET value = json_set(value, '$.seenAt', 1) WHERE kind = 'content'")
