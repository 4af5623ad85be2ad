// Owns the way of a callback through the door: a known system, size, signature or token, then a hint and a 202.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Instant } from '../../core/values.ts'
import type { SystemSettings } from '../../ports/catalog.ts'
import type { Hint } from '../../ports/inbound.ts'
import type { Log } from '../../ports/observe.ts'
import { refusalLog } from '../wire/refusal-log.ts'
import { verify } from '../wire/standard-webhooks.ts'
import { type BodyLimits, readBody, whyUnread } from './body.ts'
import type { Metrics } from './metrics.ts'
import { type Headers, refuse, send } from './problem.ts'
import { isOneOf } from './same.ts'

export interface Callbacks {
  /** The systems as they are now; asked at every request. */
  readonly systems: () => { readonly [name: string]: Proof }
  readonly hint: Hint
}

/** What a system's callbacks are proven by; neither: it may not call back. */
type Proof = Pick<SystemSettings, 'callbackSecrets' | 'callbackTokens'>

interface CallbacksOptions extends Callbacks {
  readonly limits: BodyLimits
  readonly now: () => Instant
  readonly log: Log
  readonly metrics: Metrics
}

type Refusal = { readonly status: number; readonly reason: string; readonly headers?: Headers }
type Handler = (req: IncomingMessage, res: ServerResponse, connector: string) => Promise<void>

const source = 'callback'

/**
 * Answers 202 to what is proven, a repeat included; 404 for a system that is not there or may not call back, 413 and
 * 408 before the proof is looked at, 401 where it fails. The body is handed on as text, unread: it only names things.
 */
export function callbacksDoor({ systems, hint, limits, now, log, metrics }: CallbacksOptions): Handler {
  const sayRefused = refusalLog(log, now)

  const take = async (req: IncomingMessage, connector: string): Promise<Refusal | 'accepted' | undefined> => {
    const all = systems()
    const proof = Object.hasOwn(all, connector) ? all[connector] : undefined
    if (!proof || proof.callbackSecrets.length + proof.callbackTokens.length === 0) return closed
    if (!['', 'identity'].includes(req.headers['content-encoding'] ?? ''))
      return { status: 415, reason: 'A compressed body is not accepted: send it without Content-Encoding.' }
    const body = await readBody(req, limits)
    if (!body.ok) return whyUnread(body.why, limits)
    const refused = refusalOf(proof, req.headers, body.bytes, now())
    if (refused) return refused
    // One character for each byte: the keys that it may name are plain ASCII, whatever stands around them.
    await hint(connector, body.bytes.toString('latin1'))
    return 'accepted'
  }

  return async (req, res, connector) => {
    const result = await take(req, connector)
    if (result === undefined) return
    if (result === 'accepted') {
      metrics.meter.intake(source, 'accepted')
      return send(res, 202, 'application/json', '{}')
    }
    metrics.refused(source)
    sayRefused({ source, connector: connector.slice(0, 64), status: result.status, reason: result.reason })
    const slow: Headers = result.status === 408 ? { connection: 'close' } : {}
    refuse(res, result.status, result.reason, { ...slow, ...result.headers })
  }
}

/** The same for every name, so that nobody learns here which systems there are. */
const closed: Refusal = {
  status: 404,
  reason: 'No system of this name may call back: callbackSecret or callbackToken in connectors.yaml lets it.',
}

/** A right token is enough where one is configured; else the signature is what counts. */
function refusalOf(proof: Proof, headers: IncomingHttpHeaders, body: Buffer, now: Instant): Refusal | undefined {
  const { callbackSecrets: secrets, callbackTokens: tokens } = proof
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined && isOneOf(bearer, tokens)) return undefined
  if (secrets.length === 0)
    return {
      status: 401,
      reason: 'The callback does not bear the token of its system: send it as Authorization: Bearer.',
      headers: { 'www-authenticate': 'Bearer' },
    }
  const signed = verify({ secrets, headers, body, now })
  if (signed.ok) return undefined
  const reason = `The callback is not signed as it must be: ${signed.reason}.`
  return { status: 401, reason, headers: { 'www-authenticate': 'StandardWebhooks' } }
}
