// Owns which part of the instance answers a request, and that it knows who asks.
import type { Answer, Call, Handler } from '../server.ts'
import { failure, unauthenticated, unscoped } from './answers.ts'
import type { createAttachments } from './attachments.ts'
import type { Auth } from './auth.ts'
import type { ChangeApi } from './change-api.ts'
import type { createOnCall } from './on-call.ts'
import type { TableCall } from './table-api.ts'

export type RouteOptions = {
  auth: Auth
  tableApi: (request: TableCall) => Answer
  attachments: ReturnType<typeof createAttachments>
  onCall: ReturnType<typeof createOnCall>
  changes: ChangeApi
}

/** /api/now/…, /api/now/v1/… and /api/now/v2/… CONTRACTS 1.2 */
const API = /^\/api\/(?:now|sn_chg_rest)(?:\/(v[12]))?\//

export const createRoutes = ({ auth, tableApi, attachments, onCall, changes }: RouteOptions): Handler => {
  return (call: Call): Answer => {
    if (call.path === '/oauth_token.do') return auth.token(call)
    if (call.path === '/oauth_revoke_token.do') return auth.revoke(call)
    const identity = auth.identify(call)
    if (!identity) return unauthenticated()
    if (identity.scoped) return unscoped()

    const [, version = ''] = call.path.match(API) ?? []
    const [api, ...rest] = call.segments.slice(version ? 3 : 2)
    const { user } = identity
    if (call.segments[1] === 'sn_chg_rest') return changes.handle(call, rest, user)
    if (api === 'table' && rest[0]) return tableApi({ call, version, table: rest[0], sysId: rest[1], user })
    if (api === 'attachment') return attachments.handle(call, rest, user)
    if (api === 'on_call_rota' && rest[0] === 'whoisoncall') return onCall.handle(call)
    return failure(400, `Requested URI does not represent any resource: ${call.path}`, null)
  }
}
