// Owns attachments on incidents: each file once, told by its name and size (CONTRACTS 1.4).
import { PortError } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'
import type { Client } from './client.ts'
import { listSchema, oneSchema } from './schema.ts'
import { queryName, sysId } from './values.ts'

/** Throws PortError: as the client, and `malformed` for a file name that a query cannot hold. */
export function attachments({ client }: { client: Client }): Tickets['attach'] {
  return async (id, { name, contentType, bytes }) => {
    const record = sysId(id)
    if (/[/\\]/.test(name)) throw new PortError('malformed', 'a file name holds no path')
    const { body } = await client.ask(
      {
        method: 'GET',
        path: '/api/now/attachment',
        what: 'listing attachments',
        query: {
          sysparm_query: `table_name=incident^table_sys_id=${record}^file_name=${queryName(name)}`,
          sysparm_limit: '200',
        },
      },
      listSchema,
    )
    const there = body.result.some(
      (row) =>
        row['table_sys_id']?.value === record &&
        row['file_name']?.value === name &&
        row['size_bytes']?.value === String(bytes.byteLength),
    )
    if (there) return
    await client.ask(
      {
        method: 'POST',
        path: '/api/now/attachment/file',
        what: 'attaching a file',
        query: { table_name: 'incident', table_sys_id: record, file_name: name },
        headers: { 'Content-Type': mediaType.test(contentType) ? contentType : 'application/octet-stream' },
        bytes,
      },
      oneSchema,
    )
  }
}

const mediaType = /^[\w.+-]+\/[\w.+-]+(; ?charset=[\w-]+)?$/
