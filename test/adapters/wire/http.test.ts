import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { portErrorOf, type WireOptions, type WireRequest, wire } from '../../../src/adapters/wire/http.ts'
import { wireResponse } from '../../../src/adapters/wire/response.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { failure } from '../../contracts/endpoint.suite.ts'

/** restify, where a test has loaded it, gives `writeHead` no answer: nothing is chained to it here. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void

const packers = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const

describe('the wire', () => {
  let server: Server
  let origin: string
  let handler: Handler
  let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
  beforeEach(async () => {
    seen = []
    handler = (_request, response) => response.end('{}')
    // oxlint-disable-next-line typescript/no-misused-promises -- a rejection fails the test by its own way
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const body = Buffer.concat(chunks).toString()
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      handler(request, response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const send = (request: Partial<WireRequest> = {}, options: Partial<WireOptions> = {}) =>
    wire({ allow: [origin], ...options }).send({ method: 'GET', url: `${origin}/x`, ...request })

  it('sends query, headers and auth, and reads status, headers and body', async () => {
    handler = (_request, response) => {
      response.writeHead(201, { 'Content-Type': 'application/problem+json', 'Set-Cookie': ['a', 'b'] })
      response.end('{"a":"\u00e4"}')
    }
    const auth = async () => ({ Authorization: 'Bearer t' })
    const query = { q: 'a^b c&d', left: undefined }
    const response = await send({ query, headers: { 'X-A': '1' }, url: `${origin}/x?p=1` }, { auth })
    assert.equal(response.status, 201)
    assert.equal(response.headers['set-cookie'], 'a, b')
    assert.deepEqual(response.json(), { a: 'ä' })
    const { headers, method, url } = seen[0] ?? assert.fail()
    assert.deepEqual([method, url], ['GET', '/x?p=1&q=a%5Eb+c%26d'])
    assert.deepEqual([headers['x-a'], headers.authorization, headers.accept], ['1', 'Bearer t', 'application/json'])
  })

  it('sends JSON, forms and bytes with their types', async () => {
    await send({ method: 'POST', json: { a: [1] } })
    await send({ method: 'POST', form: { a: 'b c' } })
    await send({ method: 'PUT', bytes: Buffer.from('x') })
    await send({ method: 'POST', bytes: Buffer.from('x'), headers: { 'content-type': 'text/plain' } })
    assert.deepEqual(
      seen.map(({ body, headers }) => [headers['content-type'], body]),
      [
        ['application/json', '{"a":[1]}'],
        ['application/x-www-form-urlencoded', 'a=b+c'],
        ['application/octet-stream', 'x'],
        ['text/plain', 'x'],
      ],
    )
  })

  it('denies a host that is not listed before anything leaves, the credentials included', async () => {
    let asked = 0
    const auth = async () => ({ Authorization: `Bearer ${asked++}` })
    const error = await failure(send({ method: 'POST' }, { allow: ['https://ops.example.com'], auth }))
    assert.equal(error.kind, 'denied')
    assert.equal(error.mayHaveHappened, false)
    assert.equal(seen.length + asked, 0)
  })

  for (const status of [301, 302, 303, 307, 308])
    it(`follows no ${status}`, async () => {
      handler = (_request, response) => {
        response.writeHead(status, { Location: `${origin}/elsewhere` })
        response.end()
      }
      assert.equal((await send()).status, status)
      assert.equal(seen.length, 1)
    })

  it('throws on no status', async () => {
    handler = (_request, response) => {
      response.writeHead(500)
      response.end()
    }
    assert.equal((await send()).status, 500)
  })

  const both = [
    ['GET', false],
    ['POST', true],
  ] as const

  for (const [method, mayHaveHappened] of both) {
    it(`gives up a ${method} whose answer drips in too slowly`, async () => {
      handler = (_request, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('x'), 10)
        response.on('close', () => clearInterval(drip))
      }
      const error = await failure(send({ method, timeoutMs: 200 }))
      assert.deepEqual([error.kind, error.mayHaveHappened], ['timeout', mayHaveHappened])
    })

    it(`gives up a ${method} whose headers drip in and never end`, async () => {
      const tcp = createTcpServer((socket) => {
        socket
          .on('error', () => {})
          .once('data', () => {
            socket.write('HTTP/1.1 200 OK\r\nX-Drip: ')
            const drip = setInterval(() => socket.write('x'), 10)
            socket.on('close', () => clearInterval(drip))
          })
      })
      tcp.listen(0, '127.0.0.1')
      await once(tcp, 'listening')
      const url = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`
      const error = await failure(send({ method, url, timeoutMs: 200 }, { allow: [url] }))
      tcp.close()
      assert.deepEqual([error.kind, error.mayHaveHappened], ['timeout', mayHaveHappened])
    })

    it(`refuses an answer to a ${method} whose headers are too large`, async () => {
      handler = (_request, response) => {
        for (let each = 0; each < 100; each++) response.setHeader(`X-${each}`, 'x'.repeat(1000))
        response.end('{}')
      }
      const error = await failure(send({ method }))
      assert.deepEqual([error.kind, error.mayHaveHappened], ['malformed', mayHaveHappened])
    })

    for (const [encoding, pack] of packers)
      it(`unpacks no more of ${encoding} that a ${method} is answered with than it may`, async () => {
        const bomb = pack(Buffer.alloc(64 * 1024 * 1024))
        handler = (_request, response) => {
          response.writeHead(200, { 'Content-Encoding': encoding })
          response.end(bomb)
        }
        const before = process.memoryUsage().arrayBuffers
        const error = await failure(send({ method, maxBytes: 100_000 }))
        assert.deepEqual([error.kind, error.mayHaveHappened], ['malformed', mayHaveHappened])
        assert.ok(process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024)
      })

    it(`calls a ${method} unavailable where the connection is reset before or within the answer`, async () => {
      handler = (request) => request.socket.destroy()
      const before = await failure(send({ method }))
      assert.deepEqual([before.kind, before.mayHaveHappened], ['unavailable', mayHaveHappened])
      handler = (request, response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('x', () => request.socket.destroy())
      }
      const within = await failure(send({ method }))
      assert.deepEqual([within.kind, within.mayHaveHappened], ['unavailable', mayHaveHappened])
    })

    it(`refuses an answer to a ${method} that is too large, also when it is packed small`, async () => {
      handler = (_request, response) => response.end('x'.repeat(2000))
      const large = await failure(send({ method, maxBytes: 1000 }))
      assert.deepEqual([large.kind, large.mayHaveHappened], ['malformed', mayHaveHappened])
      handler = (_request, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' })
        response.end(gzipSync(Buffer.alloc(1_000_000)))
      }
      const packed = await failure(send({ method, maxBytes: 10_000 }))
      assert.deepEqual([packed.kind, packed.mayHaveHappened], ['malformed', mayHaveHappened])
    })

    it(`calls what is not HTTP malformed for a ${method}`, async () => {
      const tcp = createTcpServer((socket) =>
        socket.on('error', () => {}).once('data', () => socket.end('nonsense\r\n\r\n')),
      )
      tcp.listen(0, '127.0.0.1')
      await once(tcp, 'listening')
      const url = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`
      const error = await failure(send({ method, url }, { allow: [url] }))
      tcp.close()
      assert.deepEqual([error.kind, error.mayHaveHappened], ['malformed', mayHaveHappened])
    })
  }

  it('knows that nothing left where the connection never stood (P3)', async () => {
    server.close()
    const refused = await failure(send({ method: 'POST' }))
    assert.deepEqual([refused.kind, refused.mayHaveHappened], ['unavailable', false])
    const url = 'http://no-such-host.invalid'
    const unresolved = await failure(send({ method: 'POST', url }, { allow: [url] }))
    assert.deepEqual([unresolved.kind, unresolved.mayHaveHappened], ['unavailable', false])
  })

  it('knows that nothing left where TLS was not agreed (P3)', async () => {
    const url = origin.replace('http:', 'https:')
    const error = await failure(send({ method: 'POST', url }, { allow: [url] }))
    assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', false])
    assert.equal(seen.length, 0)
  })

  it('sends nothing for a caller who has given up, nor while the auth is awaited (P2)', async () => {
    const gone = await failure(send({ method: 'POST', signal: AbortSignal.abort() }))
    assert.deepEqual([gone.kind, gone.mayHaveHappened], ['unavailable', false])
    const never = () => new Promise<never>(() => {})
    const late = await failure(send({ method: 'POST', timeoutMs: 20 }, { auth: never }))
    assert.deepEqual([late.kind, late.mayHaveHappened], ['timeout', false])
    assert.equal(seen.length, 0)
  })

  it('hands on why the auth was refused, as something that did not happen', async () => {
    const auth = async () => {
      throw new PortError('denied', 'the token endpoint refused')
    }
    const error = await failure(send({ method: 'POST' }, { auth }))
    assert.deepEqual([error.kind, error.mayHaveHappened], ['denied', false])
  })

  it('counts a POST that only reads as a read', async () => {
    handler = (request) => request.socket.destroy()
    assert.equal((await failure(send({ method: 'POST', mutating: false }))).mayHaveHappened, false)
  })

  it('opens a fresh connection for every mutating request, so that none meets one that just died (P3)', async () => {
    await send({ method: 'POST' })
    await send({ method: 'POST' })
    assert.deepEqual(
      seen.map(({ headers }) => headers.connection),
      ['close', 'close'],
    )
  })

  it('keeps credentials and the query out of its errors', async () => {
    handler = (request) => request.socket.destroy()
    const auth = async () => ({ Authorization: 'Bearer hidden-token' })
    const error = await failure(send({ method: 'POST', query: { key: 'hidden-key' } }, { auth }))
    assert.ok(!/hidden/.test(`${error.stack} ${String(error.cause)} ${JSON.stringify(error)}`))
    assert.equal(error.cause, undefined)
  })
})

describe('an answer', () => {
  const answer = (body: string, type?: string) =>
    wireResponse(200, type === undefined ? {} : { 'content-type': type }, Buffer.from(body))

  it('is JSON where it says so and parses', () => {
    assert.deepEqual(answer('{"a":1}', 'application/json; charset=utf-8').json(), { a: 1 })
    assert.deepEqual(answer('[]').json(), [])
    for (const bad of [answer('<html>', 'text/html'), answer('{}', 'text/html'), answer('{"a', 'application/json')])
      assert.throws(
        () => bad.json(),
        (error) => error instanceof PortError && error.kind === 'malformed',
      )
  })

  it('yields only values that hash and store the same everywhere', () => {
    const read = (text: string) => answer(text, 'application/json').json()
    assert.deepEqual(read('{"__proto__":{"a":1},"b":"\\ud800"}'), { b: '\ufffd' })
    assert.throws(() => read('{"a":1e999}'), PortError)
    assert.throws(() => read(`${'['.repeat(200)}${']'.repeat(200)}`), PortError)
    assert.throws(() => read(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), PortError)
  })
})

describe('a status that was not expected', () => {
  const errorOf = (status: number, headers: Record<string, string> = {}) =>
    portErrorOf(wireResponse(status, headers, Buffer.from('')), 'reading', { mutating: true })

  it('becomes the kind that drives behaviour', () => {
    const kinds = [400, 401, 403, 404, 408, 409, 412, 418, 422, 429, 500, 502, 503, 504].map((status) => [
      status,
      errorOf(status).kind,
      errorOf(status).mayHaveHappened,
    ])
    assert.deepEqual(kinds, [
      [400, 'malformed', false],
      [401, 'denied', false],
      [403, 'denied', false],
      [404, 'notFound', false],
      [408, 'timeout', true],
      [409, 'conflict', false],
      [412, 'conflict', false],
      [418, 'malformed', false],
      [422, 'malformed', false],
      [429, 'throttled', false],
      [500, 'unavailable', true],
      [502, 'unavailable', true],
      [503, 'unavailable', true],
      [504, 'unavailable', true],
    ])
  })

  it('may have happened where a redirect or an odd success came back', () => {
    assert.equal(errorOf(302).mayHaveHappened, true)
    assert.equal(errorOf(204).mayHaveHappened, true)
  })

  it('reads Retry-After as seconds and ignores nonsense', () => {
    assert.equal(errorOf(429, { 'retry-after': '3' }).retryAfterMs, 3000)
    assert.equal(errorOf(503, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }).retryAfterMs, 0)
    assert.equal(errorOf(503, { 'retry-after': 'soon' }).retryAfterMs, undefined)
    assert.equal(errorOf(503, { 'retry-after': '99999999999' }).retryAfterMs, 86_400_000)
  })
})
