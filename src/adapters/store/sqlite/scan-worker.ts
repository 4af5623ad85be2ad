// Owns the thread that runs scans on its own read-only connection, so that they never hold up the event loop.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { SqliteFailure } from './errors.ts'
import { type Opening, openForReading } from './open.ts'
import { type Bindings, type Row, statements } from './statements.ts'

export interface ScanRequest {
  readonly id: number
  readonly sql: string
  readonly parameters: Bindings
}

export type ScanAnswer =
  | { readonly id: number; readonly rows: readonly Row[] }
  | { readonly id: number; readonly failure: SqliteFailure }

const port = parentPort as MessagePort
const sql = statements(openForReading(workerData as Opening))

port.on('message', ({ id, sql: text, parameters }: ScanRequest) => port.postMessage(answer(id, text, parameters)))

function answer(id: number, text: string, parameters: Bindings): ScanAnswer {
  try {
    return { id, rows: sql(text).all(...parameters) }
  } catch (error) {
    const { code, errcode, message } = error as SqliteFailure
    return { id, failure: { message, ...(code !== undefined && { code }), ...(errcode !== undefined && { errcode }) } }
  }
}
