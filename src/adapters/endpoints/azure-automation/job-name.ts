// Owns the name of a job: made of the key, so that the same key can never make two jobs (CONTRACTS §5).
import { createHash } from 'node:crypto'

/** runbot's own; every name that Azure Automation knows from it hangs on this value. */
const namespace = Buffer.from('5b1f0b8e4c6d4e5f9a7d3c2e1f0a9b8c', 'hex')

/** The UUIDv5 of a key (RFC 9562 §5.5), in lower case. */
export function jobNameOf(key: string): string {
  const bytes = createHash('sha1').update(namespace).update(key).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const jobNamePattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
