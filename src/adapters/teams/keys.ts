// Owns the keys that the Bot Framework signs with: read within limits, kept for a day, read again seldom (CONTRACTS 7.2).
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Instant, Json, Millis } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { originOf } from '../wire/allow.ts'
import { portErrorOf, wire } from '../wire/http.ts'
import { isLoopback } from './hosts.ts'
import { KeySet, OpenIdMetadata, SigningJwk } from './token-schema.ts'

export interface SigningKey {
  readonly key: KeyObject
  /** The channels that it may speak for. */
  readonly endorsements: readonly string[]
}

export interface SigningKeys {
  /** Undefined where there is no such key. Rejects with PortError while that cannot be told. */
  find(kid: string): Promise<SigningKey | undefined>
}

const hourMs = 3_600_000
/** From then on a key counts only if the newest list still has it … */
const freshMs = 24 * hourMs
/** … unless no list can be read; then for so long, as the Bot Framework's own documents allow. */
const trustedMs = 5 * 24 * hourMs
/** Anybody can name a key that is not there, so the reads that this causes are rationed: two at hand, one a minute. */
const ration = { reads: 2, everyMs: 60_000 }
/** The real list has some hundred kilobytes; Teams waits about 15 s for an answer. */
const maxBytes = 1024 * 1024
const longestReadMs = 5_000
const weakestBits = 2048

/**
 * Reads nothing before the first `find`. A list that cannot be read, or holds no key, changes nothing: what was known
 * stays. However many wait, there is one read at a time. `timeoutMs` is for each of its two documents.
 */
export function signingKeys(metadata: string, clock: Clock, timeoutMs: Millis = longestReadMs): SigningKeys {
  const mayRead = rationed(clock)
  let known: { readonly keys: ReadonlyMap<string, SigningKey>; readonly at: Instant } | undefined
  let failure: PortError | undefined
  let reading: Promise<void> | undefined

  const read = async (): Promise<void> => {
    try {
      const keys = await keysAt(metadata, timeoutMs)
      known = { keys, at: clock.now() }
      failure = undefined
    } catch (error) {
      failure = isPortError(error) ? error : new PortError('malformed', 'the signing keys cannot be read')
    }
  }
  const readAgain = async (): Promise<void> => {
    if (!reading && !mayRead()) return
    reading ??= read().finally(() => {
      reading = undefined
    })
    await reading
  }
  /** The keys that are not older than that. */
  const within = (ageMs: Millis) => (known && clock.now() - known.at < ageMs ? known.keys : undefined)

  return {
    async find(kid) {
      const fresh = within(freshMs)?.get(kid)
      if (fresh) return fresh
      await readAgain()
      const found = within(trustedMs)?.get(kid)
      if (!found && (failure || !within(trustedMs)))
        throw failure ?? new PortError('unavailable', 'the signing keys have not been read yet')
      return found
    },
  }
}

function rationed(clock: Clock): () => boolean {
  let left: number = ration.reads
  let since = clock.now()
  return () => {
    const earned = Math.floor((clock.now() - since) / ration.everyMs)
    if (earned > 0) {
      left = Math.min(ration.reads, left + earned)
      since += earned * ration.everyMs
    }
    if (left === 0) return false
    left -= 1
    return true
  }
}

async function keysAt(metadata: string, timeoutMs: Millis): Promise<ReadonlyMap<string, SigningKey>> {
  const named = OpenIdMetadata.safeParse(await documentAt(metadata, timeoutMs))
  if (!named.success) throw new PortError('malformed', 'the OpenID metadata names no keys')
  const set = KeySet.safeParse(await documentAt(keysAddress(metadata, named.data.jwks_uri), timeoutMs))
  const keys = new Map<string, SigningKey>()
  for (const each of set.success ? set.data.keys : []) {
    const jwk = SigningJwk.safeParse(each)
    const key = jwk.success ? publicKey(jwk.data) : undefined
    // Of two keys with one id the first counts, as it does for botbuilder.
    if (jwk.success && key && !keys.has(jwk.data.kid))
      keys.set(jwk.data.kid, { key, endorsements: jwk.data.endorsements })
  }
  if (keys.size === 0) throw new PortError('malformed', 'the list of signing keys holds no key that can be used')
  return keys
}

async function documentAt(url: string, timeoutMs: Millis): Promise<Json> {
  const response = await wire({ allow: [originOf(url) ?? url], timeoutMs, maxBytes }).send({ method: 'GET', url })
  if (response.status !== 200) throw portErrorOf(response, 'the signing keys')
  return response.json()
}

/** The metadata may send elsewhere, but never from https to what others can read and change on the way. */
function keysAddress(metadata: string, url: string): string {
  const origin = originOf(url)
  const { protocol = '', hostname = '' } = origin === undefined ? {} : new URL(origin)
  const local = isLoopback(hostname) && isLoopback(new URL(metadata).hostname)
  if (protocol === 'https:' || local) return url
  throw new PortError('malformed', 'the OpenID metadata names keys at an address that is not https')
}

function publicKey({ n, e }: { n: string; e: string }): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= weakestBits ? key : undefined
  } catch {
    return undefined
  }
}
