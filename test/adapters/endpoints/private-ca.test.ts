// Owns the specification of a system behind a private authority, and of one that asks who runbot is.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SystemSettings } from '../../../src/ports/catalog.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { createAuthority } from '../../sandbox/certificates.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

describe('a system with tls in connectors.yaml', () => {
  const authority = createAuthority('Corp CA')
  let server: Server
  let url: string
  before(async () => {
    const asking = { ca: authority.ca, requestCert: true, rejectUnauthorized: true }
    server = createServer({ ...authority.issue(), ...asking }, (_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('{"ok":true}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `https://localhost:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const launch = (tls: SystemSettings['tls']) => {
    const settings = settingsOf({ name: 'http', kind: 'http', allow: [url], tls })
    const request = requestOf(settings, { detail: { method: 'POST' }, with: { url } })
    return endpointOf(settings, request).launch(launchOf(request))
  }

  it('is reached where it is of the named authority, and shown who runbot is', async () => {
    const progress = await launch({ ca: authority.ca, ...authority.issue({ hosts: [] }) })
    assert.equal(progress.state === 'ended' && progress.outcome, 'succeeded')
  })

  it('is not spoken to where its authority is not named, with a sentence that says what would help (P12)', async () => {
    const error = await failure(launch(null))
    assert.deepEqual([error.kind, error.mayHaveHappened], ['unavailable', false])
    assert.match(error.message, /name its CA in tls\.ca, or in NODE_EXTRA_CA_CERTS/)
  })
})
