// Owns the specs of the write path: one transaction for many writes, failures that stay alone, commits that fail.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { type GroupCommit, groupCommit } from '../../../src/adapters/store/sqlite/group-commit.ts'
import { type Statements, statements } from '../../../src/adapters/store/sqlite/statements.ts'
import { isPortError, PortError } from '../../../src/ports/errors.ts'

interface Bench {
  readonly db: DatabaseSync
  readonly writes: GroupCommit
  readonly add: (value: number) => Promise<number>
  readonly stored: () => number[]
  /** Every BEGIN and COMMIT that was run. */
  readonly log: string[]
}

/** A table of numbers; `failing` may throw in place of a transaction statement. */
function bench(failing: (sql: string) => void = () => {}): Bench {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE numbers (value INTEGER PRIMARY KEY) STRICT')
  const log: string[] = []
  const plain = statements(db)
  const sql: Statements = (text) => {
    if (text === 'COMMIT' || text === 'BEGIN IMMEDIATE') log.push(text)
    failing(text)
    return plain(text)
  }
  const writes = groupCommit(db, sql)
  const insert = db.prepare('INSERT INTO numbers VALUES (?)')
  return {
    db,
    writes,
    log,
    add: (value) =>
      writes.commit(() => {
        insert.run(value)
        return value
      }),
    stored: () =>
      db
        .prepare('SELECT value FROM numbers ORDER BY value')
        .all()
        .map((row) => row['value'] as number),
  }
}

const sqliteError = (errcode: number, message: string) =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })
const states = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as PortError).kind))

describe('group commit', () => {
  it('puts the writes of one turn into one transaction, in order', async () => {
    const { add, stored, log } = bench()
    assert.deepEqual(await Promise.all([add(3), add(1), add(2)]), [3, 1, 2])
    assert.deepEqual(stored(), [1, 2, 3])
    assert.deepEqual(log, ['BEGIN IMMEDIATE', 'COMMIT'])
  })

  it('answers nobody before the commit', async () => {
    const { add, db } = bench()
    const wasOpen: boolean[] = []
    await Promise.all([1, 2].map((value) => add(value).then(() => wasOpen.push(db.isTransaction))))
    assert.deepEqual(wasOpen, [false, false])
  })

  it('undoes and rejects a failing write alone, whatever it had done before it failed', async () => {
    const { add, writes, stored, db } = bench()
    const halfDone = writes.commit(() => {
      db.prepare('INSERT INTO numbers VALUES (10)').run()
      throw new PortError('conflict', 'lost')
    })
    const results = await Promise.allSettled([add(1), halfDone, add(1), add(2)])
    assert.deepEqual(states(results), [1, 'conflict', 'conflict', 2])
    assert.deepEqual(stored(), [1, 2])
  })

  it('rejects all when the commit fails, leaves nothing behind, and goes on (disk full)', async () => {
    let isFull = true
    const { add, stored, db } = bench((sql) => {
      if (sql === 'COMMIT' && isFull) throw sqliteError(13, 'database or disk is full')
    })
    const results = await Promise.allSettled([add(1), add(2)])
    assert.deepEqual(states(results), ['unavailable', 'unavailable'])
    const { reason } = results[0] as PromiseRejectedResult
    assert.match((reason as Error).message, /the disk under the store is full: nothing was written/)
    assert.equal((reason as PortError).mayHaveHappened, false)
    assert.deepEqual([stored(), db.isTransaction], [[], false])
    isFull = false
    assert.equal(await add(1), 1)
  })

  it('says that a commit may have happened when the disk failed under it (P3)', async () => {
    const { add } = bench((sql) => {
      if (sql === 'COMMIT') throw sqliteError(1034, 'disk I/O error')
    })
    await assert.rejects(add(1), (error) => isPortError(error, 'unavailable') && error.mayHaveHappened)
  })

  it('rejects a lost race as that, also when the commit of its group fails', async () => {
    const { add } = bench((sql) => {
      if (sql === 'COMMIT') throw sqliteError(8, 'attempt to write a readonly database')
    })
    assert.deepEqual(states(await Promise.allSettled([add(1), add(1)])), ['unavailable', 'unavailable'])
  })

  it('rejects all as unavailable while another process holds the file, and goes on afterwards', async () => {
    let isBusy = true
    const { add } = bench((sql) => {
      if (sql === 'BEGIN IMMEDIATE' && isBusy) throw sqliteError(5, 'database is locked')
    })
    assert.deepEqual(states(await Promise.allSettled([add(1), add(2)])), ['unavailable', 'unavailable'])
    isBusy = false
    assert.equal(await add(1), 1)
  })

  it('does the others again when one write took the whole transaction with it', async () => {
    const { add, writes, stored, db } = bench()
    const tooLarge = writes.commit(() => {
      db.exec('ROLLBACK')
      throw sqliteError(13, 'database or disk is full')
    })
    assert.deepEqual(states(await Promise.allSettled([add(1), tooLarge, add(2)])), [1, 'unavailable', 2])
    assert.deepEqual(stored(), [1, 2])
  })

  it('takes more writes than fit one transaction in several, all answered', async () => {
    const { add, stored, log } = bench()
    await Promise.all(Array.from({ length: 1300 }, (_, i) => add(i)))
    assert.equal(stored().length, 1300)
    assert.equal(log.filter((sql) => sql === 'COMMIT').length, 3)
  })

  it('finishes what waits when it is drained, and refuses what comes later', async () => {
    const { add, writes, stored } = bench()
    const waiting = Promise.all([add(1), add(2)])
    writes.drain()
    assert.deepEqual(stored(), [1, 2])
    await waiting
    await assert.rejects(add(3), (error) => isPortError(error, 'unavailable'))
  })
})
