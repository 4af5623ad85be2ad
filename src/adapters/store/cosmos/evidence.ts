// Owns captured evidence in Cosmos: small in the chain's own batch, large in parts that were written before it.
import { PortError } from '../../../ports/errors.ts'
import type { Artefact, Store } from '../../../ports/store.ts'
import { idOf } from './keys.ts'
import { lengthOf, type Payload, packed, parted, unpacked } from './payloads.ts'
import type { Requests, Stored } from './requests.ts'
import type { Writing } from './writing.ts'

interface EvidenceDocument extends Stored, Payload {
  readonly name: string
}

/** With the run document and the page of entries below the 100 operations of a batch. */
const MOST = 90

const placeOf = (chain: string, id: string) => ({ pk: chain, id: `x:${idOf(id)}` })

/**
 * The documents of artefacts, to be written with the entries that speak of them. Together they stay below what a batch
 * takes: what no longer fits goes into parts. `malformed` where there are more than a batch has room for.
 */
export async function evidenceDocuments(
  writing: Writing,
  chain: string,
  artefacts: readonly Artefact[],
): Promise<readonly EvidenceDocument[]> {
  if (artefacts.length > MOST) {
    throw new PortError('malformed', `one append takes ${MOST} artefacts, not ${artefacts.length}`)
  }
  const documents: EvidenceDocument[] = []
  let room = writing.inlineLength
  for (const { id, bytes } of artefacts) {
    const small = await packed(bytes)
    const isLarge = lengthOf(small) > room
    if (!isLarge) room -= lengthOf(small)
    const payload = isLarge && small.gz !== undefined ? await parted(writing, chain, small.gz) : small
    documents.push({ ...placeOf(chain, id), name: id, ...payload })
  }
  return documents
}

export const evidence = (requests: Requests): Pick<Store, 'evidence'> => ({
  async evidence(chain, id) {
    const found = await requests.read<EvidenceDocument>(placeOf(chain, id))
    return found && Uint8Array.from(await unpacked(requests, chain, found))
  },
})
