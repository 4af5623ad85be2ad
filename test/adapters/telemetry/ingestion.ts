// Owns a small ingestion service of Application Insights for specs: takes what an exporter sends, and can be slow or down.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/** One item as the track endpoint takes it (learn.microsoft.com/azure/azure-monitor/app/api-custom-events-metrics). */
export interface Envelope {
  readonly name: string
  readonly iKey: string
  readonly tags: Readonly<Record<string, string>>
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> }
}

export interface Ingestion {
  readonly url: string
  readonly connectionString: string
  readonly items: readonly Envelope[]
  /** Everything that came, as text. */
  text(): string
  /** What it does with the next requests. */
  be(mood: 'well' | 'failing' | 'silent'): void
  requests(): number
  stop(): Promise<void>
}

export async function ingestion(): Promise<Ingestion> {
  const items: Envelope[] = []
  let mood: 'well' | 'failing' | 'silent' = 'well'
  let [text, requests] = ['', 0]
  const take = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    requests += 1
    const bytes = await buffer(req)
    if (mood === 'silent') return
    if (mood === 'failing' || !req.url?.endsWith('/track')) {
      res.writeHead(mood === 'failing' ? 503 : 404)
      res.end('{}')
      return
    }
    const body = (req.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()
    text += body
    const lines = body.startsWith('[')
      ? (JSON.parse(body) as Envelope[])
      : body.split('\n').map((line) => JSON.parse(line) as Envelope)
    items.push(...lines)
    const sum = { itemsReceived: lines.length, itemsAccepted: lines.length, errors: [] }
    res.writeHead(200, { 'content-type': 'application/json' })
    res.end(JSON.stringify(sum))
  }
  const server = createServer((req, res) => void take(req, res))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    connectionString: `InstrumentationKey=00000000-0000-4000-8000-000000000007;IngestionEndpoint=${url};LiveEndpoint=${url}`,
    items,
    text: () => text,
    be: (next) => {
      mood = next
    },
    requests: () => requests,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
