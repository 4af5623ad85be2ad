// Owns the sandbox Microsoft Graph and the authority that gives its tokens: two servers, as in reality, over one directory.
import { createAuthority } from './graph/authority.ts'
import { createDirectory, type DirectoryGroup, type DirectoryPerson } from './graph/directory.ts'
import { createGraphRoutes } from './graph/routes.ts'
import { type ServeOptions, type Server, serve } from './server.ts'

export type GraphOptions = Omit<ServeOptions, 'handler'> & {
  people?: DirectoryPerson[]
  groups?: DirectoryGroup[]
  /** Application permissions with admin consent; what checkMemberGroups needs unless told. */
  permissions?: string[]
  /** The most that a page holds, whatever `$top` asks for. */
  pageSize?: number
}

export type Graph = Server & {
  /** Where tokens come from; it has faults and requests of its own. */
  login: Server
  /** Adds a group, or replaces the one with its id. */
  setGroup: (group: DirectoryGroup) => void
  removePerson: (id: string) => void
  grant: (...permissions: string[]) => void
  /** Another secret is the right one from now on. */
  setSecret: (secret: string) => void
  /** The secret that was right has expired. */
  expireSecret: () => void
  revokeTokens: () => void
}

/** The registration that the sandbox knows. */
export const APP = {
  tenantId: '11111111-1111-4111-8111-111111111111',
  appId: '33333333-3333-4333-8333-333333333333',
  secret: 'sandbox-app-secret',
}

export const startGraph = async (options: GraphOptions = {}): Promise<Graph> => {
  const { people = [], groups = [], pageSize = 999 } = options
  let permissions = options.permissions ?? ['User.Read.All', 'GroupMember.Read.All']
  const { faults: _, port: __, ...shared } = options
  const directory = createDirectory(people, groups)
  const authority = createAuthority({
    ...APP,
    graph: () => server.url,
    login: () => login.url,
    roles: () => permissions,
  })
  const allowed = (...any: string[]): boolean => any.some((each) => permissions.includes(each))
  const login: Server = await serve({ ...shared, handler: authority.handle })
  const handler = createGraphRoutes({
    directory,
    allowed,
    pageSize,
    identify: authority.identify,
    url: () => server.url,
  })
  const server: Server = await serve({ ...options, handler })
  return {
    ...server,
    login,
    setGroup: directory.setGroup,
    removePerson: directory.removePerson,
    grant(...more) {
      permissions = more
    },
    setSecret: authority.setSecret,
    expireSecret: authority.expireSecret,
    revokeTokens: authority.revokeTokens,
    async stop() {
      await Promise.all([server.stop(), login.stop()])
    },
  }
}
