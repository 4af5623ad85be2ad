// Owns dying at a chosen moment: a preload (`node --import`) that counts what the process does and kills it with SIGKILL.
import { appendFileSync } from 'node:fs'
import http from 'node:http'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

/**
 * `append`: right after the COMMIT that put entries into a log. `commit`: right after any other COMMIT.
 * `request-before`: right before a request leaves that may change something over there. `request-after`: when its answer
 * is here, before runbot sees it. `read-before`, `read-after`: the same for a GET.
 * Reads and leases come by as often as time allows, so each kind has its own numbers: the others stay the same.
 */
type PointKind = 'append' | 'commit' | `${'request' | 'read'}-${'before' | 'after'}`

/** RUNBOT_KILL_AT: where to die, as `append:3`; without it nothing dies and the points are only counted. */
const killAt = process.env['RUNBOT_KILL_AT']
/** RUNBOT_KILL_ON: to die at the first point at which this happens, whatever its number, as `editRequested`. */
const killOn = process.env['RUNBOT_KILL_ON']
/** RUNBOT_KILL_NTH: at which of those points; the first unless told. */
const killNth = Number(process.env['RUNBOT_KILL_NTH'] ?? 1)
/** RUNBOT_POINTS: a file that gets one line for each point passed: its name, a tab, what happened there. */
const points = process.env['RUNBOT_POINTS']

const passed = new Map<PointKind, number>()

let fitting = 0

/** The next number of this kind. */
function count(kind: PointKind): string {
  const number = (passed.get(kind) ?? 0) + 1
  passed.set(kind, number)
  return `${kind}:${number}`
}

function pass(point: string, what: string): void {
  if (points) appendFileSync(points, `${point}\t${what}\n`)
  if (killOn && what.includes(killOn)) fitting += 1
  if (point === killAt || (fitting > 0 && fitting === killNth)) process.kill(process.pid, 'SIGKILL')
}

/** What a statement changes, in a few words; undefined for one that only reads. */
function changeOf(sql: string, parameters: readonly unknown[]): string | undefined {
  const table = /^(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)/.exec(sql)?.[1]
  if (table === undefined) return undefined
  if (table === 'entries') return `${String(parameters[0])}#${String(parameters[1])} ${typeOf(parameters[3])}`
  return `${table} ${parameters
    .slice(0, 2)
    .filter((each) => typeof each === 'string')
    .join(' ')}`
}

const typeOf = (event: unknown): string => String((JSON.parse(String(event)) as { type?: unknown }).type)

function watchCommits(): void {
  const prepare = DatabaseSync.prototype.prepare
  let changes: string[] = []
  let appends = false
  const begun = () => {
    changes = []
    appends = false
  }
  const committed = () => pass(count(appends ? 'append' : 'commit'), [...new Set(changes)].join(', '))
  DatabaseSync.prototype.prepare = function (sql, options) {
    const statement = prepare.call(this, sql, options)
    const run = statement.run.bind(statement) as (...parameters: unknown[]) => ReturnType<StatementSync['run']>
    const watched = (...parameters: unknown[]) => {
      const result = run(...parameters)
      if (sql === 'BEGIN IMMEDIATE') begun()
      const change = changeOf(sql, parameters)
      if (change !== undefined) changes.push(change)
      appends ||= sql.startsWith('INSERT INTO entries')
      if (sql === 'COMMIT') committed()
      return result
    }
    statement.run = watched
    return statement
  }
  const exec = DatabaseSync.prototype.exec
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql)
    if (sql === 'COMMIT') pass(count('commit'), 'schema')
  }
}

/** Every request of runbot goes through `http.request(options, callback)` (adapters/wire/http.ts). */
function watchRequests(): void {
  const request = http.request as (options: http.RequestOptions, callback: Callback) => http.ClientRequest
  type Callback = (response: http.IncomingMessage) => void
  const watched = (options: http.RequestOptions, callback: Callback) => {
    const what = `${options.method} :${options.port}${options.path}`
    const kind = options.method === 'GET' ? 'read' : 'request'
    pass(count(`${kind}-before`), what)
    const after = count(`${kind}-after`)
    return request(options, (response) => {
      pass(after, what)
      callback(response)
    })
  }
  http.request = watched as typeof http.request
}

// The scan thread gets the preload too, and only reads.
if (isMainThread) {
  watchCommits()
  watchRequests()
}
