// Owns the faults of the systems in connectors.yaml.
import { closed, env, type Fault, files } from './inject.ts'

const credential = /auth in connectors\.yaml to a credential/
const reach = /url in connectors\.yaml, the network/
export const systems: readonly Fault[] = [
  ...(
    [
      ['ops', 'OPS_TOKEN'],
      ['awx', 'AWX_TOKEN'],
      ['jenkins', 'JENKINS_TOKEN'],
      ['azure', 'AZURE_TOKEN'],
    ] as const
  ).map(
    ([name, variable]): Fault => ({
      what: `a wrong credential of ${name}`,
      inject: env(variable, 'wrong-credential'),
      check: `system ${name}`,
      says: /status 401/,
      mend: credential,
    }),
  ),
  ...(
    [
      ['ops', 'OPS_URL'],
      ['awx', 'AWX_URL'],
      ['jenkins', 'JENKINS_URL'],
      ['rundeck', 'RUNDECK_URL'],
      ['azure', 'AZURE_URL'],
      ['prometheus', 'PROMETHEUS_URL'],
    ] as const
  ).map(
    ([name, variable]): Fault => ({
      what: `${name} out of reach`,
      inject: env(variable, closed),
      check: `system ${name}`,
      says: /connection was refused/,
      mend: reach,
    }),
  ),
  {
    what: 'a host of http that does not answer',
    inject: env('SITE_URL', closed),
    check: `system http, ${closed}`,
    says: /connection was refused/,
    mend: reach,
  },
  {
    what: 'an AWX template that is not there',
    inject: files('connectors.yaml', 'template: "Recycle++Default"', 'template: "Gone++Default"'),
    check: 'system awx, awx.recycle',
    says: /404/,
    mend: /correct the name in connectors\.yaml.*\(awx\.recycle\)/,
  },
  {
    what: 'a Jenkins job that is not there',
    inject: files('connectors.yaml', 'restart: { tier: 1, job: ops/restart }', 'restart: { tier: 1, job: ops/gone }'),
    check: 'system jenkins, jenkins.restart',
    says: /404/,
    mend: /correct the name in connectors\.yaml.*\(jenkins\.restart\)/,
  },
  {
    what: 'a Rundeck job that is not there',
    inject: files('connectors.yaml', 'job: 2b3c4d5e', 'job: 00000000'),
    check: 'system rundeck, rundeck.recycle',
    says: /404/,
    mend: /correct the name in connectors\.yaml.*\(rundeck\.recycle\)/,
  },
]
