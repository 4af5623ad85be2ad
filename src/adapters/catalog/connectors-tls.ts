// Owns `tls` of a system in connectors.yaml: its private authority and runbot's own certificate, read and checked.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SystemSettings } from '../../ports/catalog.ts'
import type { SystemFile } from './connectors-schema.ts'
import type { Folder } from './directory.ts'
import type { Path } from './yaml-source.ts'

type Tls = NonNullable<SystemFile['tls']>
type Note = (path: Path, message: string | undefined) => void

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** Reads the files beside connectors.yaml; what is wrong is handed to `note`, without anything of the key. */
export function tlsOf(declared: Tls | undefined, filled: Tls, file: Folder['text'], note: Note): SystemSettings['tls'] {
  if (!declared) return null
  const certificates = (name: 'ca' | 'cert') => {
    const path = declared[name]
    const read = path === undefined ? undefined : file(path)
    if (read === undefined) return undefined
    const first = read.ok ? certificatesIn(read.text) : undefined
    if (read.ok && first) return { text: read.text, first }
    note(['tls', name], read.ok ? 'the file holds no certificate in PEM, or one that cannot be read' : read.reason)
    return undefined
  }
  const ca = certificates('ca')
  const cert = certificates('cert')
  if ((declared.cert === undefined) !== (declared.key === undefined))
    note(['tls'], 'expected cert and key, or neither: who shows a certificate needs its key')
  // An empty key is one that is not set, which is said elsewhere.
  const pem = filled.key === undefined || filled.key === '' ? undefined : keyText(filled.key)
  const key = pem === undefined ? undefined : privateKey(pem)
  if (filled.key && !key) note(['tls', 'key'], 'expected a private key in PEM, or the path of a file that holds one')
  if (key && cert && !cert.first.checkPrivateKey(key)) note(['tls', 'key'], 'the key is not that of tls.cert')
  return { ...(ca ? { ca: ca.text } : {}), ...(cert && pem && key ? { cert: cert.text, key: pem } : {}) }
}

/** The first of the certificates; undefined where there is none, or one of them cannot be read. */
function certificatesIn(text: string): X509Certificate | undefined {
  try {
    return (text.match(BLOCK) ?? []).map((block) => new X509Certificate(block))[0]
  } catch {
    return undefined
  }
}

/** The PEM itself, on one line with \n too, or the file that it names. */
function keyText(value: string): string | undefined {
  if (value.includes('-----BEGIN')) return value.replaceAll('\\n', '\n')
  try {
    return readFileSync(value, 'utf8')
  } catch {
    return undefined
  }
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
