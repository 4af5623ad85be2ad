// Owns the servers of the intake benchmark, one a process: bare restify, and runbot's own door with its work off or on.
import restify, { type Request, type Response } from 'restify'
import { sqliteStore } from '../src/adapters/store/sqlite/sqlite.ts'
import type { Json } from '../src/core/values.ts'
import type { Store } from '../src/ports/store.ts'
import { SECRET } from './deliveries.ts'
import { startRunbot } from './runbot.ts'

/** `accept`: runbot's door, what was accepted stays as it is. `work`: and every event is worked on, and declined. */
export type Kind = 'bare' | 'accept' | 'work'

export type Told = { readonly listens: number } | { readonly settled: number; readonly rssBytes: number }

const [kind, path] = process.argv.slice(2) as [Kind, string]
const store = await sqliteStore({ path })
tell({ listens: kind === 'bare' ? await bare(store) : await runbot(store) })
process.on('message', (wish: 'settle' | 'end') => void (wish === 'settle' ? settle() : end()))

/** What a server cannot do without: read the body, insert it durably, answer. The same insert, the same group commit. */
async function bare(to: Store): Promise<number> {
  const server = restify.createServer()
  server.post('/api/events/servicenow', async (req: Request, res: Response) => {
    const body = JSON.parse(await bodyOf(req)) as Json
    const id = String(req.headers['webhook-id'])
    await to.accept({ id, key: id, source: 'bare', receivedAt: Date.now(), body }, 0)
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

/** The whole of it, log and metrics included. Without ServiceNow no incident can be read, so each event is declined. */
async function runbot(to: Store): Promise<number> {
  const env = { OPS_URL: 'http://127.0.0.1:1', OPS_TOKEN: 'none', SITE_URL: 'http://127.0.0.1:1' }
  return (await startRunbot({ store: to, env, webhookSecret: SECRET, works: kind === 'work' })).port
}

/** Leaves nothing pending, so that every round begins alike. Where events are worked on it waits for that. */
async function settle(): Promise<void> {
  while ((await store.backlog()) > 0) {
    if (kind === 'work') await new Promise((resolve) => setTimeout(resolve, 20))
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
