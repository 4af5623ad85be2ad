// Owns the ops runbooks for workstations: what they really read and change on the devices of the sandbox world.
import { type Runbook, runEnded } from '../ops-api/runs.ts'
import {
  type Device,
  failingSettings,
  installDriver,
  restartSpooler,
  type Setting,
  type SettingValue,
} from './devices.ts'

export const deviceRunbooks = (devices: Device[]): Record<string, Runbook> => {
  type OnDevice = (device: Device, parameters: Record<string, unknown>, log: (text: string) => void) => unknown
  const on =
    (act: OnDevice): Runbook =>
    (parameters, { target, log }) => {
      const name = String(parameters.device ?? target)
      const device = devices.find((each) => each.name === name)
      if (!device) throw runEnded('rejected', `device management does not know ${name}`)
      return act(device, parameters, log)
    }
  const status: OnDevice = ({ printing }) => {
    const { service, stuckJobs, printing: underWay } = printing
    return { service, stuckJobs, printing: underWay }
  }

  return {
    'vpn-status': on(({ vpn }) => ({ tunnel: vpn.tunnel, certificateDaysLeft: vpn.certificateDaysLeft })),
    'vpn-log': on(({ name, vpn }, _, log) => {
      log(`${name}: tunnel ${vpn.tunnel}`)
      return { lines: [`${name}: tunnel ${vpn.tunnel}`] }
    }),
    'restart-vpn-client': on(({ vpn }) => {
      vpn.tunnel = vpn.afterRestart
      return { tunnel: vpn.tunnel }
    }),
    'dns-lookup': on(({ dns }, { name }) => ({ name, cached: dns.cached, resolver: dns.resolver })),
    'clear-dns-cache': on(({ dns }) => {
      dns.cached = dns.afterClearing
      return {}
    }),
    'spooler-status': on(status),
    'restart-spooler': on((device, parameters, log) => {
      restartSpooler(device)
      return status(device, parameters, log)
    }),
    'start-spooler': on((device, parameters, log) => {
      device.printing.service = 'Running'
      return status(device, parameters, log)
    }),
    'driver-status': on(({ printing }) => ({ version: printing.version, previous: printing.previous })),
    'driver-package': on(({ printing }, { version }) => ({ available: printing.packages.includes(String(version)) })),
    'install-driver': on((device, { version }, log) => {
      log(`installing driver ${String(version)}`)
      installDriver(device, String(version))
      return { version: device.printing.version }
    }),
    compliance: on((device) => {
      const failing = failingSettings(device)
      return { online: device.policy.online, compliant: failing.length === 0, failing }
    }),
    'set-policy': on(({ name, policy }, { setting, value }) => {
      if (!policy.online) throw new Error(`${name} is asleep`)
      policy.settings[setting as Setting] = value as SettingValue
      return { setting, value }
    }),
  }
}
