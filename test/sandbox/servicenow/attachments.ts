// Owns /api/now/attachment: files on records, their list and their bytes. CONTRACTS 1.4
import { createHash } from 'node:crypto'
import type { Answer, Call } from '../server.ts'
import { failure, noRecord, result } from './answers.ts'
import type { Records, Row } from './records.ts'
import type { Schema } from './schema.ts'
import type { TableCall } from './table-api.ts'

export type Attachment = { name: string; type: string; bytes: Buffer }

export type AttachmentsOptions = {
  schema: Schema
  records: Records
  /** The Table API, which lists sys_attachment. */
  tableApi: (request: TableCall) => Answer
  origin: () => string
}

export const createAttachments = ({ schema, records, tableApi, origin }: AttachmentsOptions) => {
  const contents = new Map<string, Buffer>()

  /** Duplicate names are allowed. CONTRACTS 1.4 */
  const store = ({ query, raw, headers }: Call, user: string): Answer => {
    const { table_name = '', table_sys_id = '', file_name = '' } = query
    const content_type = headers['content-type'] ?? ''
    if (!table_name || !table_sys_id || !file_name || !content_type) {
      return failure(400, 'Missing parameter', 'table_name, table_sys_id, file_name and Content-Type are required')
    }
    if (!schema.table(table_name) || !records.find(table_name, table_sys_id)) return noRecord()
    const hash = createHash('sha256').update(raw).digest('hex')
    const fields = { table_name, table_sys_id, file_name, content_type, size_bytes: String(raw.length), hash }
    const row = records.insert('sys_attachment', fields, user)
    row.download_link = `${origin()}/api/now/attachment/${row.sys_id}/file`
    contents.set(row.sys_id ?? '', raw)
    return result(row, 201, { location: `${origin()}/api/now/attachment/${row.sys_id}` })
  }

  const bytes = (row: Row): Answer => ({
    status: 200,
    headers: { 'content-type': row.content_type ?? '', 'x-attachment-metadata': JSON.stringify(row) },
    body: contents.get(row.sys_id ?? '') ?? Buffer.alloc(0),
  })

  return {
    of: (sysId: string): Attachment[] =>
      records
        .all('sys_attachment')
        .filter(({ table_sys_id }) => table_sys_id === sysId)
        .map((row) => ({
          name: row.file_name ?? '',
          type: row.content_type ?? '',
          bytes: contents.get(row.sys_id ?? '') ?? Buffer.alloc(0),
        })),
    /** `rest`: the path's segments after /api/now/attachment. */
    handle(call: Call, rest: string[], user: string): Answer {
      const [id, part] = rest
      if (call.method === 'POST' && id === 'file') return store(call, user)
      if (id === undefined) {
        const query = { sysparm_limit: '1000', ...call.query }
        return tableApi({ call: { ...call, query }, version: '', table: 'sys_attachment', sysId: undefined, user })
      }
      const row = records.find('sys_attachment', id)
      if (!row) return noRecord()
      if (call.method === 'DELETE') {
        records.remove('sys_attachment', id)
        return { status: 204 }
      }
      return part === 'file' ? bytes(row) : result(row)
    },
  }
}
