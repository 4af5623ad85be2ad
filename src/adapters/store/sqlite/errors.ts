// Owns what a SQLite error means to the app: its result code becomes the kind of a PortError.
import { PortError, type PortErrorKind } from '../../../ports/errors.ts'

/** What node:sqlite throws; a copy of one that crossed a thread has the same fields. */
export interface SqliteFailure {
  readonly code?: string
  /** SQLite's extended result code; its low byte is the primary one. */
  readonly errcode?: number
  readonly message: string
}

// SQLite's primary result codes (sqlite.org/rescode.html).
const meanings: { readonly [primary: number]: readonly [PortErrorKind, string] } = {
  3: ['denied', 'the store file may not be accessed'],
  5: ['unavailable', 'another process is writing to the store'],
  6: ['unavailable', 'the store is locked'],
  7: ['unavailable', 'there is no memory left for the store'],
  8: ['unavailable', 'the store file or its disk is read-only'],
  10: ['unavailable', 'the disk under the store does not read or write'],
  11: ['unavailable', 'the store file is damaged: restore it from a backup'],
  13: ['unavailable', 'the disk under the store is full: nothing was written'],
  14: ['unavailable', 'the store file cannot be opened'],
  18: ['malformed', 'the value is too large for the store'],
  19: ['malformed', 'the value does not fit the store'],
  23: ['denied', 'the store file may not be accessed'],
  26: ['unavailable', 'the store file is damaged: restore it from a backup'],
}

const PRIMARYKEY = 1555
const UNIQUE = 2067
const IOERR = 10

/** The primary result code, undefined where the error is none of SQLite's. */
export const primaryCode = ({ errcode }: SqliteFailure): number | undefined =>
  errcode === undefined ? undefined : errcode & 0xff

/**
 * Any error of a store operation as a PortError; one that is already a PortError passes.
 * `committing`: a COMMIT failed, so an I/O error leaves open whether a crash would find it done.
 */
export function toPortError(error: unknown, options: { committing?: boolean } = {}): PortError {
  if (error instanceof PortError) return error
  const failure = error as SqliteFailure
  if (failure.code === 'ERR_INVALID_STATE') return closed()
  if (failure.code === 'ERR_INVALID_ARG_TYPE') return new PortError('malformed', failure.message, { cause: error })
  const { errcode } = failure
  if (errcode === PRIMARYKEY || errcode === UNIQUE) {
    return new PortError('conflict', 'it is already in the store', { cause: error })
  }
  const primary = primaryCode(failure)
  const [kind, sentence] = meanings[primary ?? -1] ?? ['unavailable', 'the store failed']
  return new PortError(kind, `${sentence} (${failure.message})`, {
    cause: error,
    mayHaveHappened: options.committing === true && primary === IOERR,
  })
}

export const closed = (): PortError => new PortError('unavailable', 'the store is closed')
