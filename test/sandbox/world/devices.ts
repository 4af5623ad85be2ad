// Owns the workstations of the sandbox world: VPN, DNS cache, printing and policy that really break, and what cures them.

export type Tunnel = 'up' | 'down'
export type Setting = 'firewall' | 'antivirus' | 'screen-lock' | 'disk-encryption'
export type SettingValue = 'on' | 'off' | 'paused' | 'unset'

/** What makes a device print again: a fresh spooler, the driver before, or nothing that anybody here can do. */
export type Cure = 'restart' | 'driver' | 'nothing'

export type Device = {
  name: string
  vpn: { tunnel: Tunnel; certificateDaysLeft: number; afterRestart: Tunnel }
  /** The address that it keeps for the intranet, what the resolver says, and what it keeps after its cache was cleared. */
  dns: { cached: string; resolver: string; afterClearing: string }
  printing: {
    service: 'Running' | 'Stopped'
    /** Jobs that fail; `printing` are on their way to the printer at this moment. */
    stuckJobs: number
    printing: number
    version: string
    previous: string
    /** Driver packages in its store. */
    packages: string[]
    cure: Cure
  }
  policy: { online: boolean; settings: Record<Setting, SettingValue> }
}

export const DRIVER = '6.4.2'
export const DRIVER_BEFORE = '6.3.0'
const ADDRESS = '10.20.0.15'
const OLD_ADDRESS = '10.10.0.15'

export const createDevice = (name: string): Device => ({
  name,
  vpn: { tunnel: 'up', certificateDaysLeft: 200, afterRestart: 'up' },
  dns: { cached: ADDRESS, resolver: ADDRESS, afterClearing: ADDRESS },
  printing: {
    service: 'Running',
    stuckJobs: 0,
    printing: 0,
    version: DRIVER,
    previous: DRIVER_BEFORE,
    packages: [DRIVER_BEFORE, DRIVER],
    cure: 'restart',
  },
  policy: {
    online: true,
    settings: { firewall: 'on', antivirus: 'on', 'screen-lock': 'on', 'disk-encryption': 'on' },
  },
})

export const loseTunnel = ({ vpn }: Device, afterRestart: Tunnel = 'up'): void =>
  void Object.assign(vpn, { tunnel: 'down', afterRestart })

/** Keeps an old address; where it is `stubborn` clearing the cache brings it back. */
export const keepOldAddress = ({ dns }: Device, stubborn = false): void =>
  void Object.assign(dns, { cached: OLD_ADDRESS, afterClearing: stubborn ? OLD_ADDRESS : dns.resolver })

export const jam = ({ printing }: Device, cure: Cure): void => void Object.assign(printing, { stuckJobs: 2, cure })

/** A fresh spooler: its stuck jobs go through where that is the cure. */
export const restartSpooler = ({ printing }: Device): void => {
  printing.service = 'Running'
  if (printing.cure === 'restart') printing.stuckJobs = 0
}

/** Installs a driver package that is there, and restarts the spooler with it; throws where it is not. */
export const installDriver = (device: Device, version: string): void => {
  const { printing } = device
  if (!printing.packages.includes(version)) throw new Error(`no driver package ${version} on ${device.name}`)
  if (printing.version !== version) Object.assign(printing, { previous: printing.version, version })
  if (printing.cure === 'driver' && version === DRIVER_BEFORE) printing.stuckJobs = 0
  restartSpooler(device)
}

/** The settings that make it non-compliant. */
export const failingSettings = ({ policy }: Device): { setting: string; value: SettingValue }[] =>
  Object.entries(policy.settings)
    .filter(([, value]) => value !== 'on')
    .map(([setting, value]) => ({ setting, value }))
