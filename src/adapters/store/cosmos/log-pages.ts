// Owns entries in Cosmos: those of one append are one document, named by its first seq, so that a fork is a 409.
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Entry, Store } from '../../../ports/store.ts'
import { lengthOf, type Payload, packed, parted, unpacked } from './payloads.ts'
import type { Requests, Stored } from './requests.ts'
import type { Writing } from './writing.ts'

interface LogPage extends Stored, Payload {
  /** Indexed: seq of its last entry. */
  readonly last: number
}

/** A page is read by its last seq: that of the first entry asked for may lie within. */
const PAGES = 'SELECT * FROM c WHERE c.pk = @pk AND c.last >= @from ORDER BY c.last'
const SEQ_DIGITS = 10

/** The JSON text of entries, taken when they are given; `malformed` where they are none. */
export function toText(entries: readonly Entry[]): string {
  try {
    return JSON.stringify(entries.map(({ seq, at, event, prev, hash }) => [seq, at, event, prev, hash]))
  } catch (cause) {
    throw new PortError('malformed', 'the value cannot be written as JSON', { cause })
  }
}

/**
 * The document of the entries of one append; null where there are none. JSON as text, so that what was hashed comes back
 * as it was, whatever the store thinks of its numbers, names and half characters.
 */
export async function logPage(
  writing: Writing,
  chain: string,
  entries: readonly Entry[],
  text: string,
): Promise<LogPage | null> {
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return null
  const small = await packed(text)
  const isLarge = lengthOf(small) > writing.inlineLength
  const payload = isLarge && small.gz !== undefined ? await parted(writing, chain, small.gz) : small
  const id = `e${String(first.seq).padStart(SEQ_DIGITS, '0')}`
  return { pk: chain, id, last: last.seq, ...payload }
}

export function logEntries(requests: Requests): Pick<Store, 'entries'> {
  return {
    async entries(chain, fromSeq = 1, limit = Number.POSITIVE_INFINITY) {
      const found: Entry[] = []
      if (limit <= 0) return found
      for await (const pages of requests.pages<LogPage>(chain, PAGES, { '@from': fromSeq })) {
        for (const page of pages) {
          const list = JSON.parse((await unpacked(requests, chain, page)).toString('utf8')) as readonly Json[][]
          for (const entry of list.map((fields) => toEntry(chain, fields))) {
            if (entry.seq >= fromSeq && found.length < limit) found.push(entry)
          }
        }
        if (found.length >= limit) break
      }
      return found
    },
  }
}

const toEntry = (chain: string, [seq, at, event, prev, hash]: readonly Json[]): Entry => ({
  chain,
  seq: seq as number,
  at: at as number,
  event: event as Json,
  prev: prev as string,
  hash: hash as string,
})
