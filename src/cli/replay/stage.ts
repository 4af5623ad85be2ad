// Owns the stage of a replay: runbot's own intake and policy over a store in memory, and a world that only remembers.
import { compileExpression } from '../../adapters/catalog/cel.ts'
import { plannedPattern } from '../../adapters/catalog/pattern.ts'
import { compilePlanned } from '../../adapters/catalog/template.ts'
import { canonicalJson, sha256Hex } from '../../adapters/store/hashing.ts'
import { memoryStore } from '../../adapters/store/memory.ts'
import type { Deps } from '../../app/deps.ts'
import { type Ci, unknown } from '../../core/incident.ts'
import type { Instant } from '../../core/values.ts'
import type { Content } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { PortError } from '../../ports/errors.ts'
import type { IncidentRecord, Tickets } from '../../ports/tickets.ts'

/** What history shows at one moment. */
export interface Moment {
  readonly at: Instant
  readonly record: IncidentRecord
  readonly ci: Ci | undefined
}

export interface Stage {
  readonly deps: Deps
  /** Turns to the next moment; what was before cannot be read any more. */
  turn(moment: Moment): void
}

/** A replay has no side effects: whatever would have one is a bug. */
const never = (what: string) => async (): Promise<never> => {
  throw new Error(`a replay does not ${what}`)
}
/** Between two updates no time passes: who waits for an answer within some time gets the answer. */
const noTimePasses: Clock['sleep'] = (_ms, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
const NOT_KEPT = 'history does not say'

/** Nothing leaves this process, and nothing is written anywhere. */
export function stage(content: Content): Stage {
  let now: Moment | undefined
  const clock = { now: () => now?.at ?? 0, sleep: noTimePasses }
  const nothing = () => undefined
  const deps: Deps = {
    store: memoryStore({ clock }),
    files: { current: () => content, onChange: () => nothing, close: nothing },
    compile: compileExpression,
    compileTemplate: compilePlanned,
    compilePattern: plannedPattern,
    tickets: remembered(() => now),
    approvalRecords: undefined,
    callerRecords: undefined,
    surroundings: undefined,
    planner: nothing,
    pagers: () => ({ raise: never('page'), quiet: never('page') }),
    directory: {
      membership: async () => ({ is: 'unknown', reason: NOT_KEPT }),
      people: async () => [],
    },
    channel: {
      openThread: never('write to Teams'),
      reply: never('write to Teams'),
      update: never('write to Teams'),
      members: async () => [],
      writeTo: never('write to Teams'),
      keyOf: () => '',
      inChannel: (known) => known,
    },
    endpoints: nothing,
    clock,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    meter: new Proxy({} as Deps['meter'], { get: () => nothing }),
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    card: () => null,
    owner: 'replay',
    settings: { leaseMs: 1, dueEveryMs: 1, pollMs: 0, backlogLimit: 1 },
  }
  return {
    deps,
    turn: (moment) => {
      now = moment
    },
  }
}

function remembered(now: () => Moment | undefined): Tickets {
  const moment = (): Moment => {
    const found = now()
    if (!found) throw new PortError('notFound', 'history has not begun')
    return found
  }
  const ciOf = (sysId: string): Ci => {
    const { ci } = moment()
    if (ci?.sysId !== sysId) throw new PortError('notFound', 'history has no such CI now')
    return ci
  }
  const incident = async (sysId: string): Promise<IncidentRecord> => {
    const { record } = moment()
    if (record.incident.sysId !== sysId) throw new PortError('notFound', 'history tells of another incident now')
    return record
  }
  const no = () => unknown(NOT_KEPT, 'history', moment().at)
  return {
    incident,
    incidentByNumber: async () => moment().record,
    changedSince: async () => [],
    open: never('open incidents'),
    openOn: async () => [],
    ci: async (sysId) => ciOf(sysId),
    findCis: async (name) => {
      const { ci } = moment()
      return ci && [ci.name, ci.sysId].includes(name) ? [ci] : []
    },
    blast: async () => ({ users: no(), cis: no(), vip: no() }),
    changes: async () => no(),
    conflicts: async () => [],
    openChange: never('open changes'),
    closeChange: never('close changes'),
    // A storm is noted on its incident: history is told nothing.
    note: async () => undefined,
    update: never('update incidents'),
    attach: never('attach files'),
  }
}
