// Owns the checks of runbot's own doors from outside: that its address leads to it, and that a signed event gets through.
import { originOf } from '../../adapters/wire/allow.ts'
import { type Wire, type WireResponse, wire } from '../../adapters/wire/http.ts'
import { sign } from '../../adapters/wire/standard-webhooks.ts'
import type { Config } from '../../config.ts'
import { isObject } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import { type Finding, failed, ok, skipped } from './finding.ts'
import type { Installation } from './installation.ts'

/** Where runbot is asked: as the outside asks, or on this machine where it has no address. */
interface Address {
  readonly url: string
  readonly name: 'PUBLIC_URL' | 'local door'
  readonly out: Wire
}

export async function door({ config }: Installation): Promise<readonly Finding[]> {
  const { publicUrl } = config
  const url = publicUrl ?? `http://${hostOf(config.host)}:${config.port}`
  const out = wire({ allow: [originOf(url) ?? url], timeoutMs: 10_000, proxyFromEnv: publicUrl !== undefined })
  const at: Address = { url, name: publicUrl === undefined ? 'local door' : 'PUBLIC_URL', out }
  const healthy = await health(at)
  if (healthy.state === 'ok')
    return [healthy, ...(await Promise.all(events(config).map((event) => roundTrip(at, event))))]
  return [healthy, skipped('webhook', `runbot was not reached at its ${at.name}`)]
}

/** An address to listen on that stands for every one is reached by loopback; an IPv6 one stands in brackets. */
function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

const route = 'let the load balancer or tunnel at PUBLIC_URL lead to runbot’s HOST and PORT'

async function health({ url, name, out }: Address): Promise<Finding> {
  try {
    const response = await out.send({ method: 'GET', url: `${url}/healthz` })
    if (response.status === 200 && saysOk(response)) return ok(name, `${url} leads to a runbot that runs`)
    return failed(name, `${url} answers, but not as runbot does (status ${response.status})`, route)
  } catch (error) {
    if (!isPortError(error)) throw error
    if (name === 'local door') return skipped(name, 'PUBLIC_URL is not set, and no runbot listens on this machine')
    return failed(name, error.message, /certificate|TLS/.test(error.message) ? tls : `start runbot; then ${route}`)
  }
}

const tls = 'give PUBLIC_URL a certificate of a public authority for its name: Teams and ServiceNow refuse others too'

function saysOk(response: WireResponse): boolean {
  try {
    const body = response.json()
    return isObject(body) && body['ok'] === true
  } catch {
    return false
  }
}

interface Event {
  readonly check: string
  readonly path: string
  readonly variable: string
  readonly secret: string | undefined
  readonly type: string
  readonly body: string
}

/** Nothing stands behind either: the first names no record, the second is of a type that nothing handles. */
const events = ({ webhookSecrets }: Config): readonly Event[] => [
  {
    check: 'webhook of ServiceNow',
    path: '/api/events/servicenow',
    variable: 'SERVICENOW_WEBHOOK_SECRET',
    secret: webhookSecrets.serviceNow[0],
    type: 'application/json',
    body: JSON.stringify({ type: 'incident.updated', data: { sys_id: '0'.repeat(32), number: 'INC0000000' } }),
  },
  {
    check: 'webhook of events',
    path: '/api/events',
    variable: 'EVENTS_SECRET',
    secret: webhookSecrets.events[0],
    type: 'application/cloudevents+json',
    body: JSON.stringify({ specversion: '1.0', id: 'doctor', source: 'runbot-doctor', type: 'runbot.doctor' }),
  },
]

/** Always the same id: however often the doctor comes, runbot keeps and declines one event (P8). */
const id = 'runbot-doctor'

async function roundTrip({ url, out }: Address, event: Event): Promise<Finding> {
  const { check, path, variable, secret, body } = event
  if (secret === undefined) return skipped(check, `${variable} is not set: this door is closed`)
  const timestamp = Math.floor(Date.now() / 1000)
  const headers = {
    'Content-Type': event.type,
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(secret, { id, timestamp, body }),
  }
  try {
    const bytes = Buffer.from(body)
    const { status } = await out.send({ method: 'POST', url: `${url}${path}`, headers, bytes })
    if (status === 202) return ok(check, 'a signed event is taken (it is declined harmlessly)')
    const [says, mend] = answers[status] ?? [`runbot answered ${status}`, 'look into its log for this request']
    return failed(check, says, mend.replaceAll('VARIABLE', variable))
  } catch (error) {
    if (!isPortError(error)) throw error
    return failed(check, error.message, `let POST ${path} through to runbot, as GET /healthz is`)
  }
}

const answers: Readonly<Record<number, readonly [says: string, mend: string]>> = {
  401: [
    'the runbot that runs does not accept this signature: it has another secret, or another time',
    'give it the same VARIABLE as here and restart it; compare the clocks',
  ],
  404: ['the runbot that runs keeps this door closed', 'set VARIABLE where it runs, and restart it'],
  403: ['something before runbot refused the event', 'let POST requests with a signature through to runbot'],
  413: ['something before runbot refused the event for its size', 'allow bodies of 1 MiB there'],
  503: ['runbot cannot store events now', 'look at the store and the backlog in its log, then try again'],
}
