// Owns the keys that a tenant signs its tokens with: read within limits, kept for a day, read again seldom.
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'
import type { Instant, Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { originOf } from '../../wire/allow.ts'
import { portErrorOf, wire } from '../../wire/http.ts'
import { metadataSchema } from './entra-schema.ts'
import { isLoopback } from './text.ts'

interface Authority {
  readonly issuer: string
  readonly keys: JWTVerifyGetKey
}

const dayMs = 86_400_000
/** Anybody can send what looks like a token: what failed, or named an unknown key, is not read again for so long. */
const restMs = 30_000
/** PagerDuty's five seconds are not Azure's, but nobody who sends waits long. */
const readMs = 4_000
const maxBytes = 1024 * 1024

/** Rejects with PortError where the tenant's metadata cannot be read; so do its keys, when they are asked for. */
export function entraKeys(options: {
  readonly loginUrl: string
  readonly now: () => Instant
  readonly proxyFromEnv: boolean
}): (tenant: string, version: 1 | 2) => Promise<Authority> {
  const { loginUrl, now, proxyFromEnv } = options
  const known = new Map<string, { readonly until: Instant; readonly authority: Promise<Authority> }>()

  const documentAt = async (url: string): Promise<Json> => {
    const out = wire({ allow: [originOf(url) ?? url], timeoutMs: readMs, maxBytes, proxyFromEnv })
    const response = await out.send({ method: 'GET', url })
    if (response.status !== 200) throw portErrorOf(response, 'the keys of Entra')
    return response.json()
  }

  const read = async (tenant: string, version: 1 | 2): Promise<Authority> => {
    const path = `${encodeURIComponent(tenant)}${version === 2 ? '/v2.0' : ''}/.well-known/openid-configuration`
    const metadata = metadataSchema.safeParse(await documentAt(`${loginUrl}/${path}`))
    if (!metadata.success) throw new PortError('malformed', 'the OpenID metadata names no keys')
    const { issuer, jwks_uri: address } = metadata.data
    const keys = createRemoteJWKSet(keysAddress(loginUrl, address), {
      cacheMaxAge: dayMs,
      cooldownDuration: restMs,
      timeoutDuration: readMs,
      [customFetch]: async (url) => Response.json(await documentAt(url)),
    })
    return { issuer, keys }
  }

  return (tenant, version) => {
    const name = `${version} ${tenant}`
    const before = known.get(name)
    if (before && now() < before.until) return before.authority
    const authority = read(tenant, version)
    const keep = (ms: number) => known.set(name, { until: now() + ms, authority })
    keep(restMs)
    void authority.then(
      () => keep(dayMs),
      () => keep(restMs),
    )
    return authority
  }
}

/** The metadata may name another host, but never lead from https to what others can read and change on the way. */
function keysAddress(metadata: string, address: string): URL {
  const origin = originOf(address)
  const { protocol = '', hostname = '' } = origin === undefined ? {} : new URL(origin)
  if (protocol === 'https:' || (isLoopback(hostname) && isLoopback(new URL(metadata).hostname))) return new URL(address)
  throw new PortError('malformed', 'the OpenID metadata names keys at an address that is not https')
}
