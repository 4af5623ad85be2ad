// Owns what a Graph answer that is not the wanted one means, as a sentence that says what would help (P12).
import { isPortError, PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { errorSchema } from './schema.ts'

/** Whether somebody belongs, or who belongs to a group: they need different permissions. */
export type About = 'person' | 'group'

const graph = 'Microsoft Graph'
export const unreadable = `${graph} answered something that cannot be read: check GRAPH_URL, and what stands between runbot and it`

/** The PortError of an answer; undefined where its status is 200. */
export function failureOf(response: WireResponse, about: About): PortError | undefined {
  const { status } = response
  if (status === 200) return undefined
  const { kind, retryAfterMs } = portErrorOf(response, graph)
  const code = codeOf(response)
  // A redirect is a login page's, and a 404 without Graph's word for it another server's.
  if (status < 400 || (status === 404 && code === undefined)) return new PortError(kind, unreadable)
  const said = code === undefined ? `${status}` : `${status} ${code}`
  return new PortError(kind, sentence(said, status, about, retryAfterMs), { retryAfterMs })
}

/** The PortError of a request that no answer came to. */
export function unanswered(error: unknown): unknown {
  if (!isPortError(error)) return error
  if (error.kind === 'timeout')
    return new PortError('timeout', `${graph} did not answer in time: try again in a minute`)
  if (error.kind === 'malformed') return new PortError('malformed', unreadable)
  const help = 'check the network, the proxy and GRAPH_URL, then try again'
  return new PortError(error.kind, `${graph} could not be reached: ${help}`)
}

function sentence(said: string, status: number, about: About, retryAfterMs: number | undefined): string {
  if (status === 401)
    return `${graph} did not accept runbot's token (${said}): check that GRAPH_URL, GRAPH_LOGIN_URL and MicrosoftAppTenantId are of one cloud`
  if (status === 403)
    return `${graph} refused (${said}): grant the bot's application (MicrosoftAppId) ${permissions[about]}, as application permissions with admin consent`
  // The person is unknown, not a stranger: who they are in another directory cannot be told from here.
  if (status === 404)
    return about === 'person'
      ? `${graph} knows no such person (${said}): the account was deleted, or is not in the bot's tenant`
      : `${graph} knows no such group (${said}): check its id in governance.yaml`
  if (status === 429) return `${graph} has had too many questions (${said}): try again ${soon(retryAfterMs)}`
  if (status >= 500 || status === 408) return `${graph} is out of order (${said}): try again ${soon(retryAfterMs)}`
  return `${graph} refused the question (${said}): check the group ids in governance.yaml, and GRAPH_URL`
}

/** CONTRACTS 7.1. */
const permissions: Readonly<Record<About, string>> = {
  person: 'User.Read.All and GroupMember.Read.All',
  group: 'GroupMember.Read.All (and Member.Read.Hidden for a group of hidden membership)',
}

const soon = (ms: number | undefined): string =>
  ms === undefined || ms <= 0 ? 'in a minute' : `in ${Math.ceil(ms / 1000)} s`

/** Graph's word for the failure; its message is left out, for it may quote what it was asked. */
function codeOf(response: WireResponse): string | undefined {
  try {
    return errorSchema.parse(response.json()).error.code
  } catch {
    return undefined
  }
}
