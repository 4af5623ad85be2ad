// Owns run logs in Cosmos: each transition is one guarded write of the run document, with its entries in the same batch.
import type { Clock } from '../../../ports/clock.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Append, Store } from '../../../ports/store.ts'
import { chainLists } from './chain-lists.ts'
import { evidence, evidenceDocuments } from './evidence.ts'
import { type Change, guarded, type Seen } from './guarded.ts'
import { checkNames } from './keys.ts'
import { logEntries, logPage, toText } from './log-pages.ts'
import { recent } from './recent.ts'
import type { Operation, Stored, Written } from './requests.ts'
import { appended, claimed, RUN, type RunDocument, released, renewed, toRecord, woken } from './run-documents.ts'
import { newOp, type Writing } from './writing.ts'

type Chains = Pick<
  Store,
  'append' | 'record' | 'entries' | 'due' | 'claim' | 'renew' | 'release' | 'wake' | 'list' | 'orphans' | 'evidence'
>

/** Run documents that are remembered: about a KB each. */
const REMEMBERED = 2_000

/** The part of the store that holds chains. `clock` dates a chain that is created without an entry. */
export function chains(writing: Writing, clock: Pick<Clock, 'now'>): Chains {
  const { requests } = writing
  const seen = recent<Seen<RunDocument>>(REMEMBERED)
  const guarding = { ...writing, seen }

  type Send = Change<RunDocument>['send']
  const replaced: Send = (next, etag) => requests.replace(next, etag ?? '')
  const change = async (
    chain: string,
    next: (before: RunDocument | undefined, op: string) => RunDocument,
    { send = replaced, creates = false }: { send?: Send; creates?: boolean } = {},
  ): Promise<RunDocument> => {
    const op = newOp()
    return guarded(guarding, {
      pk: chain,
      id: RUN,
      creates,
      next: (before) => next(before, op),
      send,
      holds: ({ ops }) => ops.includes(op),
    })
  }
  const existing = (chain: string, next: (before: RunDocument, op: string) => RunDocument) =>
    change(chain, (before, op) => {
      if (!before) throw new PortError('notFound', `there is no chain ${chain}`)
      return next(before, op)
    })

  return {
    ...chainLists(requests, seen),
    ...logEntries(requests),
    ...evidence(requests),
    async append(given) {
      const { append, text } = taken(given)
      const [page, artefacts] = [
        await logPage(writing, append.chain, append.entries, text),
        await evidenceDocuments(writing, append.chain, append.evidence ?? []),
      ]
      const send: Send = (next, etag): Promise<Written> => {
        const first: Operation = etag === undefined ? create(next) : { kind: 'replace', document: next, etag }
        const upserts = artefacts.map((document): Operation => ({ kind: 'upsert', document }))
        return requests.batch(append.chain, [first, ...(page ? [create(page)] : []), ...upserts])
      }
      const next = (before: RunDocument | undefined, op: string) => appended(before, append, clock.now(), op)
      return toRecord(await change(append.chain, next, { send, creates: append.version === null }))
    },
    async record(chain) {
      const document = await requests.read<RunDocument>({ pk: chain, id: RUN })
      if (document) seen.set(JSON.stringify([chain, RUN]), { document, etag: document._etag ?? '' })
      return document && toRecord(document)
    },
    async claim(chain, version, owner, at, leaseMs) {
      return toRecord(await existing(chain, (before, op) => claimed(before, { version, owner, at, leaseMs }, op)))
    },
    async renew(chain, fence, at, leaseMs) {
      await existing(chain, (before, op) => renewed(before, fence, at + leaseMs, op))
    },
    async release(chain, fence, dueAt) {
      await existing(chain, (before, op) => released(before, fence, dueAt, op))
    },
    async wake(chain, at) {
      await existing(chain, (before, op) => woken(before, at, op))
    },
  }
}

const create = (document: Stored): Operation => ({ kind: 'create', document })

/** What was asked for, as it was then: what the caller changes afterwards is not stored. */
function taken(given: Append): { append: Append; text: string } {
  const artefacts = (given.evidence ?? []).map(({ id, bytes }) => ({ id, bytes: bytes.slice() }))
  const labels = given.labels && { ...given.labels }
  checkNames(given.chain, ...Object.entries(labels ?? {}).flat(), ...artefacts.map(({ id }) => id))
  const entries = given.entries.map((entry) => ({ ...entry }))
  return { append: { ...given, entries, evidence: artefacts, ...(labels && { labels }) }, text: toText(entries) }
}
