// Owns what every test of Entra groups starts from: a sandbox directory and the adapter in front of it.
import type { GroupSource } from '../../../src/adapters/directory/directory.ts'
import { entraGroups, type GraphOptions } from '../../../src/adapters/directory/graph/groups.ts'
import { APP, type Graph, type GraphOptions as SandboxOptions, startGraph } from '../../sandbox/graph.ts'
import { PEOPLE } from '../../sandbox/world/people.ts'

/** The n-th group's id; those of GROUPS are the first. */
export const groupId = (n: number): string => `6f1c1f6e-0000-4000-8000-${String(n).padStart(12, '0')}`

export const WEB = groupId(1)
/** Within WEB. */
export const WEB_L2 = groupId(2)
/** Its membership is hidden. */
export const BOARD = groupId(3)
export const NOBODY = groupId(4)

export const MAYA = PEOPLE.approver.aadObjectId
export const SAM = PEOPLE.onCall.aadObjectId
export const EVE = PEOPLE.outsider.aadObjectId

const people = Object.values(PEOPLE).map(({ aadObjectId, name }) => ({ id: aadObjectId, name }))
const groups = [
  { id: WEB, name: 'Web Platform', members: [MAYA, WEB_L2] },
  // The two contain each other, as Entra allows.
  { id: WEB_L2, name: 'Web Platform L2', members: [SAM, WEB] },
  { id: BOARD, name: 'Board', members: [MAYA], hidden: true },
  { id: NOBODY, name: 'Nobody', members: [] },
]

export const REGISTRATION = {
  type: 'SingleTenant',
  appId: APP.appId,
  password: APP.secret,
  tenantId: APP.tenantId,
} as const

export interface GraphSetup {
  readonly graph: Graph
  readonly source: GroupSource
  /** Another adapter before the same directory. */
  readonly with: (options: Partial<GraphOptions>) => GroupSource
}

export async function setup(options: SandboxOptions = {}): Promise<GraphSetup> {
  const graph = await startGraph({ people, groups, ...options })
  const make: GraphSetup['with'] = (more) =>
    entraGroups({ url: graph.url, loginUrl: graph.login.url, registration: REGISTRATION, ...more })
  return { graph, source: make({}), with: make }
}
