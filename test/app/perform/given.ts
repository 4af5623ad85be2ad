// Owns the run under way that the specs of performing start from: its log may move on while one piece of work is done.

import { canonicalJson, sha256Hex } from '../../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../../src/adapters/store/memory.ts'
import type { Assessed } from '../../../src/app/assess.ts'
import type { Performed, Performing } from '../../../src/app/perform/context.ts'
import { owed, type Work } from '../../../src/core/owed.ts'
import { type Draft, planHash } from '../../../src/core/plan.ts'
import type { Run, RunEvent } from '../../../src/core/run.ts'
import type { Instant } from '../../../src/core/values.ts'
import type { Verdict } from '../../../src/core/verdict.ts'
import type { Endpoint, Launch } from '../../../src/ports/endpoint.ts'
import { after, begun, blast, decision, nobody, plan, t0 } from '../../core/given.ts'

const hash = { canonicalize: canonicalJson, digest: sha256Hex }

/** A run that executes this draft, under the hash that the draft has. */
export function underWay(of: Draft, ...happened: readonly RunEvent[]): Run {
  const run = after(begun(of), t0, ...happened)
  const own = planHash(of, decision().rule, hash.canonicalize, hash.digest)
  const renamed = <T extends { readonly plan: string }>(each: T): T =>
    each.plan === plan ? { ...each, plan: own } : each
  const asks = Object.fromEntries(Object.entries(run.asks).map(([scope, asked]) => [scope, renamed(asked)]))
  return { ...run, plan: own, asks, approvals: run.approvals.map(renamed) }
}

/** What is owed to this run that is of this kind and, where one is named, for this target. */
export function owing<D extends Work['do']>(run: Run, kind: D, target?: string, at = t0): Extract<Work, { do: D }> {
  const wanted = (work: Work): work is Extract<Work, { do: D }> =>
    work.do === kind && (target === undefined || ('at' in work && work.at.target === target))
  const found = owed(run, at, nobody).works.find(wanted)
  if (!found) throw new Error(`${kind} is not owed`)
  return found
}

/** What the assessment answers where nothing has changed since the plan was approved; `other`: another draft by now. */
export function assessed(run: Run, other: Partial<Draft> = {}): Assessed {
  if (!run.draft) throw new Error('the run has no draft')
  const of = { ...run.draft, ...other }
  const changed = Object.keys(other).length > 0
  const value = {
    draft: of,
    blast: blast(),
    context: run.context,
    decision: decision(),
    parties: nobody,
    plan: changed ? 'b'.repeat(64) : run.plan,
    runbook: { owner: 'web-platform' },
    governance: {},
    facts: {},
  }
  return { ok: true, value } as unknown as Assessed
}

export interface World {
  readonly store: ReturnType<typeof memoryStore>
  /** Events in the order in which they were recorded, and after `refused:` why something was not. */
  readonly recorded: string[]
  /** What left, by its key. */
  readonly launched: string[]
  now: Instant
  /** The newest run; whoever performs sees what it was when its work was taken up. */
  run: Run
  /** What is given to one piece of work: the run as it is now, or as it was then. */
  work(as?: Run): Performing
  /** Somebody else records something meanwhile. */
  meanwhile(...events: readonly RunEvent[]): void
}

/** The engine's transaction, without a disk: a refusal records nothing, and is looked at again later. */
export function world(
  first: Run,
  {
    assess,
    endpoint = {},
  }: { readonly assess?: (world: World) => Assessed; readonly endpoint?: Partial<Endpoint> } = {},
): World {
  const holds = new Map<string, Instant>()
  const signal = new AbortController().signal
  const catalog = { runbooks: new Map([['restart-iis', { authors: [] }]]), operations: new Map() }
  const governance = { freezes: [], freeze: { may: [] }, environments: [], calendars: {} }
  const of: World = {
    store: memoryStore({ clock: { now: () => of.now } }),
    recorded: [],
    launched: [],
    now: t0,
    run: first,
    meanwhile(...events) {
      of.run = after(of.run, of.now, ...events)
    },
    work: (as = of.run) =>
      ({
        run: as,
        holds,
        signal,
        assess: async () => (assess ? assess(of) : assessed(of.run)),
        authority: { standing: async () => ({ groups: ['owner'], unknown: [] }) },
        deps: {
          clock: { now: () => of.now },
          hash,
          store: of.store,
          files: { current: () => ({ governance, catalog }) },
          meter: { acted: () => undefined, decided: () => undefined },
          compileTemplate: () => ({}),
          endpoints: () => ({
            idempotent: true,
            find: async () => undefined,
            ...endpoint,
            launch: async (launch: Launch) => {
              of.launched.push(launch.key)
              if (endpoint.launch) return endpoint.launch(launch)
              return { state: 'running', handle: 'h' }
            },
          }),
        },
        transact: async (decide: (run: Run, at: Instant) => Verdict): Promise<Performed> => {
          const verdict = decide(of.run, of.now)
          if (!verdict.ok) {
            of.recorded.push(`refused: ${verdict.refusal.reason}`)
            return { againMs: 1000 }
          }
          of.recorded.push(...verdict.events.map(({ type }) => type))
          of.meanwhile(...verdict.events)
          return 'done'
        },
        renew: async () => of.run,
      }) as unknown as Performing,
  }
  return of
}
