// Owns the specification of whom the wire trusts: certificates are verified, private authorities are named, nothing turns it off.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type WireOptions, wire } from '../../../src/adapters/wire/http.ts'
import { failure } from '../../contracts/endpoint.suite.ts'
import { createAuthority } from '../../sandbox/certificates.ts'

const ours = createAuthority('Our CA')
const theirs = createAuthority('Their CA')
const hour = 3_600_000

describe('TLS on the wire', () => {
  const servers: Server[] = []
  let served: number
  beforeEach(() => {
    served = 0
  })
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  async function serve(options: ServerOptions): Promise<string> {
    const server = createServer(options, (_request, response) => {
      served += 1
      response.end('{}')
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `https://localhost:${(server.address() as AddressInfo).port}`
  }
  const post = (url: string, options: Partial<WireOptions> = {}) =>
    wire({ allow: [url], ...options }).send({ method: 'POST', url: `${url}/x` })

  it('is agreed with a host of a private authority that is named', async () => {
    const url = await serve(ours.issue())
    assert.equal((await post(url, { tls: { ca: ours.ca } })).status, 200)
    assert.equal((await post(url, { tls: { ca: theirs.ca + ours.ca } })).status, 200)
  })

  const refused: readonly (readonly [what: string, options: () => ServerOptions, said: RegExp, ca?: string])[] = [
    ['of an authority that nobody named', () => ours.issue(), /not of an authority that is trusted here.*tls\.ca/, ''],
    ['of another authority than the one named', () => theirs.issue(), /not of an authority that is trusted/],
    ['that signed itself', () => selfSigned(), /not of an authority that is trusted/, ''],
    ['for another host', () => ours.issue({ hosts: ['other.example'] }), /is for another host name/],
    ['for an address, where a name was asked for', () => ours.issue({ hosts: ['127.0.0.1'] }), /another host name/],
    ['that has expired', () => ours.issue({ notAfter: new Date(Date.now() - hour) }), /has expired/],
    ['that is not valid yet', () => ours.issue({ notBefore: new Date(Date.now() + hour) }), /not valid yet/],
  ]
  for (const [what, options, said, ca = ours.ca] of refused)
    it(`refuses a certificate ${what}, and nothing leaves (P3)`, async () => {
      const error = await failure(post(await serve(options()), ca === '' ? {} : { tls: { ca } }))
      assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', false])
      assert.match(error.message, said)
      assert.equal(served, 0)
    })

  it('refuses TLS before 1.2', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    const error = await failure(post(await serve({ ...ours.issue(), ...old }), { tls: { ca: ours.ca } }))
    assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', false])
    assert.match(error.message, /TLS could not be agreed/)
  })

  it('is verified whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    const { emitWarning } = process
    // Node warns of the variable on standard error, as it should.
    process.emitWarning = () => {}
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      const url = await serve(selfSigned())
      for (const options of [{}, { tls: { ca: ours.ca } }, { proxyFromEnv: true }])
        assert.match((await failure(post(url, options))).message, /not of an authority that is trusted/)
    } finally {
      process.emitWarning = emitWarning
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    }
    assert.equal(served, 0)
  })

  it('shows a certificate of its own to a host that asks for one', async () => {
    const url = await serve({ ...ours.issue(), ca: ours.ca, requestCert: true, rejectUnauthorized: true })
    const own = ours.issue({ hosts: [] })
    assert.equal((await post(url, { tls: { ca: ours.ca, ...own } })).status, 200)
    const without = await failure(post(url, { tls: { ca: ours.ca } }))
    assert.match(without.message, /client certificate.*tls\.cert and tls\.key/)
    const foreign = await failure(post(url, { tls: { ca: ours.ca, ...theirs.issue({ hosts: [] }) } }))
    assert.equal(foreign.kind, 'unavailable')
    assert.equal(served, 1)
  })

  it('is given up where the other side never answers the handshake, and nothing leaves (P3)', async () => {
    const silent = createTcpServer((socket) => void socket.on('error', () => {}).resume())
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const closed = once(silent, 'connection').then(([socket]) => once(socket as NodeJS.EventEmitter, 'close'))
    const url = `https://localhost:${(silent.address() as AddressInfo).port}`
    const error = await failure(post(url, { timeoutMs: 150 }))
    assert.deepEqual([error.kind, error.mayHaveHappened], ['timeout', false])
    await closed
    silent.close()
  })

  it('trusts what NODE_EXTRA_CA_CERTS names, for everything that runbot reaches', async () => {
    const url = await serve(ours.issue())
    const dir = mkdtempSync(join(tmpdir(), 'runbot-ca-'))
    const ca = join(dir, 'ca.pem')
    writeFileSync(ca, ours.ca)
    const module = new URL('../../../src/adapters/wire/http.ts', import.meta.url).href
    const program = `const { wire } = await import(${JSON.stringify(module)})
      const { status } = await wire({ allow: [${JSON.stringify(url)}] }).send({ method: 'GET', url: ${JSON.stringify(url)} })
      console.log(status)`
    const run = (env: NodeJS.ProcessEnv) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
    assert.equal((await run({ NODE_EXTRA_CA_CERTS: ca })).stdout.trim(), '200')
    await assert.rejects(run({}), /not of an authority that is trusted/)
    rmSync(dir, { recursive: true })
  })
})

/** A certificate that is its own authority. */
function selfSigned(): { cert: string; key: string } {
  return createAuthority('localhost', ['localhost']).own
}
