// Owns content of any size in documents of at most 2 MB: as it is, compressed, or in parts beside the log.
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { PortError } from '../../../ports/errors.ts'
import { digestOf } from './keys.ts'
import { turns } from './patience.ts'
import type { Place, Requests, Stored } from './requests.ts'
import type { Writing } from './writing.ts'

/** One of: `text`; `gz`, base64 of its gzip; `parts` of that, each a document of its own under the digest. */
export interface Payload {
  readonly text?: string
  readonly gz?: string
  readonly parts?: { readonly digest: string; readonly count: number }
}

interface Part extends Stored {
  readonly data: string
}

/** Compressed from here on: request units grow with every KB. */
const COMPRESSED_FROM = 4 * 1024
/** Of base64: with its keys a part stays well below the 2 MB of a document. */
const PART_LENGTH = 1_400_000

/** Parts lie in a partition of their own, so that a large artefact does not fill the chain's 20 GB. */
const placeOf = (chain: string, digest: string, part: number): Place => ({
  pk: `${chain}/evidence`,
  id: `${digest}-${part}`,
})

const [compress, decompress] = [promisify(gzip), promisify(gunzip)]

/** The smallest form that fits into one document; text comes back as text and bytes as bytes. */
export async function packed(content: string | Uint8Array): Promise<{ readonly text?: string; readonly gz?: string }> {
  if (typeof content === 'string' && content.length < COMPRESSED_FROM) return { text: content }
  return { gz: (await compress(content)).toString('base64') }
}

/** How many characters it takes in its document. */
export const lengthOf = ({ text, gz }: Payload): number => text?.length ?? gz?.length ?? 0

/** Moves content into parts, before the write that names them: without it they are garbage that harms nothing. */
export async function parted({ requests, patience, random }: Writing, chain: string, gz: string): Promise<Payload> {
  const digest = digestOf(gz)
  const count = Math.ceil(gz.length / PART_LENGTH)
  for (let part = 0; part < count; part += 1) {
    const data = gz.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH)
    const { again } = turns(patience, random)
    for (;;) {
      const written = await requests.create({ ...placeOf(chain, digest, part), data } as Part)
      // Its id is made of its content: one that is there already is the same.
      if (written.ok || written.meaning === 'exists') break
      const isPassing = written.meaning === 'unclear' || written.meaning === 'busy'
      if (!isPassing || !(await again(written)))
        throw new PortError(written.error.kind, written.error.message, { cause: written.error })
    }
  }
  return { parts: { digest, count } }
}

/** The content again; rejects with `malformed` where somebody removed a part by hand. */
export async function unpacked(requests: Requests, chain: string, payload: Payload): Promise<Buffer> {
  const { text, gz, parts } = payload
  if (text !== undefined) return Buffer.from(text, 'utf8')
  if (gz !== undefined) return decompress(Buffer.from(gz, 'base64'))
  if (!parts) throw new PortError('malformed', `a document of chain ${chain} has no content`)
  const { digest, count } = parts
  const places = Array.from({ length: count }, (_, part) => placeOf(chain, digest, part))
  const found = await Promise.all(places.map((place) => requests.read<Part>(place)))
  const whole = found.map((part) => part?.data ?? '').join('')
  if (digestOf(whole) !== digest)
    throw new PortError('malformed', `content of chain ${chain} is missing or was changed`)
  return decompress(Buffer.from(whole, 'base64'))
}
