// Owns the hash of what a file says: canonical JSON (RFC 8785), SHA-256, lower-case hex.
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Json } from '../../core/values.ts'

/** SHA-256 of a UTF-8 text, lower-case hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** The same value has the same hash, however its keys were ordered or its file was laid out. */
export const contentHash = (value: Json): string => sha256(canonicalize(value) ?? 'null')
