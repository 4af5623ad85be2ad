// Owns what the app needs from a system that executes: launch with a key, follow, find by key, cancel.
import type { PlannedRequest } from '../core/plan.ts'
import type { Instant, Json, Millis } from '../core/values.ts'

/** What goes with a request besides its content. */
export interface Launch {
  readonly request: PlannedRequest
  /** The idempotency key: the same for every attempt to send this one request. */
  readonly key: string
  readonly run: string
  readonly target: string
  readonly requestedBy: string
  /** After this instant the request must not leave, and a pending send is aborted. */
  readonly deadlineAt: Instant
  /**
   * To be asked right before the mutating request leaves, after everything that was waited for or read first; cheap where
   * little time has passed. Rejects with a PortError where it may not leave by now: then nothing is sent.
   */
  readonly mayLeave: () => Promise<void>
}

export type Outcome = 'succeeded' | 'failed' | 'unknown'

/** Where a launched request stands. `handle` is the endpoint's own name for it, kept in the run log. */
export type Progress =
  | {
      readonly state: 'running'
      readonly handle: string
      readonly retryAfterMs?: Millis
      /** What it waits for, or a status that this version does not know: for a person to read. It changes rarely. */
      readonly note?: string
    }
  | {
      readonly state: 'ended'
      readonly handle: string
      readonly outcome: Outcome
      readonly reason: string
      /** What `result` is in an `expect`. */
      readonly result: Json
      readonly log?: string
    }

/** How a measurement went, oldest first: at most so many points of time, null where there was none. */
export type History = readonly (readonly [at: Instant, value: number | null])[]

/** What a chart shows: from, to, and at most so many points between. */
export interface Range {
  readonly from: Instant
  readonly to: Instant
  readonly points: number
}

/**
 * Errors are PortErrors. From `launch`, `mayHaveHappened` false means: certainly not started.
 * `find` answers undefined only when the endpoint said that it knows no such key.
 */
export interface Endpoint {
  /** Whether sending the same key again can start nothing twice. */
  readonly idempotent: boolean
  /** The request as a person reads it, for example `POST https://ops…/v1/runs recycle-pool {…}`. No secrets. */
  describe(request: PlannedRequest): string
  launch(launch: Launch): Promise<Progress>
  progress(request: PlannedRequest, handle: string): Promise<Progress>
  find(request: PlannedRequest, key: string): Promise<Progress | undefined>
  /** Asks for a cancel; resolves when it was asked, not when it stopped. */
  cancel(request: PlannedRequest, handle: string): Promise<void>
  /**
   * How what this read-only request measures went over a time; reads alone, within the request's `timeoutMs`. Absent: this
   * kind keeps no past that could be asked, or `result.points` has it. Empty where there is not exactly one series.
   */
  history?(request: PlannedRequest, range: Range): Promise<History>
}

/** The endpoint of a request's system; undefined where this kind cannot be called. */
export type Endpoints = (request: PlannedRequest) => Endpoint | undefined
