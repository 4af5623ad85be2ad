// Owns the servers of the intake benchmark, one a process: bare restify, and runbot's own door with its work off or on.
import restify, { type Request, type Response } from 'restify'
import { createLog } from '../src/adapters/http/log.ts'
import { createMetrics } from '../src/adapters/http/metrics.ts'
import { httpServer } from '../src/adapters/http/server.ts'
import { canonicalJson, sha256Hex } from '../src/adapters/store/hashing.ts'
import { sqliteStore } from '../src/adapters/store/sqlite/sqlite.ts'
import type { Deps } from '../src/app/deps.ts'
import { intake as intakeOf } from '../src/app/intake.ts'
import { journal as journalOf } from '../src/app/journal.ts'
import { noTickets } from '../src/app/no-tickets.ts'
import type { Json } from '../src/core/values.ts'
import { systemClock as clock } from '../src/ports/clock.ts'
import type { Store } from '../src/ports/store.ts'
import { SECRET } from './deliveries.ts'

/** `accept`: runbot's door, what was accepted stays as it is. `work`: and every event is worked on, and declined. */
export type Kind = 'bare' | 'accept' | 'work'

export type Told = { readonly listens: number } | { readonly settled: number; readonly rssBytes: number }

const [kind, path] = process.argv.slice(2) as [Kind, string]
const store = await sqliteStore({ path })
const port = kind === 'bare' ? await bare(store) : await runbot(store, kind === 'work')
tell({ listens: port })
process.on('message', (wish: 'settle' | 'end') => void (wish === 'settle' ? settle() : end()))

/** What a server cannot do without: read the body, insert it durably, answer. The same insert, the same group commit. */
async function bare(to: Store): Promise<number> {
  const server = restify.createServer()
  server.post('/api/events/servicenow', async (req: Request, res: Response) => {
    const body = JSON.parse(await bodyOf(req)) as Json
    const id = String(req.headers['webhook-id'])
    await to.accept({ id, key: id, source: 'bare', receivedAt: Date.now(), body })
    const text = JSON.stringify({ id })
    res.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    res.end(text)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return server.address().port
}

function bodyOf(req: Request): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => resolve(Buffer.concat(chunks).toString()))
    req.on('error', reject)
  })
}

/** The door as src/main.ts puts it together, log and metrics included. */
async function runbot(to: Store, works: boolean): Promise<number> {
  const log = createLog({ level: 'info', secrets: () => [SECRET, SECRET.slice('whsec_'.length)] })
  const metrics = createMetrics()
  const hash = { canonicalize: canonicalJson, digest: sha256Hex }
  const settings = { leaseMs: 10_000, dueEveryMs: 500, pollMs: 0, backlogLimit: 20_000 }
  // Intake asks for no more than this; without ServiceNow no incident can be read back, so that each event is declined.
  const deps = { store: to, clock, log, meter: metrics.meter, hash, settings, tickets: noTickets } as unknown as Deps
  const intake = intakeOf(deps, journalOf(deps))
  if (works) intake.start()
  const server = httpServer({
    host: '127.0.0.1',
    port: 0,
    inbound: intake,
    messages: async () => undefined,
    ready: async () => ({ ok: true, problems: [] }),
    metrics,
    log,
    webhookSecrets: { serviceNow: [SECRET], events: [] },
  })
  return (await server.listen()).port
}

/** Leaves nothing pending, so that every round begins alike. Where events are worked on it waits for that. */
async function settle(): Promise<void> {
  for (;;) {
    const left = await store.backlog()
    if (left === 0) break
    if (kind === 'work') await clock.sleep(20)
    else await Promise.all((await store.pending(Number.MAX_SAFE_INTEGER, 200)).map(({ id }) => store.done(id)))
  }
  tell({ settled: Date.now(), rssBytes: process.memoryUsage().rss })
}

async function end(): Promise<void> {
  await store.close()
  process.exit(0)
}

function tell(what: Told): void {
  process.send?.(what)
}
