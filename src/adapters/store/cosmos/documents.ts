// Owns small documents with compare-and-swap in Cosmos: locks, cursors, watches, the freeze.
import { randomInt } from 'node:crypto'
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Document, Store } from '../../../ports/store.ts'
import { guarded, type Seen, unsure } from './guarded.ts'
import { checkNames, idOf } from './keys.ts'
import { turns } from './patience.ts'
import { recent } from './recent.ts'
import type { Stored } from './requests.ts'
import type { Writing } from './writing.ts'

interface ControlDocument extends Stored {
  /** Indexed: the encoded kind. */
  readonly kind: string
  /** JSON text of [key, value]: as it was given, whatever the store thinks of its content. */
  readonly text: string
  readonly version: number
  /** Versions before this one, newest last: by them a write whose answer was lost is recognised. */
  readonly past: readonly number[]
}

/** Kinds that are read whole lie in one partition each; every other document in its own, so that none is hot. */
const LISTED = ['watch', 'conversation', 'unanchored']
const REMEMBERED = 2_000
const KEPT_VERSIONS = 16

const OF_PARTITION = 'SELECT * FROM c WHERE c.pk = @pk'
const OF_KIND = 'SELECT * FROM c WHERE c.kind = @kind'

/** A version never comes back: a lock that was removed and made again has none that its earlier holder knows. */
const newVersion = (): number => randomInt(1, 2 ** 48 - 1)

/** A version is random, and at the same time the id of the write that made it. */
export function documents(writing: Writing): Pick<Store, 'get' | 'put' | 'remove' | 'all'> {
  const { requests, patience, random } = writing
  const seen = recent<Seen<ControlDocument>>(REMEMBERED)
  const find = async (place: ReturnType<typeof placeOf>) => {
    const document = await requests.read<ControlDocument>(place)
    if (document) seen.set(JSON.stringify([place.pk, place.id]), { document, etag: document._etag ?? '' })
    return document
  }

  return {
    async get(kind, key) {
      const document = await find(placeOf(kind, key))
      return document && toDocument(kind, document)
    },
    async put(kind, key, value, version) {
      checkNames(kind, key)
      const text = toText(key, value)
      const place = placeOf(kind, key)
      const mine = newVersion()
      const next = (before: ControlDocument | undefined): ControlDocument => {
        if ((before?.version ?? null) !== version) throw conflict(kind, key)
        const past = before ? [...before.past, before.version].slice(-KEPT_VERSIONS) : []
        return { ...place, kind: idOf(kind), text, version: mine, past }
      }
      const document = await guarded(
        { ...writing, seen },
        {
          ...place,
          creates: version === null,
          next,
          send: (after, etag) => (etag === undefined ? requests.create(after) : requests.replace(after, etag)),
          holds: (stored) => stored.version === mine || stored.past.includes(mine),
        },
      )
      return toDocument(kind, document)
    },
    async remove(kind, key, version) {
      const place = placeOf(kind, key)
      const name = JSON.stringify([place.pk, place.id])
      const { again } = turns(patience, random)
      const remembered = seen.get(name)
      let etag = remembered?.document.version === version ? remembered.etag : undefined
      for (;;) {
        if (etag === undefined) {
          const stored = await find(place)
          if (!stored) return
          if (stored.version !== version) throw conflict(kind, key)
          etag = stored._etag ?? ''
        }
        const removed = await requests.remove(place, etag)
        seen.forget(name)
        if (removed.ok || removed.meaning === 'absent') return
        if (removed.meaning === 'refused') throw removed.error
        etag = undefined
        if (!(await again(removed))) throw removed.meaning === 'unclear' ? unsure(removed.error) : removed.error
      }
    },
    async all(kind) {
      const found: ControlDocument[] = []
      if (LISTED.includes(kind)) {
        for await (const page of requests.pages<ControlDocument>(idOf(kind), OF_PARTITION, {})) found.push(...page)
      } else found.push(...(await requests.query<ControlDocument>(OF_KIND, { '@kind': idOf(kind) })))
      return found.map((document) => toDocument(kind, document)).toSorted((a, b) => compare(a.key, b.key))
    },
  }
}

function placeOf(kind: string, key: string): { readonly pk: string; readonly id: string } {
  const id = idOf(key)
  return { pk: LISTED.includes(kind) ? idOf(kind) : `${idOf(kind)}/${id}`, id }
}

const conflict = (kind: string, key: string): PortError =>
  new PortError('conflict', `the ${kind} document ${key} has changed meanwhile`)

function toText(key: string, value: Json): string {
  try {
    return JSON.stringify([key, value])
  } catch (cause) {
    throw new PortError('malformed', 'the value cannot be written as JSON', { cause })
  }
}

function toDocument(kind: string, { text, version }: ControlDocument): Document {
  const [key, value] = JSON.parse(text) as [string, Json]
  return { kind, key, value, version }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
