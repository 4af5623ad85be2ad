// Owns a small Blob service for specs: put once, get, list by pages, as learn.microsoft.com/rest/api/storageservices says.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface BlobService {
  /** The container's URL, as an emulator has it: with the account in the path. */
  readonly url: string
  readonly blobs: Map<string, string>
  /** One line a request: method, blob or `list`, status. */
  readonly requests: string[]
  /** What the next requests get instead of an answer; `lost`: it is done, and the connection dies. */
  next(...faults: readonly (number | 'lost' | 'silent')[]): void
  /** Every request gets this until it is undefined. */
  always(fault: number | undefined): void
  stop(): Promise<void>
}

const PAGE = 2
const codes: Readonly<Record<number, string>> = {
  403: 'AuthorizationPermissionMismatch',
  404: 'BlobNotFound',
  409: 'BlobAlreadyExists',
  503: 'ServerBusy',
}

export async function blobService(): Promise<BlobService> {
  const blobs = new Map<string, string>()
  const requests: string[] = []
  const faults: (number | 'lost' | 'silent')[] = []
  let constant: number | undefined

  const refuse = (res: ServerResponse, status: number) =>
    answer(
      res,
      status,
      `<?xml version="1.0" encoding="utf-8"?><Error><Code>${codes[status]}</Code><Message>no</Message></Error>`,
      {
        'x-ms-error-code': codes[status] ?? '',
        'content-type': 'application/xml',
      },
    )
  /** Two calls: where restify is loaded, its writeHead gives nothing back. */
  const answer = (res: ServerResponse, status: number, body = '', headers: Record<string, string> = {}): void => {
    const length = String(Buffer.byteLength(body))
    res.writeHead(status, { 'x-ms-version': '2026-02-06', 'content-length': length, ...headers })
    res.end(body)
  }

  const put = async (req: IncomingMessage, res: ServerResponse, name: string, fault: unknown) => {
    const text = (await buffer(req)).toString()
    if (req.headers['x-ms-blob-type'] !== 'BlockBlob') return refuse(res, 403)
    if (req.headers['if-none-match'] === '*' && blobs.has(name)) return refuse(res, 409)
    blobs.set(name, text)
    if (fault === 'lost') return void req.socket.destroy()
    answer(res, 201, '', { etag: '"0x1"', 'last-modified': new Date(0).toUTCString() })
  }
  const get = (res: ServerResponse, name: string) => {
    const text = blobs.get(name)
    if (text === undefined) return refuse(res, 404)
    answer(res, 200, text, { 'content-type': 'application/json', etag: '"0x1"', 'x-ms-blob-type': 'BlockBlob' })
  }
  const list = (res: ServerResponse, query: URLSearchParams) => {
    const names = [...blobs.keys()].filter((name) => name.startsWith(query.get('prefix') ?? '')).toSorted()
    const from = Number(query.get('marker') ?? 0)
    const more = from + PAGE < names.length ? String(from + PAGE) : ''
    const items = names
      .slice(from, from + PAGE)
      .map(
        (name) =>
          `<Blob><Name>${name}</Name><Properties><Etag>0x1</Etag><BlobType>BlockBlob</BlobType></Properties></Blob>`,
      )
    const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="x" ContainerName="anchors"><Blobs>${items.join('')}</Blobs><NextMarker>${more}</NextMarker></EnumerationResults>`
    answer(res, 200, body, { 'content-type': 'application/xml' })
  }

  const server = createServer((req, res) => {
    void (async () => {
      const { pathname, searchParams } = new URL(req.url ?? '', 'http://127.0.0.1')
      const name = decodeURIComponent(pathname.replace('/account/anchors', '').slice(1))
      const isList = searchParams.get('comp') === 'list'
      const fault = constant ?? faults.shift()
      res.once('close', () =>
        requests.push(`${req.method} ${isList ? 'list' : name} ${res.writableFinished ? res.statusCode : 'none'}`),
      )
      if (fault === 'silent') return
      if (typeof fault === 'number') {
        await buffer(req)
        return refuse(res, fault)
      }
      if (req.method === 'PUT') return put(req, res, name, fault)
      if (isList) return list(res, searchParams)
      get(res, name)
    })()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/account/anchors`,
    blobs,
    requests,
    next: (...more) => void faults.push(...more),
    always: (fault) => {
      constant = fault
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
