// Owns the specification of the HTTP server itself: routes, probes, hostile requests, start and stop.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { HttpOptions } from '../../../src/adapters/http/server.ts'
import { type Door, incident, openDoor, read } from './door.ts'

describe('the HTTP server', () => {
  let door: Door
  const open = async (options: Partial<HttpOptions> = {}): Promise<Door> => {
    door = await openDoor(options)
    return door
  }
  afterEach(async () => door.close())

  /** What the server answers to these bytes, up to its first chunk. */
  const raw = async (text: string): Promise<string> => {
    const socket = connect(door.port, '127.0.0.1')
    socket.write(text)
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return bytes.toString()
  }

  describe('probes', () => {
    it('says that it lives without asking anybody', async () => {
      await open({ ready: () => Promise.reject(new Error('no')) })
      assert.equal((await fetch(`${door.url}/healthz`)).status, 200)
      assert.equal((await fetch(`${door.url}/healthz`, { method: 'HEAD' })).status, 200)
    })

    it('says whether it is ready, and every problem where it is not', async () => {
      let problems: string[] = []
      await open({ ready: async () => ({ ok: problems.length === 0, problems }) })
      assert.deepEqual(await read(await fetch(`${door.url}/readyz`)), { status: 200, body: { ok: true }, detail: '' })
      problems = ['The store does not answer.', 'governance.yaml is not valid.']
      const answer = await read(await fetch(`${door.url}/readyz`))
      assert.deepEqual([answer.status, answer.body], [503, { ok: false, problems }])
    })

    it('is not ready where the check fails or hangs', async () => {
      await open({ ready: () => Promise.reject(new Error('at /secret/path')) })
      const failed = await read(await fetch(`${door.url}/readyz`))
      assert.deepEqual(failed.body, { ok: false, problems: ['The check itself failed.'] })
      await door.close()
      await open({ ready: () => Promise.withResolvers<never>().promise, readyTimeoutMs: 10 })
      assert.equal((await fetch(`${door.url}/readyz`)).status, 503)
    })
  })

  it('shows the pages that the Teams app names, which load and run nothing', async () => {
    await open()
    for (const path of ['/', '/privacy', '/terms']) {
      const page = await fetch(`${door.url}${path}`)
      assert.equal(page.status, 200)
      assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
      assert.equal(page.headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'")
      assert.match(await page.text(), /^<!doctype html>.*<h1>\w+/)
    }
  })

  it('shows its metrics only to who bears the token, where there is one', async () => {
    await open({ metricsToken: 'm3trics' })
    const status = async (authorization?: string) =>
      (await fetch(`${door.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })).status
    assert.deepEqual(
      [await status(), await status('Bearer wrong'), await status('m3trics'), await status('Bearer m3trics')],
      [401, 401, 401, 200],
    )
  })

  it('counts what it does under names that begin with runbot_', async () => {
    await open()
    await door.post('/api/events/servicenow', incident())
    await door.post('/api/events/servicenow', incident())
    await door.post('/api/events/servicenow', '{}', { id: 'msg_2' })
    await fetch(`${door.url}/some/secret/path`)
    const text = await door.text('/metrics')
    assert.match(text, /^runbot_intake_events_total\{source="servicenow",result="repeated"\} 1$/m)
    assert.match(text, /^runbot_intake_events_total\{source="servicenow",result="refused"\} 1$/m)
    assert.match(
      text,
      /^runbot_http_request_duration_seconds_count\{method="POST",route="\/api\/events\/servicenow",status="202"\} 2$/m,
    )
    assert.match(text, /route="other",status="404"/)
    assert.ok(!text.includes('/some/secret/path'))
    for (const line of text.split('\n')) assert.match(line, /^(#|runbot_|$)/)
  })

  describe('routes', () => {
    it('answers 404 in one sentence where there is nothing (P12)', async () => {
      await open()
      const answer = await fetch(`${door.url}/<script>`)
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      const { body } = await read(answer)
      const detail = 'There is nothing at this address.'
      assert.deepEqual(body, { type: 'about:blank', title: 'Not Found', status: 404, detail })
    })

    it('answers 405 with Allow where only the method is wrong', async () => {
      await open()
      const answer = await fetch(`${door.url}/api/messages`)
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST'])
      assert.match((await read(answer)).detail, /use POST/)
    })

    for (const name of ['alertmanager', 'grafana', 'pagerduty', 'azure-monitor'])
      it(`says that the door for ${name} is closed, and what opens it (P12)`, async () => {
        await open()
        const { status, detail } = await read(await door.post(`/api/events/${name}`, '{}'))
        assert.equal(status, 404)
        assert.match(detail, new RegExp(`closed: .* of ${name}, under inbound in connectors\\.yaml`))
      })

    it('answers with security headers and without naming its software', async () => {
      await open()
      for (const path of ['/healthz', '/nothing']) {
        const { headers } = await fetch(door.url + path)
        assert.equal(headers.get('x-content-type-options'), 'nosniff')
        assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
        assert.deepEqual([headers.get('server'), headers.get('x-powered-by')], [null, null])
      }
    })
  })

  describe('the door for Teams', () => {
    const post = async (body: string | Buffer, headers: Record<string, string> = {}) =>
      read(
        await fetch(`${door.url}/api/messages`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', ...headers },
        }),
      )

    it('hands on the parsed activity', async () => {
      await open()
      assert.deepEqual((await post('{"type":"message","text":"hi"}')).body, { got: { type: 'message', text: 'hi' } })
    })

    it('repairs text that a store would alter', async () => {
      await open()
      assert.deepEqual((await post('{"text":"\\ud83d"}')).body, { got: { text: '\ufffd' } })
    })

    it('refuses bodies that are too large, no JSON, too deep, no UTF-8 or not of its type', async () => {
      await open()
      const statuses = [
        await post('x'.repeat(2_000_000)),
        await post('{'),
        await post('['.repeat(65) + ']'.repeat(65)),
        await post(Buffer.from([0xff])),
        await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
        await post('--x--', { 'content-type': 'multipart/form-data; boundary=x' }),
        await post('['.repeat(64) + ']'.repeat(64)),
      ].map((answer) => answer.status)
      assert.deepEqual(statuses, [413, 400, 400, 400, 415, 415, 200])
    })

    it('refuses compressed bodies, broken or bombs, and lives on', async () => {
      await open()
      assert.equal((await post('nonsense', { 'content-encoding': 'gzip' })).status, 415)
      assert.equal((await post(gzipSync(Buffer.alloc(10_000_000)), { 'content-encoding': 'gzip' })).status, 415)
      assert.equal((await fetch(`${door.url}/healthz`)).status, 200)
    })

    it('answers 500 in one sentence when the handler fails, whatever status its error bears', async () => {
      const bug = Object.assign(new Error('token abc'), { statusCode: 404 })
      await open({ messages: () => Promise.reject(bug) })
      const { status, detail } = await post('{}')
      assert.equal(status, 500)
      assert.equal(detail, 'Something went wrong inside runbot; its log says what.')
    })

    it('cuts the connection where the handler fails in the middle of its answer', async () => {
      await open({
        messages: async (_req, res) => {
          res.writeHead(200, { 'content-length': 100 })
          res.write('half')
          throw new Error('broke')
        },
      })
      await assert.rejects(post('{}'))
      assert.equal((await fetch(`${door.url}/healthz`)).status, 200)
    })
  })

  describe('hostile requests', () => {
    it('refuses targets and hosts that are no URL, which would end restify, and lives on', async () => {
      await open()
      for (const text of [
        'GET http://[ HTTP/1.1\r\nHost: a',
        'GET /healthz HTTP/1.1\r\nHost: [',
        'GET /nothing HTTP/1.1\r\nHost: a:99999',
        'OPTIONS * HTTP/1.1\r\nHost: a',
      ])
        assert.match(await raw(`${text}\r\n\r\n`), /^HTTP\/1.1 400 /)
      assert.match(await raw('GET /%E0%A4%A HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1.1 404 /)
      assert.equal((await fetch(`${door.url}/healthz`)).status, 200)
    })

    it('answers a request that offers an upgrade as an ordinary one', async () => {
      await open()
      const offer = 'Connection: Upgrade\r\nUpgrade: websocket'
      assert.match(await raw(`GET /healthz HTTP/1.1\r\nHost: a\r\n${offer}\r\n\r\n`), /^HTTP\/1.1 200 /)
    })

    it('answers what is not HTTP with 400', async () => {
      await open()
      assert.match(await raw('\x16\x03\x01 hello\r\n\r\n'), /^HTTP\/1.1 400 /)
    })
  })

  describe('start and stop', () => {
    it('rejects in one clear sentence when the port is taken', async () => {
      await open()
      const taken = `port ${door.port} on 127.0.0.1 is already taken: stop what listens there, or set PORT to a free one`
      await assert.rejects(openDoor({ port: door.port }), { message: taken })
    })

    it('rejects in one clear sentence when the host is not ours', async () => {
      await open()
      await assert.rejects(openDoor({ host: '192.0.2.1' }), /192.0.2.1 is not an address of this machine: set HOST/)
    })

    it('finishes what is in flight, takes nothing new, and then is closed', async () => {
      const stored = Promise.withResolvers<{ id: string }>()
      const arrived = Promise.withResolvers<void>()
      await open({
        closeGraceMs: 5_000,
        inbound: {
          accept: () => {
            arrived.resolve()
            return stored.promise
          },
        },
      })
      const inFlight = door.post('/api/events/servicenow', incident())
      await arrived.promise
      const closed = door.close()
      await assert.rejects(fetch(`${door.url}/healthz`))
      stored.resolve({ id: 'event-1' })
      assert.equal((await inFlight).status, 202)
      await closed
      await door.close()
    })

    it('cuts off what does not finish within the grace time', async () => {
      await open({ closeGraceMs: 20, messages: () => Promise.withResolvers<never>().promise })
      const hanging = fetch(`${door.url}/api/messages`, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json' },
      })
      const failed = assert.rejects(hanging)
      await fetch(`${door.url}/healthz`)
      await door.close()
      await failed
    })

    it('does not wait for connections that are only kept alive', async () => {
      await open({ closeGraceMs: 60_000 })
      const agent = new Agent({ keepAlive: true })
      const [response] = (await once(request(`${door.url}/healthz`, { agent }).end(), 'response')) as [IncomingMessage]
      response.resume()
      await once(response, 'end')
      await door.close()
      agent.destroy()
    })
  })
})
