// Owns the plan of a query that a gateway cannot serve across partitions by itself: what the SDK is to ask of each one and how to merge it.
// ("Querying resources using the REST API": TOP, ORDER BY, aggregates and the like need state that the gateway does not keep)
import type { Parameter } from './package.ts'

export type QueryPlan = {
  partitionedQueryExecutionInfoVersion: number
  queryInfo: {
    distinctType: 'None'
    top: number | null
    offset: null
    limit: null
    orderBy: ('Ascending' | 'Descending')[]
    orderByExpressions: string[]
    aggregates: string[]
    groupByExpressions: string[]
    groupByAliases: string[]
    groupByAliasToAggregateType: Record<string, string>
    rewrittenQuery: string
    hasSelectValue: boolean
  }
  queryRanges: { min: string; max: string; isMinInclusive: boolean; isMaxInclusive: boolean }[]
}

const clauses =
  /^\s*SELECT\s+(?:TOP\s+(?<top>\d+|@\w+)\s+)?(?<value>VALUE\s+)?(?<what>.+?)\s+FROM\s+(?<from>.+?)(?:\s+ORDER\s+BY\s+(?<order>.+?))?\s*$/is
const aggregate = /^(?<name>COUNT|SUM)\s*\(.*\)$/is
const stateful = /\b(?:TOP|ORDER\s+BY|GROUP\s+BY|DISTINCT|OFFSET)\b|\b(?:COUNT|SUM|MIN|MAX|AVG)\s*\(/i
const unsupported = /\b(?:GROUP\s+BY|DISTINCT|OFFSET)\b|\b(?:MIN|MAX|AVG)\s*\(/i
const names: Record<string, string> = { COUNT: 'Count', SUM: 'Sum' }

const withoutTexts = (query: string): string => query.replace(/'[^']*'|"[^"]*"/g, "''")

/** Whether a query over several partitions needs the SDK to merge its answers. */
export const needsPlan = (query: string): boolean => stateful.test(withoutTexts(query))

/** The plan; null for a query that the package cannot run anyway (TEAMS.md: OFFSET, GROUP BY and DISTINCT are missing). */
export const planOf = (query: string, parameters: Parameter[]): QueryPlan | null => {
  const found = clauses.exec(query)?.groups
  if (!found || unsupported.test(withoutTexts(query))) return null
  const { top = '', value, what = '', from = '', order } = found
  const limit = top.startsWith('@') ? Number(parameters.find(({ name }) => name === top)?.value) : Number(top)
  const root = /^\w+/.exec(from)?.[0] ?? 'c'
  const sorts = sortsOf(order)
  const counted = aggregate.exec(what)?.groups?.['name']?.toUpperCase()
  const head = `SELECT ${top === '' ? '' : `TOP ${limit} `}`
  const sorted = (): string => {
    const items = sorts.map(({ expression }) => `{"item": ${expression}}`).join(', ')
    const payload = value || what === '*' ? (what === '*' ? root : what) : objectOf(what)
    return `${head}${root}._rid, [${items}] AS orderByItems, ${payload} AS payload FROM ${from} ORDER BY ${order}`
  }
  const asked = counted ? `SELECT VALUE [{"item": ${what}}] FROM ${from}` : sorts.length > 0 ? sorted() : query
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: 'None',
      top: top === '' ? null : limit,
      offset: null,
      limit: null,
      orderBy: sorts.map(({ descending }) => (descending ? 'Descending' : 'Ascending')),
      orderByExpressions: sorts.map(({ expression }) => expression),
      aggregates: counted ? [names[counted] ?? ''] : [],
      groupByExpressions: [],
      groupByAliases: [],
      groupByAliasToAggregateType: {},
      rewrittenQuery: asked,
      hasSelectValue: value !== undefined,
    },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  }
}

type Sort = { expression: string; descending: boolean }

const sortsOf = (order = ''): Sort[] =>
  order.split(',').flatMap((each) => {
    const [expression, direction = 'ASC'] = each.trim().split(/\s+/)
    return expression ? [{ expression, descending: direction.toUpperCase() === 'DESC' }] : []
  })

/** The paths that a query sorts by, as an indexing policy writes them. */
export const sortedBy = (query: string): string[] =>
  sortsOf(clauses.exec(query)?.groups?.['order']).map(
    ({ expression }) => `/${expression.split('.').slice(1).join('/')}`,
  )

const partial = /^SELECT VALUE \[\{"item": (?<what>.+?)\}\] FROM (?<from>.+)$/is

/** One partition's share of an aggregate, as the plan asks for it: the query that the package can run; null for any other. */
export const aggregateOf = (query: string): string | null => {
  const { what, from } = partial.exec(query)?.groups ?? {}
  return what !== undefined && aggregate.test(what) ? `SELECT VALUE ${what} FROM ${from}` : null
}

/** `c.a, c.b AS d` as an object with the names that the columns have. */
const objectOf = (columns: string): string =>
  `{${columns
    .split(',')
    .map((column) => {
      const [expression = '', alias] = column.trim().split(/\s+AS\s+/i)
      return `"${alias ?? expression.split('.').at(-1)}": ${expression}`
    })
    .join(', ')}}`
