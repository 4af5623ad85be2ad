// Owns who lives in the sandbox world: the same people in ServiceNow, in Entra and in Teams.
import { sysIdOf } from '../servicenow/records.ts'
import type { Person } from '../teams-channel/people.ts'

export type Inhabitant = Person & { userName: string; sysId: string; vip: boolean }

const inhabitant = (userName: string, name: string, entra: string, vip = false): Inhabitant => ({
  userName,
  name,
  vip,
  id: `29:${userName}`,
  aadObjectId: `0a2b0000-0000-4000-8000-${entra.padStart(12, '0')}`,
  email: `${userName}@corp.example`,
  sysId: sysIdOf(`sys_user ${name}`),
})

export const PEOPLE = {
  /** Of the group that owns the web tier. */
  approver: inhabitant('maya.lind', 'Maya Lind', 'a'),
  secondApprover: inhabitant('jonas.weber', 'Jonas Weber', 'b'),
  changeManager: inhabitant('ines.duarte', 'Ines Duarte', 'c'),
  requester: inhabitant('omar.reyes', 'Omar Reyes', 'd'),
  onCall: inhabitant('sam.okafor', 'Sam Okafor', 'e'),
  vip: inhabitant('victoria.stone', 'Victoria Stone', 'f', true),
  /** In the tenant, in no group. */
  outsider: inhabitant('eve.marsh', 'Eve Marsh', '10'),
}

export type People = typeof PEOPLE

/** ServiceNow groups and who is in them. */
export const GROUPS: Record<string, (keyof People)[]> = {
  'Web Platform': ['approver', 'secondApprover', 'onCall'],
  'Web Platform L2': ['onCall'],
  'CAB Approval': ['changeManager'],
  'Service Desk': ['requester'],
  'End User Computing': ['onCall'],
  'Platform Operations': ['onCall'],
}

export const groupId = (name: string): string => sysIdOf(`sys_user_group ${name}`)
