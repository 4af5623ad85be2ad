// Owns runbot as the benchmarks run it: put together as in src/main.ts, with its ports wrapped and a Teams without limits.

import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { compileExpression } from '../src/adapters/catalog/cel.ts'
import { watchFiles } from '../src/adapters/catalog/files.ts'
import { plannedPattern } from '../src/adapters/catalog/pattern.ts'
import { compilePlanned } from '../src/adapters/catalog/template.ts'
import { directory } from '../src/adapters/directory/directory.ts'
import { endpoints } from '../src/adapters/endpoints/endpoints.ts'
import { createLog } from '../src/adapters/http/log.ts'
import { createMetrics } from '../src/adapters/http/metrics.ts'
import { httpServer } from '../src/adapters/http/server.ts'
import { serviceNow } from '../src/adapters/servicenow/tickets.ts'
import { canonicalJson, sha256Hex } from '../src/adapters/store/hashing.ts'
import { cardRenderer } from '../src/adapters/teams/cards.ts'
import { app as appOf } from '../src/app/app.ts'
import { noTickets } from '../src/app/no-tickets.ts'
import type { Channel } from '../src/ports/channel.ts'
import { systemClock as clock } from '../src/ports/clock.ts'
import type { Inbound } from '../src/ports/inbound.ts'
import type { Store } from '../src/ports/store.ts'
import { DUE_EVERY_MS } from './due-every.ts'
import type { Timeline } from './timeline.ts'

export interface Runbot {
  readonly port: number
  readonly inbound: Inbound
  stop(): Promise<void>
}

interface RunbotOptions {
  readonly store: Store
  /** Of the sandbox world; without SERVICENOW_URL no incident can be read. */
  readonly env: Record<string, string>
  readonly webhookSecret: string
  /** Measures; nothing is wrapped without it. */
  readonly timeline?: Timeline
  /** Whether what is accepted is worked on too. */
  readonly works: boolean
  /** Where the log goes; standard output unless given. */
  readonly logTo?: Writable
  /** How often ServiceNow is asked for what no webhook told; never unless given. */
  readonly pollMs?: number
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

export async function startRunbot({
  store,
  env,
  webhookSecret,
  timeline,
  works,
  logTo,
  pollMs = 0,
}: RunbotOptions): Promise<Runbot> {
  const files = watchFiles({ dir: path('runbooks'), env, clock, onProblem: (problems) => console.error(problems) })
  const { current } = files
  const secrets = [webhookSecret, webhookSecret.slice('whsec_'.length)]
  const log = createLog({ level: 'info', secrets: () => secrets, ...(logTo && { stream: logTo }) })
  const metrics = createMetrics()
  const url = env['SERVICENOW_URL']
  const login = {
    kind: 'clientCredentials',
    clientId: env['SERVICENOW_CLIENT_ID'] ?? '',
    clientSecret: env['SERVICENOW_CLIENT_SECRET'] ?? '',
  } as const
  const instance =
    url === undefined ? undefined : serviceNow({ url, auth: login, clock, settings: () => current().servicenow })
  const tickets = instance ?? noTickets
  const systems = endpoints({ systems: () => current().systems, clock })
  const app = appOf({
    store: timeline ? timeline.store(store) : store,
    tickets: timeline ? timeline.tickets(tickets) : tickets,
    endpoints: timeline ? timeline.endpoints(systems) : systems,
    clock: timeline ? timeline.clock(clock) : clock,
    files,
    compile: compileExpression,
    compileTemplate: compilePlanned,
    compilePattern: plannedPattern,
    callerRecords: undefined,
    surroundings: undefined,
    planner: () => undefined,
    directory: directory({ clock, serviceNow: instance?.people }),
    approvalRecords: instance?.approvalRecords,
    pagers: () => undefined,
    channel: patientChannel,
    log,
    meter: metrics.meter,
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    card: cardRenderer({ dir: path('../cards') }),
    owner: 'benchmark',
    settings: { leaseMs: 10_000, dueEveryMs: DUE_EVERY_MS, pollMs, backlogLimit: 20_000 },
  })
  const server = httpServer({
    host: '127.0.0.1',
    port: 0,
    inbound: app.inbound,
    messages: async () => undefined,
    ready: async () => ({ ok: true, problems: [] }),
    metrics,
    log,
    webhookSecrets: { serviceNow: [webhookSecret], events: [] },
  })
  const { port } = await server.listen()
  if (works) await app.start()
  return {
    port,
    inbound: app.inbound,
    async stop() {
      await server.close()
      if (works) await app.stop()
      files.close()
      await store.close()
    },
  }
}

/** Answers as soon as Teams does; its send limits would be all that is measured (TEAMS, Platform), so it has none. */
const patientChannel: Channel = {
  openThread: async (conversation) => answeredLater({ conversation, messageId: '1' }),
  reply: async (conversation) => answeredLater({ conversation, messageId: '2' }),
  update: async () => answeredLater(undefined),
  members: async () => answeredLater([]),
  writeTo: async (_person, near) => answeredLater({ conversation: near, messageId: '3' }),
  keyOf: () => 'channel',
  inChannel: (conversation) => conversation,
}

const TEAMS_ANSWERS_MS = 100

async function answeredLater<T>(answer: T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, TEAMS_ANSWERS_MS))
  return answer
}
