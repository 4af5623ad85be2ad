// Owns certificates for tests, made when they are needed: an authority, and what it signs. X.509 v3 (RFC 5280), ECDSA.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

export type Certificate = { cert: string; key: string }

export type Issued = {
  /** Names and IPv4 addresses that it is for. */
  hosts?: string[]
  notBefore?: Date
  notAfter?: Date
}

export type Authority = {
  /** The authority's own certificate. */
  ca: string
  /** The same as what a server would show that signed for itself. */
  own: Certificate
  issue: (what?: Issued) => Certificate
}

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  const bytes = body.length.toString(16).padStart(body.length > 255 ? 4 : 2, '0')
  const length = body.length < 128 ? [body.length] : [0x80 | (bytes.length / 2), ...Buffer.from(bytes, 'hex')]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value))

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const nameOf = (commonName: string): Buffer => sequence(der(0x31, sequence(oid('550403'), text(0x0c, commonName))))
const time = (at: Date): Buffer => text(0x18, at.toISOString().replace(/[-:T]|\.\d+/g, ''))
const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(0x04, value))
const altName = (host: string): Buffer =>
  isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : text(0x82, host)

type Making = Required<Issued> & { subject: string; issuer: string; isAuthority: boolean; by: KeyObject; of: KeyObject }

const certificate = ({ subject, issuer, isAuthority, hosts, notBefore, notAfter, by, of }: Making): string => {
  const extensions = [
    extension('551d13', isAuthority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()),
    ...(hosts.length > 0 ? [extension('551d11', sequence(...hosts.map(altName)))] : []),
  ]
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(notBefore), time(notAfter)),
    nameOf(subject),
    of.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, by))
  const lines =
    sequence(content, ecdsaWithSha256, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Valid from yesterday until tomorrow unless told; for `localhost` and 127.0.0.1 unless told. */
export const createAuthority = (name = 'Sandbox CA', ownHosts: string[] = []): Authority => {
  const day = 86_400_000
  const usual = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
  const keys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const own = keys()
  const itself = {
    subject: name,
    issuer: name,
    isAuthority: true,
    by: own.privateKey,
    of: own.publicKey,
    hosts: ownHosts,
  }
  const ca = certificate({ ...itself, ...usual })
  return {
    ca,
    own: { cert: ca, key: pemOf(own.privateKey) },
    issue({ hosts = ['localhost', '127.0.0.1'], ...validity } = {}) {
      const { privateKey, publicKey } = keys()
      const what = { subject: hosts[0] ?? 'client', issuer: name, isAuthority: false, hosts, by: own.privateKey }
      return {
        cert: certificate({ ...what, ...usual, ...validity, of: publicKey }),
        key: pemOf(privateKey),
      }
    },
  }
}
