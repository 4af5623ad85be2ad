// Owns watching SQLite at work: the COMMITs of every connection that is opened after the start of watching, and all time.
import { DatabaseSync } from 'node:sqlite'
import type { Millis } from '../src/core/values.ts'

export interface Disk {
  /** Transactions committed so far: one sync each. */
  commits(): number
  /** What the COMMITs took so far. */
  committingMs(): Millis
  /** What every other statement took so far: reads, and writes before their COMMIT. */
  statementsMs(): Millis
}

export function watchDisk(): Disk {
  let [commits, committingMs, statementsMs] = [0, 0, 0]
  const committed = <T>(work: () => T): T => {
    const from = performance.now()
    const answer = work()
    commits += 1
    committingMs += performance.now() - from
    return answer
  }
  const stated = <T>(work: () => T): T => {
    const from = performance.now()
    const answer = work()
    statementsMs += performance.now() - from
    return answer
  }
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function prepared(sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest)
    const timed = sql === 'COMMIT' ? committed : stated
    const [run, get, all] = [
      statement.run.bind(statement),
      statement.get.bind(statement),
      statement.all.bind(statement),
    ] as const
    return Object.assign(statement, {
      run: (...given: Parameters<typeof run>) => timed(() => run(...given)),
      get: (...given: Parameters<typeof get>) => timed(() => get(...given)),
      all: (...given: Parameters<typeof all>) => timed(() => all(...given)),
    })
  }
  return {
    commits: () => commits,
    committingMs: () => committingMs,
    statementsMs: () => statementsMs,
  }
}
