// Owns the specification of going through a proxy: a tunnel to an https host, and nothing that a proxy says is the host's.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WireOptions, type WireRequest, wire } from '../../../src/adapters/wire/http.ts'
import { failure } from '../../contracts/endpoint.suite.ts'
import { createAuthority } from '../../sandbox/certificates.ts'

const authority = createAuthority()
const other = createAuthority('Another CA')
const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy']

interface Seen {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port

describe('a request through a proxy', () => {
  let host: SecureServer
  let plain: Server
  let proxy: Server
  let atHost: Seen[]
  let atProxy: Seen[]
  let tunnels: Duplex[]
  /** What the proxy does with a CONNECT. */
  let onConnect: (target: string, socket: Duplex) => void
  let before: Record<string, string | undefined>

  const note = (list: () => Seen[]) => (request: IncomingMessage, response: { end(body: string): void }) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      list().push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
      response.end('{"from":"here"}')
    })
  }
  const tunnel = (target: string, socket: Duplex) => {
    const port = Number(target.split(':').at(-1))
    const onward: Socket = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  }

  beforeEach(async () => {
    ;[atHost, atProxy, tunnels, onConnect] = [[], [], [], tunnel]
    host = createSecureServer(
      authority.issue(),
      note(() => atHost),
    )
    plain = createServer(note(() => atHost))
    proxy = createServer(note(() => atProxy))
    proxy.on('connect', (request: IncomingMessage, socket: Duplex) => {
      tunnels.push(socket)
      socket.on('error', () => {})
      atProxy.push({ line: `CONNECT ${request.url}`, headers: request.headers, body: '' })
      onConnect(request.url ?? '', socket)
    })
    for (const server of [host, plain, proxy]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
    before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
    for (const name of names) delete process.env[name]
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${portOf(proxy)}`
    process.env['HTTP_PROXY'] = process.env['HTTPS_PROXY']
  })
  afterEach(() => {
    for (const name of names)
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    for (const each of tunnels) each.destroy()
    for (const server of [host, plain, proxy]) {
      server.closeAllConnections()
      server.close()
    }
  })

  const url = (): string => `https://localhost:${portOf(host)}`
  const send = (request: Partial<WireRequest> = {}, options: Partial<WireOptions> = {}) => {
    const auth = async () => ({ Authorization: 'Bearer for-the-host' })
    const through = wire({ allow: [url()], proxyFromEnv: true, tls: { ca: authority.ca }, auth, ...options })
    return through.send({ method: 'POST', url: `${url()}/v1/runs`, query: { q: 'x' }, json: { a: 1 }, ...request })
  }

  it('reaches an https host by a tunnel, and the proxy sees nothing but where it leads', async () => {
    for (const method of ['POST', 'GET', 'GET'] as const)
      assert.equal((await send(method === 'GET' ? { method, json: undefined as never } : {})).status, 200)
    const [first, ...rest] = atHost
    assert.deepEqual([first?.line, first?.body], ['POST /v1/runs?q=x', '{"a":1}'])
    assert.equal(first?.headers.authorization, 'Bearer for-the-host')
    assert.equal(rest.length, 2)
    for (const { line, headers } of atProxy) {
      assert.equal(line, `CONNECT localhost:${portOf(host)}`)
      assert.equal(headers.authorization, undefined)
    }
  })

  it('proves itself to the proxy, and not to the host', async () => {
    process.env['HTTPS_PROXY'] = `http://me:p%40ss@127.0.0.1:${portOf(proxy)}`
    await send()
    assert.equal(atProxy[0]?.headers['proxy-authorization'], `Basic ${Buffer.from('me:p@ss').toString('base64')}`)
    assert.equal(atHost[0]?.headers['proxy-authorization'], undefined)
  })

  it('verifies the host through the tunnel: its authority, its name, and that nobody sits between (P3)', async () => {
    const unnamed = await failure(send({}, { tls: null }))
    const foreign = await failure(send({}, { tls: { ca: other.ca } }))
    for (const error of [unnamed, foreign]) {
      assert.match(error.message, /not of an authority that is trusted/)
      assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', false])
    }
    // A proxy that opens the tunnel to itself.
    const between = createSecureServer(
      other.issue(),
      note(() => atHost),
    )
    between.listen(0, '127.0.0.1')
    await once(between, 'listening')
    onConnect = (_target, socket) => tunnel(`x:${portOf(between)}`, socket)
    const caught = await failure(send())
    between.closeAllConnections()
    between.close()
    assert.deepEqual([caught.kind, caught.mayHaveHappened, atHost.length], ['unavailable', false, 0])
  })

  const answers: readonly (readonly [what: string, answer: string, said: RegExp])[] = [
    ['407', 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n', /407.*user and password/],
    ['403 with a page', 'HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html>', /status 403/],
    ['502', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n', /status 502/],
    // An answer that would pass for the accepted run of an endpoint.
    ['201 with JSON', 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n{"id":"run_evil"}', /status 201/],
    ['nonsense', 'nonsense\r\n\r\n', /no way to it/],
    ['nothing', '', /no way to it/],
  ]
  for (const [what, answer, said] of answers)
    it(`takes ${what} from a proxy that opens no tunnel for no answer of the host, and nothing has left (P3)`, async () => {
      onConnect = (_target, socket) => socket.end(answer)
      const error = await failure(send())
      assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', false])
      assert.match(error.message, said)
      assert.equal(atHost.length, 0)
    })

  it('gives up a proxy that is silent, and its connection too', async () => {
    const ended = Promise.withResolvers<void>()
    onConnect = (_target, socket) => void socket.resume().once('end', ended.resolve)
    const error = await failure(send({}, { timeoutMs: 200 }))
    assert.deepEqual([error.kind, error.mayHaveHappened], ['timeout', false])
    await ended.promise
  })

  it('knows that nothing left where the proxy is not there, and keeps its password out of the error (P3)', async () => {
    process.env['HTTPS_PROXY'] = `http://me:hidden-word@127.0.0.1:${portOf(proxy)}`
    proxy.closeAllConnections()
    proxy.close()
    const error = await failure(send())
    assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', false])
    assert.ok(!/hidden/.test(`${error.stack} ${String(error.cause)} ${JSON.stringify(error)}`))
  })

  it('asks the proxy for an http host, for there is nothing to tunnel', async () => {
    const origin = `http://localhost:${portOf(plain)}`
    const answer = await send({ url: `${origin}/x` }, { allow: [origin] })
    assert.equal(answer.status, 200)
    assert.equal(atProxy[0]?.line, `POST ${origin}/x?q=x`)
    assert.deepEqual([atProxy[0].body, atHost.length], ['{"a":1}', 0])
  })

  it('goes past the proxy where NO_PROXY names the host, and where nobody asked for one', async () => {
    process.env['NO_PROXY'] = 'other.example,localhost'
    await send()
    delete process.env['NO_PROXY']
    await send({}, { proxyFromEnv: false })
    assert.deepEqual([atHost.length, atProxy.length], [2, 0])
  })

  it('asks no proxy for a host that is not listed', async () => {
    const error = await failure(send({ url: 'https://elsewhere.example/x' }))
    assert.equal(error.kind, 'denied')
    assert.equal(atProxy.length, 0)
  })

  it('follows no redirect, wherever it comes from', async () => {
    host.removeAllListeners('request')
    host.on('request', (_request, response) => {
      response.writeHead(302, { Location: `http://localhost:${portOf(plain)}/trap` })
      response.end()
    })
    assert.equal((await send()).status, 302)
    assert.equal(atHost.length, 0)
  })

  it('takes a proxy without a scheme for an http one, and says which variable names none', async () => {
    process.env['HTTPS_PROXY'] = `127.0.0.1:${portOf(proxy)}`
    assert.equal((await send()).status, 200)
    assert.equal(atProxy.length, 1)
    process.env['HTTPS_PROXY'] = 'ftp://me:hidden@proxy.example'
    assert.throws(
      () => wire({ allow: [], proxyFromEnv: true }),
      (error) =>
        error instanceof Error && error.message.startsWith('HTTPS_PROXY is not') && !/hidden/.test(error.message),
    )
  })
})
