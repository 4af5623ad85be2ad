// Owns the queries over all chains: what is due, lists for people, and what lost its record.
import type { ListQuery, Store } from '../../../ports/store.ts'
import type { Seen } from './guarded.ts'
import { sortable, toTop } from './keys.ts'
import type { Recent } from './recent.ts'
import type { Parameters, Requests } from './requests.ts'
import { type RunDocument, tagOf, toRecord } from './run-documents.ts'

const RECORDED = "SELECT VALUE c.pk FROM c WHERE c.created > ''"
const LOGGED = 'SELECT VALUE c.pk FROM c WHERE c.last >= 0'
const DUE = 'SELECT TOP @limit * FROM c WHERE c.due < @after AND c.leaseUntil <= @at ORDER BY c.due'

export function chainLists(
  requests: Requests,
  remember: Recent<Seen<RunDocument>>,
): Pick<Store, 'due' | 'list' | 'orphans'> {
  return {
    /** Remembers what it found: the claim that follows needs no read. */
    async due(at, limit) {
      const parameters = { '@limit': toTop(limit), '@after': sortable(at + 1), '@at': at }
      const found = await requests.query<RunDocument>(DUE, parameters)
      for (const document of found) {
        remember.set(JSON.stringify([document.pk, document.id]), { document, etag: document._etag ?? '' })
      }
      return found.map(toRecord)
    },
    async list(query) {
      if (query.statuses?.length === 0) return []
      const { text, parameters } = listQuery(query)
      return (await requests.query<RunDocument>(text, parameters)).map(toRecord)
    },
    /** Reads a name for each append there ever was: for an audit, not while runbot works. */
    async orphans() {
      const recorded = new Set(await requests.query<string>(RECORDED, {}))
      const logged = new Set(await requests.query<string>(LOGGED, {}))
      return [...logged].filter((chain) => !recorded.has(chain)).toSorted()
    },
  }
}

/** Only run documents have `created`, so that the condition on it leaves out everything else. */
function listQuery({ limit, before, label, statuses }: ListQuery): { text: string; parameters: Parameters } {
  const names = (statuses ?? []).map((_, index) => `@status${index}` as const)
  const where = [
    'c.created < @before',
    ...(label ? ['ARRAY_CONTAINS(c.tags, @tag)'] : []),
    ...(statuses ? [`c.status IN (${names.join(', ')})`] : []),
  ]
  const parameters: Parameters = {
    '@limit': toTop(limit),
    '@before': before ? `${sortable(before.createdAt)} ${before.chain}` : '~',
    ...(label && { '@tag': tagOf(label.name, label.value) }),
    ...Object.fromEntries(names.map((name, index) => [name, statuses?.[index] ?? ''])),
  }
  return { text: `SELECT TOP @limit * FROM c WHERE ${where.join(' AND ')} ORDER BY c.created DESC`, parameters }
}
