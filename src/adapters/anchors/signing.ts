// Owns Ed25519 keys for checkpoints: their ids, signing with the private one, verifying with the public one (RFC 8032).
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import type { Signer, Verifies } from '../../core/checkpoint.ts'

export interface PublicKey {
  /** The first 16 hex digits of the SHA-256 of its SubjectPublicKeyInfo (RFC 8410). */
  readonly keyId: string
  readonly pem: string
  readonly verifies: Verifies
}

/** Signs with a private Ed25519 key. */
export function signerOf(privateKey: KeyObject): Signer {
  const { keyId } = publicKeyOf(privateKey)
  return { keyId, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64') }
}

/** The public key of an Ed25519 key of either kind, or of a PEM text. Throws an Error where it is none. */
export function publicKeyOf(key: KeyObject | string): PublicKey {
  const known = typeof key !== 'string' && key.type === 'public' ? key : createPublicKey(key)
  if (known.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key')
  const spki = known.export({ type: 'spki', format: 'der' })
  return {
    keyId: hash('sha256', spki, 'hex').slice(0, 16),
    pem: known.export({ type: 'spki', format: 'pem' }).toString(),
    verifies: (text, signature) => verify(null, Buffer.from(text), known, Buffer.from(signature, 'base64')),
  }
}
