// Owns queries: which documents one sees, its pages and its charge; the package's engine does the rest. (REST reference, "Query documents")
import type { Answer } from '../server.ts'
import { refuse } from './answers.ts'
import { isIndexed, queryCharge } from './charges.ts'
import type { Container } from './container.ts'
import { bytesOf } from './items.ts'
import type { Documents, Page, Parameter } from './package.ts'
import { aggregateOf, needsPlan, planOf, sortedBy } from './query-plan.ts'
import { isTrue, type Request } from './request.ts'

/** "Pagination": 100 documents where no number is asked; -1 leaves it to the service; at most 4 MB a page. */
const PAGE = 100
const DYNAMIC_PAGE = 1000
const LARGEST_PAGE_BYTES = 4 * 1024 * 1024

export type QueryCost = { factor: number; physicalPartitions: number }

type Asked = { query: string; parameters: Parameter[] }

const askedBy = ({ body, call }: Request): Asked | null => {
  if (call.method === 'GET') return { query: 'SELECT * FROM c', parameters: [] }
  const sent = body as { query?: unknown; parameters?: Parameter[] } | undefined
  return typeof sent?.query === 'string' ? { query: sent.query, parameters: sent.parameters ?? [] } : null
}

/** The answer and the request units of one page. */
export const runQuery = (
  container: Container,
  request: Request,
  { factor, physicalPartitions }: QueryCost,
): { answer: Answer; charge: number } => {
  const { call, partition, kind } = request
  const refused = (message: string, more: object = {}) => {
    const answer = refuse(400, { message })
    return { answer: { ...answer, body: { ...(answer.body as object), ...more } }, charge: 0 }
  }
  const asked = askedBy(request)
  if (!asked) return refused('The query is missing.')
  if (call.headers['a-im']) return refused('The sandbox has no change feed.')
  // "Indexing policies": what is not indexed cannot be sorted by; a filter on it is a scan, which is not modelled.
  if (!sortedBy(asked.query).every((path) => isIndexed(path, container.info.indexingPolicy)))
    return refused('The order-by item is excluded from the index.')
  const across = kind === 'crossPartitionQuery'
  const range = call.headers['x-ms-documentdb-partitionkeyrangeid']
  if (across && range === undefined) {
    if (!isTrue(call, 'x-ms-documentdb-query-enablecrosspartition') && call.method === 'POST')
      return refused('Cross partition query is required but disabled.')
    // What newer clients handle by themselves: they fetch the plan and ask each partition (substatus 1004).
    if (needsPlan(asked.query)) {
      const plan = planOf(asked.query, asked.parameters)
      if (!plan) return refused('The sandbox cannot run this query across partitions.')
      const first = refused('The provided cross partition query can not be directly served by the gateway.', {
        additionalErrorInfo: JSON.stringify(plan),
      })
      return { ...first, answer: { ...first.answer, headers: { 'x-ms-substatus': '1004' } } }
    }
  }
  try {
    const page = pageOf(across ? container.over('all') : container.over({ partition }), asked, call.headers)
    const bytes = page.result.reduce<number>((total, row) => total + bytesOf(row ?? null), 0)
    const headers: Record<string, string> = { 'x-ms-item-count': String(page.result.length) }
    if (page.continuation) headers['x-ms-continuation'] = JSON.stringify(page.continuation)
    const body = { _rid: container.info._rid, Documents: page.result, _count: page.result.length }
    const cost = { documents: page.result.length, bytes }
    return {
      answer: { status: 200, headers, body },
      charge: queryCharge(cost, across ? physicalPartitions : 1, factor),
    }
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error))
  }
}

/** The plan that the SDK asks for beside each query; the gateway makes it and the container is charged nothing. */
export const answerPlan = (request: Request): Answer => {
  const asked = askedBy(request)
  const plan = asked && planOf(asked.query, asked.parameters)
  return plan ? { status: 200, body: plan } : refuse(400, { message: 'The sandbox has no plan for this query.' })
}

const pageOf = (view: Documents, { query, parameters }: Asked, headers: Request['call']['headers']): Page => {
  const asked = Number(headers['x-ms-max-item-count'] ?? PAGE)
  const continuation = tokenOf(headers['x-ms-continuation'])
  const aggregate = aggregateOf(query)
  if (aggregate) {
    const { result } = view.query({ query: aggregate, parameters }, {})
    return { result: result.map((item) => [{ item }]), continuation: null }
  }
  // The package finds its place again by the order of _rid, which a replaced document would leave; ORDER BY sorts anyway.
  const ordered = /\bORDER\s+BY\b/i.test(query) ? view : sorted(view)
  for (let most = asked > 0 ? asked : DYNAMIC_PAGE; ; most = Math.ceil(most / 2)) {
    const page = ordered.query({ query, parameters }, { maxItemCount: most, continuation })
    if (page.result.length <= 1 || bytesOf(page.result) <= LARGEST_PAGE_BYTES) return page
  }
}

const sorted = (view: Documents): Documents => {
  const rows = [...view._data].sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.create(view, { _data: { value: new Map(rows) } }) as Documents
}

const tokenOf = (header: string | string[] | undefined): { token: string } | null => {
  if (typeof header !== 'string') return null
  const token = JSON.parse(header) as { token?: unknown }
  if (typeof token.token !== 'string') throw new Error('The continuation token is malformed.')
  return { token: token.token }
}
