// Owns the specs of what survives: a killed process, a full disk, a dead scan thread, readers beside a writer.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { canonicalJson, sha256Hex } from '../../../src/adapters/store/hashing.ts'
import { scanner } from '../../../src/adapters/store/sqlite/scanner.ts'
import { sqliteStore } from '../../../src/adapters/store/sqlite/sqlite.ts'
import { verifyChain } from '../../../src/core/audit.ts'
import { isPortError } from '../../../src/ports/errors.ts'
import type { ChainRecord, Store } from '../../../src/ports/store.ts'
import { begin, event, extend, rejectsWith } from '../../contracts/store/steps.ts'
import { withPath } from './folder.ts'

/** Lets the appender run until it printed so many lines, kills it, and answers the last acknowledged seq per chain. */
async function killedAfter(path: string, lines: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./appender.ts', import.meta.url)), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged = new Map<string, number>()
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [chain = '', seq] = line.split(' ')
    acknowledged.set(chain, Number(seq))
    seen += 1
    if (seen === lines) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL')
  return acknowledged
}

async function holds(store: Store, { chain, seq, head }: ChainRecord): Promise<boolean> {
  const entries = await store.entries(chain)
  return verifyChain(entries, { canonicalize: canonicalJson, digest: sha256Hex }, { seq, hash: head }).ok
}

describe('sqlite store durability', () => {
  it('has every acknowledged append after a SIGKILL, and nothing half done (P3, P4)', () =>
    withPath(async (path) => {
      const acknowledged = await killedAfter(path, 400)
      const store = await sqliteStore({ path })
      assert.equal(acknowledged.size, 4)
      for (const [chain, seq] of acknowledged) {
        const record = (await store.record(chain)) as ChainRecord
        assert.ok(record.seq >= seq, `${chain}: ${seq} was acknowledged, ${record.seq} is there`)
        assert.ok(await holds(store, record))
        assert.equal((await extend(store, record, 'goes on')).seq, record.seq + 1)
      }
      await store.close()
    }))

  it('loses nothing when the disk is full, says so, and goes on when there is room again', () =>
    withPath(async (path) => {
      const small = await sqliteStore({ path, maxPages: 100 })
      let record = await begin(small, 'run_1')
      const fill = async () => {
        for (let i = 0; i < 1000; i += 1) record = await extend(small, record, { i, filler: 'x'.repeat(3000) })
      }
      await assert.rejects(
        fill(),
        (error) => isPortError(error, 'unavailable') && /disk under the store is full/.test(error.message),
      )
      assert.deepEqual(await small.record('run_1'), record)
      assert.ok(await holds(small, record))
      const evidence = [{ id: 'log', bytes: new Uint8Array(1_000_000) }]
      await rejectsWith(extend(small, record, 'large', { evidence }), 'unavailable')
      assert.deepEqual(await small.record('run_1'), record)
      assert.equal(await small.evidence('run_1', 'log'), undefined)
      await small.close()

      const roomy = await sqliteStore({ path })
      assert.deepEqual(await roomy.record('run_1'), record)
      record = await extend(roomy, record, { after: 'room returned', filler: 'x'.repeat(100_000) })
      assert.ok(await holds(roomy, record))
      await roomy.close()
    }))

  it('refuses what does not fit the disk and keeps what was written together with it', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path, maxPages: 100 })
      const [small, large, other] = await Promise.allSettled([
        begin(store, 'run_1'),
        begin(store, 'run_2', { evidence: [{ id: 'log', bytes: new Uint8Array(2_000_000) }] }),
        store.accept(event('a'), 0),
      ])
      assert.deepEqual([small.status, large.status, other.status], ['fulfilled', 'rejected', 'fulfilled'])
      assert.equal((await store.entries('run_1')).length, 1)
      assert.equal(await store.backlog(), 1)
      await store.close()
    }))

  it('refuses writes while another process writes too long, and takes them afterwards', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path, busyTimeoutMs: 1 })
      const other = new DatabaseSync(path)
      other.exec('BEGIN IMMEDIATE')
      await rejectsWith(begin(store, 'run_1'), 'unavailable')
      assert.equal(await store.record('run_1'), undefined)
      other.exec('ROLLBACK')
      other.close()
      assert.equal((await begin(store, 'run_1')).seq, 1)
      await store.close()
    }))

  it('is read by another connection while it is written to; that one may not write', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path })
      let record = await begin(store, 'run_1')
      const reader = await sqliteStore({ path, openReadOnly: true })
      for (let i = 0; i < 20; i += 1) {
        const [written, listed] = await Promise.all([extend(store, record, { i }), reader.list({ limit: 5 })])
        record = written
        assert.equal(listed[0]?.chain, 'run_1')
        assert.deepEqual(await reader.record('run_1'), record)
        assert.ok(await holds(reader, record))
      }
      await rejectsWith(extend(reader, record, 'no'), 'denied')
      await rejectsWith(reader.put('lock', 'web-01', 1, null), 'denied')
      await reader.close()
      await rejectsWith(reader.put('lock', 'web-01', 1, null), 'unavailable')
      assert.equal((await extend(store, record, 'yes')).seq, 22)
      await store.close()
    }))

  it('is read while nobody writes and no log file is left', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path })
      const record = await begin(store, 'run_1')
      await store.close()
      const reader = await sqliteStore({ path, openReadOnly: true })
      assert.deepEqual(await reader.list({ limit: 5 }), [record])
      await reader.close()
    }))

  it('rejects the scans of a thread that died, and starts another one for the next', () =>
    withPath(async (path) => {
      const { scan, close } = scanner({ path, busyTimeoutMs: 100 })
      const query = 'SELECT count(*) AS found FROM chains'
      await Promise.all([rejectsWith(scan(query, []), 'unavailable'), rejectsWith(scan(query, []), 'unavailable')])
      const store = await sqliteStore({ path })
      assert.deepEqual(await scan(query, []), [{ found: 0 }])
      await rejectsWith(scan('SELECT nonsense', []), 'unavailable')
      assert.deepEqual(await scan(query, []), [{ found: 0 }])
      await close()
      await store.close()
    }))

  it('rejects a scan that a close overtakes, and answers the writes', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path })
      const scan = store.list({ limit: 1 })
      const write = begin(store, 'run_1')
      await Promise.all([store.close(), rejectsWith(scan, 'unavailable')])
      assert.equal((await write).seq, 1)
    }))
})
