// Owns the list of what the app is given by the composition root.
import type { Canonicalize, Digest, Json, JsonObject, Millis } from '../core/values.ts'
import type { ApprovalRecords } from '../ports/approval-records.ts'
import type { CallerRecords } from '../ports/caller.ts'
import type { CompileExpression, CompilePattern, CompileTemplate, Files } from '../ports/catalog.ts'
import type { Channel } from '../ports/channel.ts'
import type { Clock } from '../ports/clock.ts'
import type { Directory } from '../ports/directory.ts'
import type { Endpoints } from '../ports/endpoint.ts'
import type { Log, Meter } from '../ports/observe.ts'
import type { Pagers } from '../ports/pager.ts'
import type { Planner } from '../ports/planner.ts'
import type { Store } from '../ports/store.ts'
import type { Surroundings } from '../ports/surroundings.ts'
import type { Tickets } from '../ports/tickets.ts'

export interface Deps {
  readonly store: Store
  readonly files: Files
  readonly compile: CompileExpression
  /** The same for what a plan left deferred, and for the bounds of captured values. */
  readonly compileTemplate: CompileTemplate
  readonly compilePattern: CompilePattern
  readonly tickets: Tickets
  /** undefined: there is no ticket system, so Teams alone asks. */
  readonly approvalRecords: ApprovalRecords | undefined
  /** undefined: a caller can be asked in Teams alone. */
  readonly callerRecords: CallerRecords | undefined
  /** undefined: nothing is read around an incident. */
  readonly surroundings: Surroundings | undefined
  /** undefined: the rules alone. It may change with the files. */
  readonly planner: () => Planner | undefined
  readonly pagers: Pagers
  readonly directory: Directory
  readonly channel: Channel
  readonly endpoints: Endpoints
  readonly clock: Clock
  readonly log: Log
  readonly meter: Meter
  readonly hash: { readonly canonicalize: Canonicalize; readonly digest: Digest }
  /** Expands the named card template with data; the data is never read as a template. */
  readonly card: (name: string, data: JsonObject) => Json
  /** This process, unique for each start: the owner of its leases. */
  readonly owner: string
  readonly settings: Settings
}

export interface Settings {
  /** How the outside reaches runbot, where it is known; shown on cards. */
  readonly publicUrl?: string
  readonly leaseMs: Millis
  /** How often the store is asked for due work that no wake-up announced. */
  readonly dueEveryMs: Millis
  /** 0: the poller is off. */
  readonly pollMs: Millis
  /** Intake events that may wait before senders are told to come back later. */
  readonly backlogLimit: number
}
