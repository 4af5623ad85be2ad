// Owns the lists of the sandbox AWX: pages and the few Django lookups that are used. CONTRACTS 2 (Pagination/filter)
import type { Answer, Call } from '../server.ts'

/** Never filters. CONTRACTS 2 */
const reserved = new Set(['page', 'page_size', 'format', 'order', 'order_by', 'search', 'type', 'limit'])

type Row = Record<string, unknown>

/** `{count,next,previous,results}`, 25 unless told and at most 200, links relative; an unknown field is a 400. */
export const list = (
  { path, query }: Call,
  rows: Row[],
  fields: Record<string, (row: Row, value: string) => boolean>,
): Answer => {
  const filters = Object.entries(query).filter(([name]) => !reserved.has(name))
  for (const [name] of filters) {
    if (name.startsWith('extra_vars'))
      return { status: 403, body: { detail: 'Filtering on extra_vars is not allowed.' } }
    if (!fields[name]) return { status: 400, body: { detail: `Job has no field named '${name}'` } }
  }
  const found = rows.filter((row) => filters.every(([name, value]) => fields[name]?.(row, value)))
  const down = query['order_by'] === '-id'
  found.sort((one, other) => (Number(one['id']) - Number(other['id'])) * (down ? -1 : 1))
  const size = Math.min(200, Number(query['page_size'] ?? 25))
  const page = Number(query['page'] ?? 1)
  const link = (to: number): string => `${path}?${new URLSearchParams({ ...query, page: String(to) })}`
  return {
    status: 200,
    body: {
      count: found.length,
      next: page * size < found.length ? link(page + 1) : null,
      previous: page > 1 ? link(page - 1) : null,
      results: found.slice((page - 1) * size, page * size),
    },
  }
}

export const jobFields: Parameters<typeof list>[2] = {
  job_template: (row, value) => String(row['job_template']) === value,
  workflow_job_template: (row, value) => String(row['workflow_job_template']) === value,
  id__lt: (row, value) => Number(row['id']) < Number(value),
  labels__name: (row, value) =>
    (row['summary_fields'] as { labels: { results: { name: string }[] } }).labels.results.some(
      ({ name }) => name === value,
    ),
}

export const labelFields: Parameters<typeof list>[2] = {
  name: (row, value) => row['name'] === value,
  organization: (row, value) => String(row['organization']) === value,
}
