// Owns where botbuilder finds signing keys: with us, for its own store reads without limits and fails with its source.

import type { KeyObject } from 'node:crypto'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import type { SigningKeys } from './keys.ts'

/** What botbuilder's token check asks of its key store (botframework-connector, `OpenIdMetadata`). */
interface KeyStore {
  getKey(kid: string): Promise<{ readonly key: KeyObject; readonly endorsements: readonly string[] } | null>
}

/**
 * Lends botbuilder these keys, and returns the metadata address under which it finds them. That is no URL: were the
 * keys not found there, botbuilder could not fetch any others, and would believe nobody.
 * Throws an Error where botbuilder keeps its keys in another way than 4.23, its last version.
 */
export function lendKeys(keys: SigningKeys): string {
  // From botbuilder's own place: another copy of its connector would be another store.
  const fromBotbuilder = createRequire(createRequire(import.meta.url).resolve('botbuilder'))
  const { JwtTokenExtractor } = fromBotbuilder('botframework-connector/lib/auth/jwtTokenExtractor.js') as {
    readonly JwtTokenExtractor?: { readonly openIdMetadataCache?: Map<string, KeyStore> }
  }
  const stores = JwtTokenExtractor?.openIdMetadataCache
  if (!(stores instanceof Map)) throw new Error('botbuilder keeps its signing keys in a way that is not known here')
  const address = `runbot:keys:${randomUUID()}`
  stores.set(address, { getKey: async (kid) => (await keys.find(kid)) ?? null })
  return address
}
