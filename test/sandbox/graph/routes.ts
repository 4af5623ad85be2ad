// Owns the two requests of Graph that runbot sends: checkMemberGroups and a group's transitive people. CONTRACTS 7.1
import { type Answer, type Call, type Handler, objectOf } from '../server.ts'
import { badRequest, denied, notFound, unauthenticated, unsupportedQuery } from './answers.ts'
import type { DirectoryPerson, EntraDirectory } from './directory.ts'

export type RoutesOptions = {
  directory: EntraDirectory
  /** Whether at least one of these permissions has been granted. */
  allowed: (...any: string[]) => boolean
  pageSize: number
  identify: (call: Call) => boolean
  url: () => string
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const wide = 'Directory.Read.All'

export const createGraphRoutes = ({ directory, allowed, pageSize, identify, url }: RoutesOptions): Handler => {
  const mayReadMembers = (): boolean => allowed('GroupMember.Read.All', 'Group.Read.All', wide)
  const maySee = (hidden = false): boolean => !hidden || allowed('Member.Read.Hidden')

  /** At most 20 ids, of which one malformed fails all; what may not be evaluated, or does not exist, is just absent. */
  const checkMemberGroups = (call: Call, id: string): Answer => {
    if (!allowed('User.Read.All', wide) || !mayReadMembers()) return denied()
    const groupIds = objectOf(call)?.groupIds
    if (!Array.isArray(groupIds) || groupIds.length > 20) return badRequest('groupIds: at most 20')
    const malformed = [id, ...groupIds].find((each) => !guid.test(String(each)))
    if (malformed !== undefined) return badRequest(`Invalid object identifier '${malformed}'.`)
    const person = directory.person(id)
    if (!person) return notFound(id)
    const value = groupIds.filter((each) => {
      const group = directory.group(String(each))
      return group && maySee(group.hidden) && directory.membersOf(group).includes(person)
    })
    return { status: 200, body: { '@odata.context': `${url()}/v1.0/$metadata#Collection(Edm.String)`, value } }
  }

  /** A page of people: 100 unless `$top` says otherwise, at most 999, with a link to the next one. */
  const people = (call: Call, id: string): Answer => {
    if (!mayReadMembers()) return denied()
    const { $count, $top = '100', $skiptoken = '0' } = call.query
    if (call.headers.consistencylevel !== 'eventual' || $count !== 'true') return unsupportedQuery()
    if (!guid.test(id)) return badRequest(`Invalid object identifier '${id}'.`)
    if (Number($top) > 999) return badRequest('Invalid page size specified')
    const group = directory.group(id)
    if (!group) return notFound(id)
    if (!maySee(group.hidden)) return denied()
    const all = directory.membersOf(group)
    const from = Number($skiptoken)
    const to = from + Math.min(Number($top), pageSize)
    const next = new URLSearchParams({ ...call.query, $skiptoken: String(to) })
    const link = to < all.length ? { '@odata.nextLink': `${url()}${call.path}?${next}` } : {}
    const counted = from === 0 ? { '@odata.count': all.length } : {}
    return { status: 200, body: { ...counted, ...link, value: all.slice(from, to).map(shown) } }
  }

  /** Without User.Read.All every property but the id is null. */
  const shown = ({ id, name }: DirectoryPerson) => ({
    id,
    displayName: allowed('User.Read.All', wide) ? name : null,
  })

  return (call) => {
    if (!identify(call)) return unauthenticated()
    const [version, resource, id = '', action, cast] = call.segments
    const asked = `${call.method} ${version}/${resource}`
    if (asked === 'POST v1.0/users' && action === 'checkMemberGroups') return checkMemberGroups(call, id)
    if (asked === 'GET v1.0/groups' && action === 'transitiveMembers' && cast === 'microsoft.graph.user')
      return people(call, id)
    return badRequest(`Resource not found for the segment '${resource}'.`)
  }
}
