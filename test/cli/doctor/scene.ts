// Owns the installation that the doctor is tried on: the sandbox world with every kind of system, and runbot running.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import { doctor } from '../../../src/cli/doctor.ts'
import { templateOf } from '../../sandbox/awx/templates.ts'
import { AWX_TOKEN, type Awx, startAwx } from '../../sandbox/awx.ts'
import { AZURE_ACCOUNT, AZURE_TOKEN, startAzureAutomation } from '../../sandbox/azure-automation.ts'
import { APP } from '../../sandbox/graph.ts'
import { JENKINS_USER, type Jenkins, startJenkins } from '../../sandbox/jenkins.ts'
import { jobOf, RUNDECK_TOKEN, type Rundeck, startRundeck } from '../../sandbox/rundeck.ts'
import type { Server } from '../../sandbox/server.ts'
import { PEOPLE } from '../../sandbox/world/people.ts'
import { startWorld, type World } from '../../sandbox/world.ts'
import { type Place, place as placeOf, type Runbot, startRunbot } from '../../story/runbot.ts'

export interface Scene {
  readonly world: World
  readonly place: Place
  readonly runbot: Runbot
  readonly awx: Awx
  readonly jenkins: Jenkins
  readonly rundeck: Rundeck
  readonly azure: Server
  readonly env: Readonly<Record<string, string>>
  /** A copy of the runbook files with one of them changed; its folder. */
  files(file: string, change: (text: string) => string): string
  stop(): Promise<void>
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export const ENTRA_GROUP = '6f1c1f6e-0000-4000-8000-000000000001'
export const EVENTS_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
/** As governance.yaml names it. */
const rundeckJob = jobOf({})
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/doctor', import.meta.url))
const program = fileURLToPath(new URL('../../../src/cli/doctor.ts', import.meta.url))

const systemsYaml = `
  awx:
    kind: awx
    url: "\${env:AWX_URL}"
    auth: { bearer: "\${env:AWX_TOKEN}" }
    operations:
      recycle: { tier: 1, template: "Recycle++Default" }
  jenkins:
    kind: jenkins
    url: "\${env:JENKINS_URL}"
    auth: { basic: ["\${env:JENKINS_USER}", "\${env:JENKINS_TOKEN}"] }
    operations: { restart: { tier: 1, job: ops/restart } }
  rundeck:
    kind: rundeck
    url: "\${env:RUNDECK_URL}"
    auth: { bearer: "\${env:RUNDECK_TOKEN}" }
    operations: { recycle: { tier: 1, job: ${rundeckJob.id} } }
  azure:
    kind: azure-automation
    url: "\${env:AZURE_URL}"
    base: ${AZURE_ACCOUNT}
    auth: { bearer: "\${env:AZURE_TOKEN}" }
    operations: { drain: { tier: 1, runbook: Drain-Pool } }

pagers:
  web: { kind: pagerduty, url: "\${env:PAGERDUTY_URL}", routingKey: "\${env:PAGERDUTY_KEY}" }
  tasks: { kind: servicenow, group: Web Platform }
`

export async function openScene(): Promise<Scene> {
  const world = await startWorld({
    entra: [{ id: ENTRA_GROUP, name: 'Web engineers', members: [PEOPLE.approver.aadObjectId] }],
  })
  const awx = await startAwx({ templates: [templateOf({ id: 7, name: 'Recycle', asks: { variables: true } })] })
  const jenkins = await startJenkins({ jobs: { 'ops/restart': { parameters: [{ name: 'RUNBOT_KEY' }] } } })
  const rundeck = await startRundeck({ jobs: [rundeckJob] })
  const azure = await startAzureAutomation({ runbooks: {} })
  const place = placeOf()
  place.edit('connectors.yaml', (yaml) => `${yaml}${systemsYaml}`)
  place.edit('governance.yaml', (yaml) =>
    yaml.replace('groups:\n', `groups:\n  engineers: { entra: ${ENTRA_GROUP} }\n`),
  )
  const base = {
    ...world.environment(),
    BOT_AUTH: 'required',
    BOT_LOGIN_URL: world.graph.login.url,
    MicrosoftAppTenantId: APP.tenantId,
    ALLOWED_TENANTS: APP.tenantId,
    EVENTS_SECRET,
    AWX_URL: awx.url,
    AWX_TOKEN,
    JENKINS_URL: jenkins.url,
    JENKINS_USER: JENKINS_USER.user,
    JENKINS_TOKEN: JENKINS_USER.token,
    RUNDECK_URL: rundeck.url,
    RUNDECK_TOKEN,
    AZURE_URL: azure.url,
    AZURE_TOKEN,
  }
  const { sys_id: incident = '' } = world.raiseIncident()
  world.servicenow.update('incident', incident, { work_notes: 'Looked at by hand.' })
  world.openChange()
  const runbot = await startRunbot(place, base)
  return {
    world,
    place,
    runbot,
    awx,
    jenkins,
    rundeck,
    azure,
    env: { ...base, PUBLIC_URL: runbot.url, RUNBOT_STORE: `sqlite:${place.store}`, RUNBOOKS_DIR: place.runbooks },
    files(file, change) {
      const dir = mkdtempSync(join(place.dir, 'files-'))
      cpSync(place.runbooks, dir, { recursive: true })
      writeFileSync(join(dir, file), change(readFileSync(join(dir, file), 'utf8')))
      return dir
    },
    async stop() {
      await runbot.stop()
      await Promise.all([world, awx, jenkins, rundeck, azure].map((each) => each.stop()))
      place.remove()
    },
  }
}

/** Runs the doctor as a program, as an admin does. */
export async function typed(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Promise<Ran> {
  // What was compiled once need not be again.
  const own = { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compiled, ...env }
  const child = spawn(process.execPath, [program, ...args], { cwd, env: own })
  const exit = once(child, 'exit')
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: (await exit)[0] as number, out, err }
}

/** The same command in this process, for the many faults. */
export async function inProcess(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await doctor(args, env, { out: (line) => void out.push(line), err: (line) => void err.push(line) })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** Its findings, from `--json`. */
export function findingsOf({ out }: Ran): readonly Finding[] {
  return (JSON.parse(out) as { findings: readonly Finding[] }).findings
}
