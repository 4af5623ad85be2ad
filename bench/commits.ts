// Owns counting what is synced to disk: the COMMITs of every SQLite connection that is opened after the start of counting.
import { DatabaseSync } from 'node:sqlite'

/** Answers how many transactions were committed since. */
export function countCommits(): () => number {
  let commits = 0
  const prepare = DatabaseSync.prototype.prepare
  DatabaseSync.prototype.prepare = function prepared(sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest)
    if (sql !== 'COMMIT') return statement
    const run = statement.run.bind(statement)
    return Object.assign(statement, {
      run() {
        commits += 1
        return run()
      },
    })
  }
  return () => commits
}
