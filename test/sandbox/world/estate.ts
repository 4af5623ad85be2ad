// Owns everything in the sandbox world that is no web tier: its devices and services, and how the CMDB knows them.
import type { Runbook } from '../ops-api/runs.ts'
import type { Row } from '../servicenow/records.ts'
import type { ServiceNow } from '../servicenow.ts'
import { deviceRunbooks } from './device-runbooks.ts'
import { createDevice, type Device, DRIVER } from './devices.ts'
import { groupId, PEOPLE } from './people.ts'
import { createBalancer, createDatabase, createMidServer, createQueue, errorRatio, readLatency } from './platform.ts'
import { type Platform, platformRunbooks } from './platform-runbooks.ts'
import type { Measurements } from './prometheus.ts'

export type Estate = Platform & {
  devices: Device[]
  /** Throws where there is none of that name. */
  device: (name: string) => Device
  runbooks: Record<string, Runbook>
  measurements: Measurements
}

export const SITE = 'Porto Office'
/** Workstations that print through one queue. */
export const WORKSTATIONS = ['pc-101', 'pc-102', 'pc-103', 'pc-104', 'pc-105', 'pc-106']
/** And others that do not. */
export const LAPTOPS = ['pc-201', 'pc-202', 'pc-203']
/** In nobody's hands, and a server: neither is anything for a workstation's runbook. */
export const KIOSK = 'kiosk-01'
export const FILE_SERVER = 'srv-files-01'
export const PRINT_QUEUE = 'prn-porto'

export const createEstate = (): Estate => {
  const devices = [...WORKSTATIONS, ...LAPTOPS, KIOSK, FILE_SERVER].map(createDevice)
  const platform = {
    mid: createMidServer('mid-01'),
    queue: createQueue('orders'),
    database: createDatabase('shop-db'),
    balancer: createBalancer('edge-lb'),
  }
  const { database, balancer } = platform
  const printing = devices.filter(({ name }) => WORKSTATIONS.includes(name))
  return {
    ...platform,
    devices,
    device(name) {
      const found = devices.find((each) => each.name === name)
      if (!found) throw new Error(`no device ${name}`)
      return found
    },
    runbooks: { ...deviceRunbooks(devices), ...platformRunbooks(platform) },
    measurements: {
      print_jobs_failed_total: (site) =>
        site === SITE ? printing.reduce((sum, each) => sum + each.printing.stuckJobs, 0) : null,
      db_replica_lag_seconds: (cluster) => (cluster === database.name ? database.lagSeconds : null),
      db_read_seconds_bucket: (cluster) => (cluster === database.name ? readLatency(database) : null),
      lb_responses_total: (name) => (name === balancer.name ? errorRatio(balancer) : null),
    },
  }
}

const CLASSES: Record<string, string> = {
  cmdb_ci_computer: 'Computer',
  cmdb_ci_lb: 'Load Balancer',
  u_cmdb_ci_db_cluster: 'Database Cluster',
  u_cmdb_ci_message_queue: 'Message Queue',
  u_cmdb_ci_mid_server: 'MID Server',
  u_cmdb_ci_print_queue: 'Print Queue',
}

/** Puts the estate into the CMDB, with the columns that device management fills there. */
export const seedEstate = ({ seed, addTable, addColumn, setOnCall }: ServiceNow, estate: Estate): void => {
  for (const element of ['u_device_class', 'u_driver_version', 'u_devices']) addColumn('cmdb_ci', element)
  for (const [name, label] of Object.entries(CLASSES)) addTable(name, { label, parent: 'cmdb_ci', columns: '' })
  for (const group of ['End User Computing', 'Platform Operations']) setOnCall(groupId(group), [PEOPLE.onCall.sysId])
  const location = seed('cmn_location', { name: SITE, city: 'Porto', country: 'Portugal' }).sys_id ?? ''
  const ci = (table: string, name: string, group: string, fields: Row): void => {
    const usual = { support_group: groupId(group), location, environment: 'Production', u_tags: '' }
    seed(table, { ...usual, name, fqdn: `${name}.corp.example`, ...fields })
  }
  const device = (name: string, fields: Row): void =>
    ci('cmdb_ci_computer', name, 'End User Computing', { u_user_count: '1', ...fields })

  for (const name of [...WORKSTATIONS, ...LAPTOPS])
    device(name, { u_managed: 'true', u_device_class: 'Windows workstation', u_driver_version: DRIVER })
  device(KIOSK, { u_managed: 'false', u_device_class: 'Windows workstation', u_driver_version: DRIVER })
  device(FILE_SERVER, { u_managed: 'true', u_device_class: 'Windows server', u_user_count: '40' })
  const printing = { u_driver_version: DRIVER, u_devices: WORKSTATIONS.join(','), u_user_count: '0' }
  ci('u_cmdb_ci_print_queue', PRINT_QUEUE, 'End User Computing', printing)
  ci('u_cmdb_ci_mid_server', estate.mid.name, 'Platform Operations', { u_user_count: '0' })
  ci('u_cmdb_ci_message_queue', estate.queue.name, 'Platform Operations', { u_user_count: '400' })
  ci('u_cmdb_ci_db_cluster', estate.database.name, 'Platform Operations', { u_user_count: '400' })
  ci('cmdb_ci_lb', estate.balancer.name, 'Web Platform', { u_user_count: '400' })
}
