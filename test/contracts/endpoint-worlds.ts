// Owns one world per kind of endpoint for the fault matrix: a real far side whose jobs go on until the test moves them.
import type { PlannedRequest } from '../../src/core/plan.ts'
import type { Endpoint } from '../../src/ports/endpoint.ts'
import { endpointOf, requestOf, settingsOf } from '../adapters/endpoints/settings.ts'
import { templateOf } from '../sandbox/awx/templates.ts'
import { AWX_TOKEN, startAwx } from '../sandbox/awx.ts'
import { AZURE_ACCOUNT, AZURE_TOKEN, startAzureAutomation } from '../sandbox/azure-automation.ts'
import { type Fault, type Faults, requestTo } from '../sandbox/faults.ts'
import { JENKINS_USER, startJenkins } from '../sandbox/jenkins.ts'
import { OPS_TOKEN, startOpsApi } from '../sandbox/ops-api.ts'
import { jobOf, RUNDECK_TOKEN, startRundeck } from '../sandbox/rundeck.ts'
import { type Call, type Server, serve } from '../sandbox/server.ts'

export type Operation = 'launch' | 'progress' | 'find' | 'cancel'

/** What a far side says of its newest job; `odd` is a status that no contract knows. */
export type Said = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'odd'

type Match = (call: Call) => boolean

export interface FaultWorld extends Pick<Server, 'requests' | 'stop'> {
  readonly endpoint: Endpoint
  readonly request: PlannedRequest
  readonly faults: Faults
  /** The requests that carry an operation: of a launch the one that starts something. Absent: there is no such operation. */
  readonly calls: { readonly [operation in Operation]?: Match }
  /** How many jobs the far side has made. */
  started(): number
  /** Whether what was started is at work, so that it no longer changes by itself. */
  begun(): boolean
  /** From now on. */
  say(said: Said): void
  /** How the far side says yes to a cancel. */
  readonly agreed: Fault
  /** Where the status stands in the answer to a launch. */
  readonly statusPath: readonly string[]
}

type Make = (timeoutMs: number) => Promise<FaultWorld>

const post = requestTo('POST', '/')
const get = requestTo('GET', '/')
const on =
  (match: Match, path: RegExp): Match =>
  (call) =>
    match(call) && path.test(call.path)

async function opsApi(timeoutMs: number): Promise<FaultWorld> {
  const api = await startOpsApi({
    retryAfterS: 0,
    runbooks: { 'recycle-pool': (_parameters, { sleep }) => sleep(60_000) },
  })
  const settings = settingsOf({ url: api.url, auth: { bearer: OPS_TOKEN }, timeoutMs })
  const request = requestOf(settings, { detail: { runbook: 'recycle-pool' }, with: { pool: 'DefaultAppPool' } })
  return {
    ...seen(api),
    request,
    endpoint: endpointOf(settings, request),
    calls: {
      launch: on(post, /^\/v1\/runs$/),
      progress: on(get, /^\/v1\/runs\/[^/]+$/),
      find: on(get, /^\/v1\/runs$/),
      cancel: on(post, /\/cancel$/),
    },
    started: () => api.runs().length,
    begun: () => api.effects.length === api.runs().length,
    say: (said) => api.amend(api.runs().at(-1)?.id ?? '', { status: said === 'odd' ? 'hibernating' : said }),
    agreed: { status: 202, body: { status: 'cancelling' } },
    statusPath: ['status'],
  }
}

const awx =
  (kind: 'job_templates' | 'workflow_job_templates'): Make =>
  async (timeoutMs) => {
    const play = (_variables: unknown, { sleep }: { sleep: (ms: number) => Promise<void> }) =>
      sleep(60_000).then(() => ({}))
    const api = await startAwx({ templates: [templateOf({ id: 7, name: 'Recycle', kind, play })] })
    const settings = settingsOf({ kind: 'awx', name: 'awx', url: api.url, auth: { bearer: AWX_TOKEN }, timeoutMs })
    const detail = { template: 7, limit: '${target}', workflow: kind === 'workflow_job_templates' }
    const request = requestOf(settings, { detail, with: { pool: 'DefaultAppPool' } })
    const words = { running: 'running', succeeded: 'successful', failed: 'failed', cancelled: 'canceled' }
    return {
      ...seen(api),
      request,
      endpoint: endpointOf(settings, request),
      calls: {
        launch: on(post, /\/launch\/$/),
        progress: on(get, /jobs\/\d+\/$/),
        find: on(get, /jobs\/$/),
        cancel: on(post, /\/cancel\/$/),
      },
      started: () => api.jobs.length,
      begun: () => api.effects.length === api.jobs.length,
      say: (said) => api.amend(api.jobs.length, { status: said === 'odd' ? 'hibernating' : words[said] }),
      agreed: { status: 202 },
      statusPath: ['status'],
    }
  }

async function jenkins(timeoutMs: number): Promise<FaultWorld> {
  const system = await startJenkins({ jobs: { 'ops/restart': { parameters: [{ name: 'RUNBOT_KEY' }] } } })
  const auth = { basic: [JENKINS_USER.user, JENKINS_USER.token] } as const
  const settings = settingsOf({ name: 'jenkins', kind: 'jenkins', url: system.url, auth, timeoutMs })
  const request = requestOf(settings, { detail: { job: 'ops/restart' }, with: {} })
  const results = { succeeded: 'SUCCESS', failed: 'FAILURE', cancelled: 'ABORTED', odd: 'HIBERNATED' }
  const build = () => {
    const item = system.items.at(-1)
    if (!item) throw new Error('nothing is queued')
    if (item.build) return item.build
    system.leave(item)
    return system.begin(item)
  }
  return {
    ...seen(system),
    request,
    endpoint: endpointOf(settings, request),
    calls: {
      launch: on(post, /\/buildWithParameters$/),
      progress: on(get, /\/\d+\/api\/json$/),
      find: on(get, /\/api\/json$/),
      cancel: on(post, /\/stop$/),
    },
    started: () => system.items.length,
    begun: () => true,
    say(said) {
      const goesOn = said === 'running'
      Object.assign(build(), { building: goesOn, inProgress: goesOn, result: goesOn ? null : results[said] })
    },
    agreed: { status: 302, headers: { location: '.' } },
    statusPath: [],
  }
}

async function rundeck(timeoutMs: number): Promise<FaultWorld> {
  const job = jobOf({ script: (_options, { sleep }) => sleep(60_000) })
  const api = await startRundeck({ jobs: [job] })
  const settings = settingsOf({
    kind: 'rundeck',
    name: 'rundeck',
    url: api.url,
    auth: { bearer: RUNDECK_TOKEN },
    timeoutMs,
  })
  const request = requestOf(settings, { detail: { job: job.id }, with: { pool: 'DefaultAppPool' } })
  const words = { running: 'running', succeeded: 'succeeded', failed: 'failed', cancelled: 'aborted', odd: 'paused' }
  return {
    ...seen(api),
    request,
    endpoint: endpointOf(settings, request),
    calls: {
      launch: on(post, /\/run$/),
      progress: on(get, /\/execution\/\d+$/),
      find: on(get, /\/executions(\/running)?$/),
      cancel: on(post, /\/abort$/),
    },
    started: () => api.executions.length,
    begun: () => api.effects.length === api.executions.length,
    say: (said) =>
      void Object.assign(api.executions.at(-1) ?? {}, {
        status: words[said],
        ended: said === 'running' || said === 'odd' ? null : new Date(),
      }),
    agreed: {
      status: 200,
      body: { abort: { status: 'pending' }, execution: { id: '1', status: 'running', href: '' } },
    },
    statusPath: ['status'],
  }
}

async function azureAutomation(timeoutMs: number): Promise<FaultWorld> {
  const system = await startAzureAutomation({ runbooks: { 'Drain-Pool': {} } })
  const auth = { bearer: AZURE_TOKEN }
  const kind = 'azure-automation'
  const settings = settingsOf({ name: 'azure', kind, url: system.url, base: AZURE_ACCOUNT, auth, timeoutMs })
  const request = requestOf(settings, { detail: { runbook: 'Drain-Pool' }, with: { pool: 'a' } })
  const words = {
    running: 'Running',
    succeeded: 'Completed',
    failed: 'Failed',
    cancelled: 'Stopped',
    odd: 'Hibernating',
  }
  return {
    ...seen(system),
    request,
    endpoint: endpointOf(settings, request),
    calls: {
      launch: requestTo('PUT', '/'),
      progress: on(get, /\/jobs\/[^/]+$/),
      find: on(get, /\/jobs\/[^/]+$/),
      cancel: on(post, /\/stop$/),
    },
    started: () => system.jobs.length,
    begun: () => true,
    say: (said) => system.amend({ status: words[said] }),
    agreed: { status: 200 },
    statusPath: ['properties', 'status'],
  }
}

const ended = { agreed: { status: 200 }, statusPath: [], say: () => {}, begun: () => true } as const

async function http(timeoutMs: number): Promise<FaultWorld> {
  let effects = 0
  const server = await serve({ handler: () => ({ status: 200, body: { done: ++effects } }) })
  const settings = settingsOf({ name: 'http', kind: 'http', allow: [server.url], timeoutMs })
  const request = requestOf(settings, { detail: { method: 'POST' }, with: { url: `${server.url}/do`, body: {} } })
  const endpoint = endpointOf(settings, request)
  return { ...seen(server), ...ended, request, endpoint, calls: { launch: post }, started: () => effects }
}

async function prometheus(timeoutMs: number): Promise<FaultWorld> {
  const data = { resultType: 'scalar', result: [1, '7'] }
  const server = await serve({ handler: () => ({ status: 200, body: { status: 'success', data } }) })
  const settings = settingsOf({ name: 'prometheus', kind: 'prometheus', url: server.url, timeoutMs })
  const request = requestOf(settings, { tier: 0, detail: { query: 'up' } })
  const endpoint = endpointOf(settings, request)
  return { ...seen(server), ...ended, request, endpoint, calls: { launch: get }, started: () => 0 }
}

const seen = ({ faults, requests, stop }: Server) => ({ faults, requests, stop })

export const worlds = {
  'ops-api': opsApi,
  'awx job': awx('job_templates'),
  'awx workflow': awx('workflow_job_templates'),
  jenkins,
  rundeck,
  'azure-automation': azureAutomation,
  http,
  prometheus,
} satisfies Record<string, Make>

export type Kind = keyof typeof worlds
