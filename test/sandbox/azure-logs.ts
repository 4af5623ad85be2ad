// Owns a sandbox of the Azure Monitor logs query API: one workspace, a token, and tables as the service writes them.
// https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format and …/errors
import { objectOf, type Server, serve } from './server.ts'

export const WORKSPACE = '11111111-2222-4333-8444-555555555555'
export const LOGS_TOKEN = 'logs-token-0123456789'

export interface Table {
  readonly columns: readonly (readonly [name: string, type: string])[]
  readonly rows: readonly (readonly unknown[])[]
  /** Something went wrong after some of it was read. */
  readonly partial?: string
}

export interface AzureLogs extends Server {
  /** What each query was, with its time. */
  readonly asked: readonly { readonly query: string; readonly timespan: string }[]
  answer(table: Table): void
  refuse(message: string): void
}

export async function startAzureLogs(): Promise<AzureLogs> {
  const asked: { query: string; timespan: string }[] = []
  let table: Table = { columns: [['Count', 'long']], rows: [] }
  let refusal: string | undefined
  const error = (status: number, code: string, message: string) => ({
    status,
    body: { error: { code, message, innererror: { code: 'SyntaxError', message: `${message} (inner)` } } },
  })
  const server = await serve({
    handler(call) {
      if (call.method !== 'POST' || call.path !== `/v1/workspaces/${WORKSPACE}/query`)
        return error(404, 'PathNotFoundError', 'The requested path does not exist')
      if (call.headers.authorization !== `Bearer ${LOGS_TOKEN}`)
        return error(401, 'InvalidTokenError', 'The provided authentication is not valid')
      const { query, timespan } = objectOf(call) ?? {}
      asked.push({ query: String(query), timespan: String(timespan) })
      if (refusal !== undefined) return error(400, 'BadArgumentError', refusal)
      const { columns, rows, partial } = table
      return {
        status: 200,
        body: {
          tables: [{ name: 'PrimaryResult', columns: columns.map(([name, type]) => ({ name, type })), rows }],
          ...(partial === undefined ? {} : { error: { code: 'PartialError', message: partial } }),
        },
      }
    },
  })
  return Object.assign(server, {
    asked,
    answer: (next: Table) => void (table = next),
    refuse: (message: string) => void (refusal = message),
  })
}
