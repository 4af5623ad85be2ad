// Owns what the checks of ServiceNow share: the instance, logged in, and what the files want of it.
import type { Client } from '../../adapters/servicenow/client.ts'
import type { TableApi } from '../../adapters/servicenow/table.ts'
import type { Content } from '../../ports/catalog.ts'

export interface Connected {
  readonly client: Client
  readonly table: TableApi
  readonly content: Content
}
