// Owns the Table API: rows by query, in pages that hidden rows cannot cut short, one row by id, partial updates.
import type { JsonObject } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import type { WireResponse } from '../wire/http.ts'
import type { Client } from './client.ts'
import { listSchema, oneSchema, type Row } from './schema.ts'
import { columnPath, isSysId, sysId } from './values.ts'

/** A listing. Only what is `complete` may be read as "there is no more"; `hidden` rows exist but are not shown. */
export interface Listing {
  readonly rows: readonly Row[]
  readonly complete: boolean
  readonly hidden: number
}

/** One page; `more` tells whether rows lie behind it, visible or not. */
interface Page {
  readonly rows: readonly Row[]
  readonly total: number | undefined
  readonly more: boolean
}

interface PageRequest {
  /** An encoded query with its order; every value in it was checked by values.ts. */
  readonly query: string
  readonly columns: readonly string[]
  readonly limit: number
  readonly offset?: number
  /** Read display values too; they cost the instance more. */
  readonly display?: boolean
}

/**
 * ServiceNow drops a clause whose field it does not know (CONTRACTS 1.2): whoever lists must look at the rows again.
 * Values are raw, in UTC; `display` adds what a person sees.
 */
export interface TableApi {
  get(table: string, id: string, columns: readonly string[]): Promise<Row>
  page(table: string, request: PageRequest): Promise<Page>
  /** Rows in order of sys_id, at most `max` (1000 unless told). `query` must be one conjunction without order. */
  list(
    table: string,
    query: string,
    columns: readonly string[],
    options?: { readonly max?: number; readonly display?: boolean },
  ): Promise<Listing>
  /** Writes raw values and answers these columns as they are then. */
  patch(table: string, id: string, fields: JsonObject, columns: readonly string[]): Promise<Row>
}

const pageSize = 200
/** A clause that was dropped must not read a whole table page by page. */
const maxPages = 25

export function tableApi(client: Client): TableApi {
  const page: TableApi['page'] = async (table, { query, columns, limit, offset = 0, display = false }) => {
    const { body, response } = await client.ask(
      {
        method: 'GET',
        path: `/api/now/table/${tableName(table)}`,
        what: `reading ${table}`,
        query: {
          ...readOptions(columns, display),
          sysparm_query: query,
          sysparm_limit: String(limit),
          sysparm_offset: String(offset),
        },
      },
      listSchema,
    )
    const rows = body.result.slice(0, limit)
    const total = totalOf(response)
    // The limit is applied before the access rules: a short or an empty page is not the end (CONTRACTS 1.2).
    return { rows, total, more: total === undefined ? rows.length > 0 : offset + limit < total }
  }

  return {
    page,
    async get(table, id, columns) {
      const path = `/api/now/table/${tableName(table)}/${sysId(id)}`
      const query = readOptions(columns, true)
      const { body } = await client.ask({ method: 'GET', path, what: `reading one ${table}`, query }, oneSchema)
      return body.result
    },
    async list(table, query, columns, { max = 1000, display = false } = {}) {
      const rows: Row[] = []
      let [last, offset, total] = ['', 0, undefined as number | undefined]
      for (let pages = 1; ; pages += 1) {
        const clauses = [query, ...(last ? [`sys_id>${last}`] : []), 'ORDERBYsys_id'].filter((each) => each !== '')
        const limit = Math.min(pageSize, max - rows.length)
        const found = await page(table, { query: clauses.join('^'), columns, limit, offset, display })
        rows.push(...found.rows)
        total ??= found.total
        if (!found.more || rows.length >= max || pages === maxPages) {
          const complete = !found.more
          return { rows, complete, hidden: complete ? Math.max(0, (total ?? 0) - rows.length) : 0 }
        }
        const next = found.rows.at(-1)?.['sys_id']?.value ?? ''
        offset = next === '' ? offset + limit : 0
        if (next !== '') last = following(table, last, next)
      }
    },
    async patch(table, id, fields, columns) {
      const path = `/api/now/table/${tableName(table)}/${sysId(id)}`
      const query = readOptions(columns, true)
      const { body } = await client.ask(
        { method: 'PATCH', path, what: `writing ${table}`, query, json: fields },
        oneSchema,
      )
      return body.result
    },
  }
}

const readOptions = (columns: readonly string[], display: boolean): Record<string, string> => ({
  sysparm_fields: [...new Set(['sys_id', ...columns])].map(columnPath).join(','),
  sysparm_display_value: display ? 'all' : 'false',
  sysparm_exclude_reference_link: 'true',
})

/** Pages move by the last sys_id; one that does not move forward would never end. */
function following(table: string, last: string, next: string): string {
  if (isSysId(next) && next > last) return next
  throw new PortError('malformed', `ServiceNow, reading ${table}: rows that are not in order of their sys_id`)
}

/** Table names come from the instance too, as a CI's class. */
function tableName(name: string): string {
  if (/^[a-z][a-z0-9_]{0,79}$/.test(name)) return name
  throw new PortError('malformed', 'ServiceNow names a table that is not one')
}

function totalOf(response: WireResponse): number | undefined {
  const text = response.headers['x-total-count'] ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
