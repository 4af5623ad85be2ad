// Owns the write path: writes that wait together share one transaction, and are answered after its COMMIT.
import type { DatabaseSync } from 'node:sqlite'
import type { PortError } from '../../../ports/errors.ts'
import { closed, toPortError } from './errors.ts'
import type { Statements } from './statements.ts'

/** Runs a synchronous piece of SQL work in a transaction; resolves with its value once that is on disk. */
export type Commit = <T>(work: () => T) => Promise<T>

export interface GroupCommit {
  readonly commit: Commit
  /** Refuses new writes and finishes those that wait. */
  drain(): void
}

interface Write {
  readonly work: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: PortError) => void
}

// Bounds how long one transaction holds the event loop: about 10 ms of small writes.
const MAX_TOGETHER = 512
// How many writes may in turn break a transaction before the rest of its group is refused with them.
const MAX_BREAKS = 3

/**
 * One fdatasync is the price of a commit (about 0.2 ms, TEAMS "Speed"), so the writes of one turn of the event loop pay it
 * together. Each has a savepoint: a failing one is undone and rejected alone. When the COMMIT itself fails all are
 * rejected and nothing is half done; the next group simply begins a new transaction.
 */
export function groupCommit(db: Pick<DatabaseSync, 'isTransaction'>, sql: Statements): GroupCommit {
  let waiting: Write[] = []
  let isClosed = false

  const flush = () => {
    const group = waiting.slice(0, MAX_TOGETHER)
    waiting = waiting.slice(MAX_TOGETHER)
    if (waiting.length > 0) setImmediate(flush)
    commitGroup(db, sql, group)
  }

  return {
    commit: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (isClosed) return reject(closed())
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
        if (waiting.length === 1) setImmediate(flush)
      }),
    drain() {
      isClosed = true
      while (waiting.length > 0) flush()
    },
  }
}

/** Commits a group; where one write broke the whole transaction (disk full does that), the others get another one. */
function commitGroup(db: Pick<DatabaseSync, 'isTransaction'>, sql: Statements, group: readonly Write[]): void {
  let left = group
  for (let breaks = 0; left.length > 0; breaks += 1) {
    const broken = transact(db, sql, left)
    if (!broken) return
    const refused = breaks < MAX_BREAKS ? [broken.write] : left
    for (const write of refused) write.reject(broken.error)
    left = left.filter((write) => !refused.includes(write))
  }
}

interface Broken {
  readonly write: Write
  readonly error: PortError
}

function transact(
  db: Pick<DatabaseSync, 'isTransaction'>,
  sql: Statements,
  group: readonly Write[],
): Broken | undefined {
  const answers: (() => void)[] = []
  let committing = false
  try {
    sql('BEGIN IMMEDIATE').run()
    for (const write of group) {
      const answer = guarded(db, sql, write)
      if (typeof answer !== 'function') return answer
      answers.push(answer)
    }
    committing = true
    sql('COMMIT').run()
  } catch (error) {
    abandon(db, sql)
    const refusal = toPortError(error, { committing })
    for (const write of group) write.reject(refusal)
    return undefined
  }
  for (const answer of answers) answer()
  return undefined
}

/** Does one write in its savepoint: how to answer it after the commit, or that it took the transaction with it. */
function guarded(db: Pick<DatabaseSync, 'isTransaction'>, sql: Statements, write: Write): (() => void) | Broken {
  sql('SAVEPOINT one').run()
  try {
    const value = write.work()
    sql('RELEASE one').run()
    return () => write.resolve(value)
  } catch (cause) {
    const error = toPortError(cause)
    if (!db.isTransaction) return { write, error }
    sql('ROLLBACK TO one').run()
    sql('RELEASE one').run()
    return () => write.reject(error)
  }
}

/** After this no transaction is open, whatever state the failure left behind. */
function abandon(db: Pick<DatabaseSync, 'isTransaction'>, sql: Statements): void {
  if (!db.isTransaction) return
  try {
    sql('ROLLBACK').run()
  } catch {
    // SQLite rolls back by itself on the errors that make ROLLBACK fail; the group is refused either way.
  }
}
