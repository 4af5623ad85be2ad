// Owns Microsoft Entra groups as the directory asks them: who belongs, told by Graph, and who the people are.
import type { Membership } from '../../../ports/directory.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import { originOf } from '../../wire/allow.ts'
import { plainText } from '../../wire/text.ts'
import type { GroupSource } from '../directory.ts'
import { batched } from './batch.ts'
import { type Client, client } from './client.ts'
import { credentialOf, type Registration } from './credential.ts'
import { guidOf, matchesSchema, type Page, pageSchema } from './schema.ts'
import { tokens } from './tokens.ts'

export interface GraphOptions {
  /** Graph's origin: https://graph.microsoft.com, or another cloud's. */
  readonly url: string
  /** Where tokens are asked for, as an origin; the public cloud's unless told. */
  readonly loginUrl?: string | undefined
  /** The bot's own; what is missing in it makes every answer unknown, with the reason. */
  readonly registration: Registration
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
  readonly proxyFromEnv?: boolean
  /** A token, or one request; 3 s unless told. */
  readonly callMs?: number
  /** One question with everything that it takes; 7 s unless told, for a click is answered within 10. */
  readonly wholeMs?: number
}

/** A list of people is for mentions: nobody reads more names than these. */
const mostPeople = 2000
const mostPages = 20

/**
 * Membership is transitive. A group that Graph does not name in its answer is a no, and every failure an unknown with
 * what would help. `people` rejects with PortError. Sends nothing before the first question. Throws an Error where
 * `url` is not an origin.
 */
export function entraGroups(options: GraphOptions): GroupSource {
  const { url, loginUrl, registration, callMs = 3000, wholeMs = 7000 } = options
  const origin = originOf(url)
  if (origin === undefined) throw new Error('GRAPH_URL is not a plain http or https URL')
  const login = credentialOf(registration, loginUrl)
  if ('missing' in login) return unconfigured(login.missing)
  const source = tokens({ credential: login.credential, scope: `${origin}/.default`, waitMs: callMs })
  const { proxyFromEnv = false } = options
  const graph = client({ origin, tokens: source, proxyFromEnv, callMs })
  const inGroup = batched(matching(graph, origin, wholeMs))
  return {
    async membership(person, group) {
      const [who, which] = [guidOf(person), guidOf(group)]
      if (who === undefined) return unknown('the person is not known by an Entra object id')
      // One id that is none makes Graph refuse the ids beside it too (CONTRACTS 7.1).
      if (which === undefined) return unknown(`"${plainText(group, 60)}" in governance.yaml is no Entra group id`)
      try {
        return { is: (await inGroup(who, which)) ? 'yes' : 'no' }
      } catch (error) {
        if (!isPortError(error)) throw error
        return unknown(error.message)
      }
    },
    people: (group) => peopleOf(graph, origin, group, AbortSignal.timeout(wholeMs)),
  }
}

/** checkMemberGroups is transitive and current, and takes 20 ids (CONTRACTS 7.1). It changes nothing, though a POST. */
const matching =
  (graph: Client, origin: string, wholeMs: number) =>
  async (person: string, groups: readonly string[]): Promise<ReadonlySet<string>> => {
    const { value } = await graph.ask(
      {
        method: 'POST',
        url: `${origin}/v1.0/users/${person}/checkMemberGroups`,
        json: { groupIds: groups },
        about: 'person',
        signal: AbortSignal.timeout(wholeMs),
      },
      matchesSchema,
    )
    return new Set(value.map((id) => id.toLowerCase()))
  }

/** From an index that lags behind: never for authority (CONTRACTS 7.1). */
async function peopleOf(graph: Client, origin: string, group: string, signal: AbortSignal) {
  const id = guidOf(group)
  if (id === undefined) throw new PortError('malformed', `"${plainText(group, 60)}" is no Entra group id`)
  const found = new Map<string, { readonly id: string; readonly name: string }>()
  const cast = 'transitiveMembers/microsoft.graph.user?$select=id,displayName&$count=true&$top=999'
  let next: string | undefined = `${origin}/v1.0/groups/${id}/${cast}`
  for (let page = 0; next !== undefined && page < mostPages && found.size < mostPeople; page++) {
    // The cast needs the header on every page (CONTRACTS 7.1).
    const headers = { ConsistencyLevel: 'eventual' }
    const body: Page = await graph.ask({ method: 'GET', url: next, headers, about: 'group', signal }, pageSchema)
    for (const { id: text, displayName } of body.value) {
      const person = guidOf(text)
      if (person === undefined || found.size >= mostPeople) continue
      found.set(person, { id: person, name: plainText(displayName ?? '', 100) || person })
    }
    next = body['@odata.nextLink']
    if (next !== undefined && originOf(next) !== origin)
      throw new PortError('malformed', 'Microsoft Graph pointed to another host for the next page: it is not followed')
  }
  return [...found.values()]
}

const unknown = (reason: string): Membership => ({ is: 'unknown', reason })

const unconfigured = (missing: string): GroupSource => ({
  membership: async () => unknown(`Microsoft Graph is not configured: ${missing}`),
  people: async () => [],
})
