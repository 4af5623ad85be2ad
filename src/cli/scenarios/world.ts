// Owns the stage of one scenario: the real app over a store in memory, with a world that answers as the file says.
import { compileExpression } from '../../adapters/catalog/cel.ts'
import { plannedPattern } from '../../adapters/catalog/pattern.ts'
import type { Scenario } from '../../adapters/catalog/scenario-schema.ts'
import { compilePlanned } from '../../adapters/catalog/template.ts'
import { canonicalJson, sha256Hex } from '../../adapters/store/hashing.ts'
import { memoryStore } from '../../adapters/store/memory.ts'
import { type App, app as appOf } from '../../app/app.ts'
import { watch } from '../../app/conversations.ts'
import type { Deps } from '../../app/deps.ts'
import { addFreeze, properScope } from '../../app/freezes.ts'
import { type Journal, journal as journalOf } from '../../app/journal.ts'
import { reserveFlap } from '../../app/locks.ts'
import type { Instant, Json, JsonObject } from '../../core/values.ts'
import type { Content } from '../../ports/catalog.ts'
import { Complaint } from '../terminal.ts'
import { type ScenarioCaller, scenarioCaller } from './caller.ts'
import { type ScenarioChannel, scenarioChannel } from './channel.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import { type ScenarioEndpoints, scenarioEndpoints } from './endpoints.ts'
import { type People, people as peopleOf } from './people.ts'
import { scenarioSurroundings } from './surroundings.ts'
import { type ScenarioTickets, scenarioTickets } from './tickets.ts'

export interface World {
  readonly scenario: Scenario
  readonly content: Content
  readonly clock: VirtualClock
  readonly deps: Deps
  readonly app: App
  /** For reading: the app has its own. */
  readonly journal: Journal
  readonly people: People
  readonly channel: ScenarioChannel
  readonly tickets: ScenarioTickets
  readonly caller: ScenarioCaller
  readonly endpoints: ScenarioEndpoints
  /** What the app told its operators as an error: a bug, or a page that no pager takes. */
  readonly errors: readonly string[]
}

export type CardRenderer = (name: string, data: JsonObject) => Json

/** A Monday at ten in the morning, UTC. */
const MONDAY: Instant = Date.parse('2026-03-02T10:00:00Z')
const DAY_MS = 24 * 3_600_000

/** Nothing is started yet. Throws a Complaint where the scenario names somebody whom there is not. */
export async function worldOf(scenario: Scenario, content: Content, card: CardRenderer): Promise<World> {
  const { given } = scenario
  const clock = virtualClock(given.time ?? MONDAY)
  const store = memoryStore({ clock })
  const owner = content.catalog.runbooks.get(scenario.runbook)?.owner ?? ''
  const people = peopleOf(content.governance, owner, given.people)
  const reporter = given.caller === undefined ? undefined : people.person(given.caller)
  const tickets = scenarioTickets({ given, settings: content.servicenow, opener: reporter?.id, clock })
  const caller = scenarioCaller(reporter, tickets.comment, clock)
  const endpoints = scenarioEndpoints(given.world ?? {}, clock)
  const channel = scenarioChannel()
  const errors: string[] = []
  const nothing = () => undefined
  const deps: Deps = {
    store,
    files: { current: () => content, onChange: () => nothing, close: nothing },
    surroundings: scenarioSurroundings(clock),
    planner: () => undefined,
    compile: compileExpression,
    compileTemplate: compilePlanned,
    compilePattern: plannedPattern,
    tickets: tickets.tickets,
    approvalRecords: undefined,
    callerRecords: caller.records,
    pagers: () => ({ raise: async () => undefined, quiet: async () => undefined }),
    directory: people.directory,
    channel: channel.channel,
    endpoints: endpoints.endpoints,
    clock,
    log: {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (fields, message) => void errors.push(`${message}${whyIn(fields)}`),
    },
    meter: {
      intake: nothing,
      decided: nothing,
      acted: nothing,
      finished: nothing,
      alert: nothing,
      glassBroken: nothing,
      told: nothing,
    },
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    card,
    owner: 'scenario',
    // A lease outlives every wait: nobody else is there to take it over.
    settings: { leaseMs: DAY_MS, dueEveryMs: 500, pollMs: 0, backlogLimit: 1000 },
  }
  for (const name of new Set([...content.catalog.runbooks.values()].map((each) => each.owner)))
    await watch(deps, name, channel.conversation)
  await before(deps, scenario, tickets)
  const journal = journalOf(deps)
  return {
    scenario,
    content,
    clock,
    deps,
    app: appOf(deps),
    journal,
    people,
    channel,
    tickets,
    caller,
    endpoints,
    errors,
  }
}

/** What had happened before the scenario begins. */
async function before({ store, clock, files }: Deps, { given, runbook }: Scenario, { tickets }: ScenarioTickets) {
  if (given.frozen !== undefined) {
    const named = given.frozen === 'everything' ? { scope: 'all' } : properScope(files.current(), given.frozen)
    if ('reason' in named) throw new Complaint(`given.frozen: ${named.reason}`)
    const { scope } = named
    await addFreeze(store, { scope, by: 'somebody', byId: '', reason: 'as the scenario says', at: clock.now() })
  }
  if (given.lastRun === undefined) return
  const names = [given.ci?.['name'], ...Object.keys(given.cis ?? {})]
  for (const name of names)
    for (const ci of typeof name === 'string' ? await tickets.findCis(name) : [])
      await reserveFlap(store, runbook, { name: ci.name, ci }, 'R0000000000', clock.now() - given.lastRun)
}

function whyIn(fields: object): string {
  const { err, reason } = fields as { err?: unknown; reason?: unknown }
  const why = err instanceof Error ? err.message : reason
  return typeof why === 'string' ? `: ${why}` : ''
}
