// Owns /api/now/table: list, read, create, change, delete. CONTRACTS 1.2
import { type Answer, type Call, objectOf } from '../server.ts'
import type { Acl } from './acl.ts'
import { failure, invalidTable, noRecord, refused, result } from './answers.ts'
import { createEncoder, type DisplayMode } from './encoding.ts'
import { parseQuery, runQuery } from './query.ts'
import type { Records, Row } from './records.ts'
import type { Schema } from './schema.ts'
import { columnAt, createWalk } from './walk.ts'
import type { createWriter } from './writes.ts'

export type TableApiOptions = {
  schema: Schema
  records: Records
  write: ReturnType<typeof createWriter>
  acl: Acl
  timeZone: string
  /** glide.invalid_query.returns_no_rows */
  invalidQueryReturnsNoRows: boolean
  /** Collects the `javascript:` operands that a real instance would have evaluated. CONTRACTS 1.2 */
  evaluated: string[]
  origin: () => string
}

export type TableCall = { call: Call; version: string; table: string; sysId: string | undefined; user: string }

export const createTableApi = (options: TableApiOptions) => {
  const { schema, records, write, acl, origin } = options

  const encode = ({ call, table }: TableCall) =>
    createEncoder(schema, records, table, {
      mode: (call.query.sysparm_display_value ?? 'false') as DisplayMode,
      excludeLink: call.query.sysparm_exclude_reference_link === 'true',
      fields: call.query.sysparm_fields?.split(',').map((field) => field.trim()) ?? null,
      timeZone: options.timeZone,
      origin: origin(),
      hidden: acl.columnHidden,
    })

  const matching = (table: string, text: string): Row[] => {
    const query = parseQuery(text, (path) => columnAt(schema, table, path) !== null)
    const operands = query.alternatives.flat(2).map(({ operand }) => operand)
    options.evaluated.push(...operands.filter((operand) => operand.startsWith('javascript:')))
    if (query.dropped.length > 0 && options.invalidQueryReturnsNoRows) return []
    return runQuery(query, records.all(table), createWalk(schema, records, table))
  }

  const list = (request: TableCall): Answer => {
    const { call, table, version } = request
    const found = matching(table, call.query.sysparm_query ?? '')
    const limit = Number(call.query.sysparm_limit ?? 10_000)
    const offset = Number(call.query.sysparm_offset ?? 0)
    // The limit comes before the ACLs, so that a page may be short though more follows. CONTRACTS 1.2
    const page = found.slice(offset, offset + limit).filter((row) => acl.rowVisible(table, row))
    // Only v1 answers 404 where nothing matches. CONTRACTS 1.2
    if (version === 'v1' && page.length === 0) return noRecord()
    const headers: Record<string, string> = {}
    if (call.query.sysparm_no_count !== 'true') headers['x-total-count'] = String(found.length)
    if (call.query.sysparm_suppress_pagination_header !== 'true') {
      headers.link = links(call, `${origin()}${call.path}`, found.length, limit, offset)
    }
    return result(page.map(encode(request)), 200, headers)
  }

  const store = (request: TableCall, row: Row | null): Answer => {
    const { call, table, user } = request
    const input = objectOf(call)
    if (!input) return failure(400, 'Exception while reading request', 'The payload is not valid JSON')
    const byDisplayValue = call.query.sysparm_input_display_value === 'true'
    const written = write({ table, row, input, user, byDisplayValue })
    if ('denied' in written) return refused(written.denied)
    const location = `${origin()}/api/now/table/${table}/${written.row.sys_id}`
    const headers: Record<string, string> = row ? {} : { location }
    const status = row ? 200 : 201
    if (call.headers['x-no-response-body'] === 'true') return { status, headers }
    return result(encode(request)(written.row), status, headers)
  }

  return (request: TableCall): Answer => {
    const { call, table, sysId } = request
    if (!schema.table(table)) return invalidTable(table)
    if (sysId === undefined) {
      if (call.method === 'GET') return list(request)
      return call.method === 'POST' ? store(request, null) : failure(405, 'Method not supported', null)
    }
    const row = records.find(table, sysId)
    if (!row || !acl.rowVisible(table, row)) return noRecord()
    if (call.method === 'GET') return result(encode(request)(row))
    if (call.method === 'PATCH' || call.method === 'PUT') return store(request, row)
    if (call.method !== 'DELETE') return failure(405, 'Method not supported', null)
    records.remove(table, sysId)
    return { status: 204 }
  }
}

const links = (call: Call, url: string, total: number, limit: number, offset: number): string => {
  const page = (at: number, rel: string): string => {
    const query = new URLSearchParams({ ...call.query, sysparm_limit: String(limit), sysparm_offset: String(at) })
    return `<${url}?${query}>;rel="${rel}"`
  }
  const last = Math.max(0, Math.ceil(total / limit) - 1) * limit
  return [
    page(0, 'first'),
    ...(offset > 0 ? [page(Math.max(0, offset - limit), 'prev')] : []),
    ...(offset + limit < total ? [page(offset + limit, 'next')] : []),
    page(last, 'last'),
  ].join(',')
}
