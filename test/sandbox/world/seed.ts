// Owns what the instance knows before anything happens: people, groups, places, CIs, their relations, the rota.

import type { Row } from '../servicenow/records.ts'
import type { ServiceNow } from '../servicenow.ts'
import type { Site } from '../site.ts'
import { GROUPS, groupId, PEOPLE } from './people.ts'

export const SERVICE = 'Online Shop'
/** The published template of standard changes. */
export const STANDARD_CHANGE = 'Recycle IIS application pool'

export const seedWorld = (servicenow: ServiceNow, sites: Site[]): void => {
  const { seed } = servicenow
  const location = idOf(seed('cmn_location', { name: 'Lisbon DC', city: 'Lisbon', country: 'Portugal' }))
  for (const { sysId, userName, name, email, aadObjectId, vip } of Object.values(PEOPLE)) {
    const [first_name = '', last_name = ''] = name.split(' ')
    const names = { user_name: userName, name, first_name, last_name, email }
    seed('sys_user', {
      sys_id: sysId,
      ...names,
      vip: String(vip),
      active: 'true',
      location,
      u_entra_object_id: aadObjectId,
    })
  }
  // runbot's own account is nobody in Entra.
  seed('sys_user', { user_name: 'runbot', name: 'runbot', active: 'true' })
  for (const [name, members] of Object.entries(GROUPS)) {
    seed('sys_user_group', { name, active: 'true' })
    for (const member of members) seed('sys_user_grmember', { user: PEOPLE[member].sysId, group: groupId(name) })
  }
  // The second is the one that the project's own governance.yaml names.
  for (const name of [STANDARD_CHANGE, 'Restart print spooler'])
    seed('std_change_record_producer', { name, short_description: name, active: 'true', retired: 'false' })
  servicenow.setOnCall(groupId('Web Platform'), [PEOPLE.onCall.sysId, PEOPLE.approver.sysId])
  seedCis(servicenow, sites, location)
}

/** The shop and its checkout use every web tier; each web tier runs on a server. */
const seedCis = ({ seed }: ServiceNow, sites: Site[], location: string): void => {
  const owned = { support_group: groupId('Web Platform'), location, environment: 'Production', u_managed: 'true' }
  const service = idOf(seed('cmdb_ci_service', { ...owned, name: SERVICE, u_user_count: '400', u_tags: 'shop' }))
  const checkout = idOf(seed('cmdb_ci_appl', { ...owned, name: 'Shop Checkout', u_user_count: '120', u_tags: 'shop' }))
  const usedBy = idOf(seed('cmdb_rel_type', { name: 'Depends on::Used by' }))
  const runsOn = idOf(seed('cmdb_rel_type', { name: 'Runs on::Runs' }))
  for (const { name, healthUrl } of sites) {
    const facts = { fqdn: `${name}.corp.example`, u_health_url: healthUrl, u_tags: 'iis,shop', u_user_count: '40' }
    const web = idOf(seed('u_cmdb_ci_iis_web_tier', { ...owned, ...facts, name }))
    const server = idOf(seed('cmdb_ci_server', { ...owned, name: `srv-${name}`, os: 'Windows Server 2022' }))
    seed('cmdb_rel_ci', { parent: service, child: web, type: usedBy })
    seed('cmdb_rel_ci', { parent: checkout, child: web, type: usedBy })
    seed('cmdb_rel_ci', { parent: web, child: server, type: runsOn })
  }
}

export const idOf = (row: Row): string => row.sys_id ?? ''
