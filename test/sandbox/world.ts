// Owns the whole sandbox world: instance, ops API, web sites and Teams, wired together and seeded.
import type { DirectoryGroup } from './graph/directory.ts'
import { APP, type Graph, startGraph } from './graph.ts'
import { helpful } from './model/minds.ts'
import { MODEL_KEY, type ModelServer, startModel } from './model-server.ts'
import type { Runbook } from './ops-api/runs.ts'
import { OPS_TOKEN, type OpsApi, startOpsApi } from './ops-api.ts'
import { type PagerDuty, ROUTING_KEY, startPagerDuty } from './pagerduty.ts'
import type { Server } from './server.ts'
import { type BusinessRule } from './servicenow/business-rule.ts'
import { stamp } from './servicenow/dates.ts'
import type { Row } from './servicenow/records.ts'
import { CREDENTIALS, type ServiceNow, startServiceNow } from './servicenow.ts'
import { type RecycleOutcome, type Site, startSite } from './site.ts'
import type { Person } from './teams-channel/people.ts'
import { startTeamsChannel, TENANT, type TeamsChannel } from './teams-channel.ts'
import { createEstate, type Estate, seedEstate } from './world/estate.ts'
import { groupId, PEOPLE, type People } from './world/people.ts'
import { startPrometheus } from './world/prometheus.ts'
import { siteRunbooks } from './world/runbooks.ts'
import { idOf, seedWorld } from './world/seed.ts'

export type WorldOptions = {
  now?: () => Date
  ports?: { servicenow?: number; ops?: number; teams?: number }
  /** The web tiers, each a site and a CI; web-01 alone unless told. */
  hosts?: string[]
  recycleMs?: number
  recycleOutcome?: RecycleOutcome
  /** Where runbot listens; it can be set later by `connect`. */
  runbotUrl?: string
  /** Which incidents the business rule announces. */
  announce?: NonNullable<BusinessRule['when']>
  /** Whether the 500 real incidents are there too. */
  history?: boolean
  retryAfterS?: number
  opsJournalPath?: string
  /** What else the ops API can do. */
  runbooks?: Record<string, Runbook>
  /** Who is in Teams, made of those who live here; exactly these unless told. */
  team?: (people: Person[]) => Person[]
  /** Groups in Entra; where they are given runbot is registered there, and may ask Graph. */
  entra?: DirectoryGroup[]
}

export type World = {
  servicenow: ServiceNow
  ops: OpsApi
  teams: TeamsChannel
  graph: Graph
  pagerduty: PagerDuty
  /** A model; it is asked only where connectors.yaml has a planner at MODEL_URL. */
  model: ModelServer
  /** It measures what the estate's `measurements` say. */
  prometheus: Server
  /** The first host's site. */
  site: Site
  sites: Record<string, Site>
  /** Everything else that can break: devices, and services that are no web tier. */
  estate: Estate
  people: People
  /** Points the business rule and the Teams client at runbot. */
  connect: (runbotUrl: string) => void
  /** The settings with which runbot joins this world. */
  environment: () => Record<string, string>
  /** A person reports an incident; given columns win over the usual ones. */
  raiseIncident: (incident?: { ci?: string; caller?: keyof People; fields?: Row }) => Row
  /** A change in state Implement on a CI, from an hour ago for four hours unless the fields say otherwise. */
  openChange: (change?: { ci?: string; fields?: Row }) => Row
  ci: (name: string) => Row
  stop: () => Promise<void>
}

export const SERVICENOW_WEBHOOK_SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
export const OPS_CALLBACK_SECRET = 'whsec_b3BzLWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5YWI='

export const startWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { now = () => new Date(), ports = {}, hosts = ['web-01'], recycleMs = 50, recycleOutcome = 'healthy' } = options
  const all = await Promise.all(hosts.map((name) => startSite({ now, name, recycleMs, recycleOutcome })))
  const site = all[0]
  if (!site) throw new Error('a world needs at least one host')
  const servicenow = await startServiceNow({ now, port: ports.servicenow ?? 0 })
  seedWorld(servicenow, all)
  const estate = createEstate()
  seedEstate(servicenow, estate)
  const prometheus = await startPrometheus(estate.measurements)
  if (options.history) servicenow.history()
  const ops = await startOpsApi({
    now,
    port: ports.ops ?? 0,
    runbooks: { ...siteRunbooks(all), ...estate.runbooks, ...options.runbooks },
    callbackSecret: OPS_CALLBACK_SECRET,
    retryAfterS: options.retryAfterS ?? 1,
    ...(options.opsJournalPath ? { journalPath: options.opsJournalPath } : {}),
  })
  const { team = (people) => people, entra } = options
  const teams = await startTeamsChannel({ now, port: ports.teams ?? 0, people: team(Object.values(PEOPLE)) })
  const registered = Object.values(PEOPLE).map(({ aadObjectId, name }) => ({ id: aadObjectId, name }))
  const graph = await startGraph({ now, people: registered, groups: entra ?? [] })
  const pagerduty = await startPagerDuty({ now })
  const model = await startModel(helpful, { now })

  const connect = (runbotUrl: string): void => {
    const when = options.announce ? { when: options.announce } : {}
    const url = `${runbotUrl}/api/events/servicenow`
    servicenow.setBusinessRule({ url, secret: SERVICENOW_WEBHOOK_SECRET, ...when })
    teams.setBotEndpoint(`${runbotUrl}/api/messages`)
  }
  if (options.runbotUrl) connect(options.runbotUrl)

  const ci = (name: string): Row => {
    const found = servicenow.rows('cmdb_ci').find((row) => row.name === name)
    if (!found) throw new Error(`no CI ${name}`)
    return found
  }

  return {
    servicenow,
    ops,
    teams,
    graph,
    pagerduty,
    model,
    prometheus,
    site,
    sites: Object.fromEntries(all.map((one) => [one.name, one])),
    estate,
    people: PEOPLE,
    connect,
    ci,
    environment: () => ({
      ...environmentOf(servicenow, ops, site),
      PROMETHEUS_URL: prometheus.url,
      PAGERDUTY_URL: pagerduty.url,
      PAGERDUTY_KEY: ROUTING_KEY,
      MODEL_URL: model.url,
      MODEL_KEY,
      ...(entra ? registrationAt(graph) : {}),
    }),
    raiseIncident({ ci: name = site.name, caller = 'requester', fields = {} } = {}) {
      const usual = {
        short_description: `5xx spike on ${name}`,
        description: `Users report 503 Service Unavailable from ${name}.`,
        cmdb_ci: idOf(ci(name)),
        caller_id: PEOPLE[caller].sysId,
        assignment_group: groupId('Web Platform'),
        location: ci(name).location ?? '',
        category: 'App',
        impact: '2',
        urgency: '2',
        u_runbook_candidate: 'true',
      }
      return servicenow.create('incident', { ...usual, ...fields }, PEOPLE[caller].userName)
    },
    openChange({ ci: name = site.name, fields = {} } = {}) {
      const hours = (count: number): string => stamp(new Date(now().getTime() + count * 3_600_000))
      const window = { start_date: hours(-1), end_date: hours(3), work_start: hours(-1), on_hold: 'false' }
      // CONTRACTS 1.6: -1 is Implement
      const usual = {
        state: '-1',
        type: 'standard',
        approval: 'approved',
        short_description: `Work on ${name}`,
        ...window,
      }
      return servicenow.create('change_request', { ...usual, cmdb_ci: idOf(ci(name)), ...fields })
    },
    async stop() {
      const servers = [servicenow, ops, teams, graph, pagerduty, model, prometheus, ...all]
      await Promise.all(servers.map((one) => one.stop()))
    },
  }
}

const environmentOf = (servicenow: ServiceNow, ops: OpsApi, site: Site): Record<string, string> => ({
  HOST: '127.0.0.1',
  BOT_AUTH: 'none',
  ALLOWED_TENANTS: TENANT,
  MicrosoftAppTenantId: TENANT,
  SERVICENOW_URL: servicenow.url,
  SERVICENOW_CLIENT_ID: CREDENTIALS.clients[0]?.id ?? '',
  SERVICENOW_CLIENT_SECRET: CREDENTIALS.clients[0]?.secret ?? '',
  SERVICENOW_WEBHOOK_SECRET,
  OPS_URL: ops.url,
  OPS_TOKEN,
  OPS_CALLBACK_SECRET,
  SITE_URL: site.url,
})

const registrationAt = (graph: Graph): Record<string, string> => ({
  MicrosoftAppId: APP.appId,
  MicrosoftAppPassword: APP.secret,
  GRAPH_URL: graph.url,
  GRAPH_LOGIN_URL: graph.login.url,
})
