// Owns the one error that every adapter throws: its kind alone drives behaviour.

export type PortErrorKind = 'conflict' | 'notFound' | 'denied' | 'throttled' | 'unavailable' | 'timeout' | 'malformed'

/**
 * What went wrong at an outside system.
 * `mayHaveHappened` is true where a mutating request may have taken effect although its answer was lost or unusable.
 */
export class PortError extends Error {
  readonly kind: PortErrorKind
  readonly retryAfterMs: number | undefined
  readonly mayHaveHappened: boolean

  constructor(
    kind: PortErrorKind,
    message: string,
    options: { retryAfterMs?: number | undefined; mayHaveHappened?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'PortError'
    this.kind = kind
    this.retryAfterMs = options.retryAfterMs
    this.mayHaveHappened = options.mayHaveHappened ?? false
  }
}

export const isPortError = (error: unknown, kind?: PortErrorKind): error is PortError =>
  error instanceof PortError && (kind === undefined || error.kind === kind)

/** Worth trying again later, as opposed to wrong for good. */
export const isTransient = (error: unknown): boolean =>
  isPortError(error) && (error.kind === 'throttled' || error.kind === 'unavailable' || error.kind === 'timeout')
