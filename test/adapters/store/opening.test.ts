// Owns the specs of opening a store file: permissions, durability settings, and refusals in one sentence.
import assert from 'node:assert/strict'
import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SCHEMA_VERSION } from '../../../src/adapters/store/sqlite/migrations.ts'
import { sqliteStore } from '../../../src/adapters/store/sqlite/sqlite.ts'
import { isPortError, type PortErrorKind } from '../../../src/ports/errors.ts'
import { begin, event } from '../../contracts/store/steps.ts'
import { withPath } from './folder.ts'

const refuses = async (path: string, kind: PortErrorKind, sentence: RegExp, openReadOnly = false) => {
  await assert.rejects(sqliteStore({ path, openReadOnly }), (error) => {
    assert.ok(isPortError(error, kind), String(error))
    assert.match(error.message, sentence)
    assert.doesNotMatch(error.message, /\n/)
    return true
  })
}

const edit = (path: string, sql: string) => {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

describe('opening a sqlite store', () => {
  it('makes folder and file for this user alone', () =>
    withPath(async (path) => {
      const inner = join(dirname(path), 'data', 'deep', 'runbot.db')
      const store = await sqliteStore({ path: inner })
      await store.accept(event('a'), 0)
      const mode = async (name: string) => (await stat(name)).mode & 0o777
      assert.equal(await mode(dirname(inner)), 0o700)
      for (const name of [inner, `${inner}-wal`, `${inner}-shm`]) assert.equal(await mode(name), 0o600, name)
      await store.close()
    }))

  it('finds everything again after a clean end', () =>
    withPath(async (path) => {
      const first = await sqliteStore({ path })
      const record = await begin(first, 'run_1', { dueAt: 5, labels: { incident: 'INC1' } })
      await first.close()
      const second = await sqliteStore({ path })
      assert.deepEqual(await second.record('run_1'), record)
      await second.close()
    }))

  it('writes ahead and marks the file as a runbot store of this schema', () =>
    withPath(async (path) => {
      await (await sqliteStore({ path })).close()
      const db = new DatabaseSync(path, { readOnly: true })
      assert.equal(db.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
      assert.equal(db.prepare('PRAGMA application_id').get()?.['application_id'], 0x52554e42)
      assert.equal(db.prepare('PRAGMA user_version').get()?.['user_version'], SCHEMA_VERSION)
      db.close()
    }))

  it('brings a file of the first schema up to date with all it holds', () =>
    withPath(async (path) => {
      const first = await sqliteStore({ path })
      const record = await begin(first, 'run_1')
      await first.close()
      edit(path, 'ALTER TABLE chains DROP COLUMN wakes; PRAGMA user_version = 1')
      const again = await sqliteStore({ path })
      assert.deepEqual(await again.record('run_1'), record)
      await again.wake('run_1', 5)
      assert.equal((await again.record('run_1'))?.wakes, 1)
      await again.close()
    }))

  it('goes on with an empty file, as a start that was killed leaves it', () =>
    withPath(async (path) => {
      await writeFile(path, '')
      const store = await sqliteStore({ path })
      await store.accept(event('a'), 0)
      await store.close()
    }))

  it('refuses a file that a newer runbot wrote, and leaves it as it is', () =>
    withPath(async (path) => {
      await (await sqliteStore({ path })).close()
      edit(path, 'PRAGMA user_version = 9')
      const before = await readFile(path)
      const sentence = /^this store was written by a newer runbot \(schema 9, this one knows \d\): /
      await refuses(path, 'malformed', sentence)
      await refuses(path, 'malformed', sentence, true)
      assert.deepEqual(await readFile(path), before)
    }))

  it("refuses another program's database, and leaves it as it is", () =>
    withPath(async (path) => {
      edit(path, 'CREATE TABLE songs (title TEXT)')
      const before = await readFile(path)
      await refuses(path, 'malformed', /is not a runbot store: it is another program's SQLite database$/)
      await refuses(path, 'malformed', /is not a runbot store/, true)
      assert.deepEqual(await readFile(path), before)
    }))

  it('refuses a file that is no database, and a folder', () =>
    withPath(async (path) => {
      await writeFile(path, 'minutes of the last meeting, '.repeat(200))
      await refuses(path, 'malformed', /is not a runbot store: it is not a SQLite database$/)
      const folder = join(dirname(path), 'folder')
      await mkdir(folder)
      await refuses(folder, 'unavailable', /cannot be opened/)
    }))

  it('refuses a file that lost its end', () =>
    withPath(async (path) => {
      const store = await sqliteStore({ path })
      await begin(store, 'run_1', { evidence: [{ id: 'log', bytes: new Uint8Array(200_000) }] })
      await store.close()
      await truncate(path, 60_000)
      await refuses(path, 'malformed', /is damaged, restore it from a backup/)
    }))

  it('for reading refuses a missing and an empty file, and makes none', () =>
    withPath(async (path) => {
      await refuses(path, 'notFound', /^there is no store at /, true)
      await assert.rejects(stat(path))
      await writeFile(path, '')
      await refuses(path, 'malformed', /is empty: start runbot once with it$/, true)
    }))

  it('by two at once makes one store that both use', () =>
    withPath(async (path) => {
      const [one, other] = await Promise.all([sqliteStore({ path }), sqliteStore({ path })])
      await begin(one, 'run_1')
      assert.equal((await other.record('run_1'))?.seq, 1)
      const { version } = await other.put('lock', 'web-01', 'other', null)
      await assert.rejects(one.put('lock', 'web-01', 'one', null), (error) => isPortError(error, 'conflict'))
      await one.remove('lock', 'web-01', version)
      await Promise.all([one.close(), other.close()])
    }))
})
