// Owns the far sides of the chaos test: one sandbox system for each kind of endpoint that acts, and what it counted there.
import { jobNameOf } from '../../src/adapters/endpoints/azure-automation/job-name.ts'
import { templateOf } from '../sandbox/awx/templates.ts'
import { AWX_TOKEN, startAwx } from '../sandbox/awx.ts'
import { AZURE_ACCOUNT, AZURE_TOKEN, startAzureAutomation } from '../sandbox/azure-automation.ts'
import { requestTo } from '../sandbox/faults.ts'
import { JENKINS_USER, startJenkins } from '../sandbox/jenkins.ts'
import { OPS_TOKEN, startOpsApi } from '../sandbox/ops-api.ts'
import { jobOf, RUNDECK_TOKEN, startRundeck } from '../sandbox/rundeck.ts'
import type { Call, Server } from '../sandbox/server.ts'
import type { Effect, Farm } from './chaos-farm.ts'

/** One system at the far side, with one operation that changes a thing. */
export interface Far {
  readonly system: Server
  /** The settings of the system in connectors.yaml, besides its operation. */
  readonly settings: object
  /** The operation in connectors.yaml. */
  readonly operation: object
  /** The request that starts something. */
  readonly isLaunch: (call: Call) => boolean
  /** As what the far side bears a key. */
  readonly bears: (key: string) => string | null
  readonly effects: () => readonly Effect[]
  /** Resolves when nothing is under way there. */
  readonly idle: () => Promise<void>
}

export interface Kind {
  readonly name: string
  /** What becomes of a launch of which nobody knows whether it happened. */
  readonly lost: 'sent again with its key' | 'asked for by its key' | 'left to a person'
  readonly open: (farm: Farm) => Promise<Far>
}

/** How long a change takes there, in milliseconds. */
const TAKES_MS = 30
const MADE_OF_KEY = (key: string): string => key

/** What a system was given to say what to change, which is the same everywhere. */
function effectOf(key: unknown, given: Readonly<Record<string, unknown>>): Effect {
  const { run, step, host, what } = given
  const isRollback = String(what) === 'rollback'
  return {
    key: String(key),
    run: String(run),
    step: String(step),
    target: String(host),
    what: isRollback ? 'rollback' : 'action',
  }
}

const opsApi: Kind = {
  name: 'ops-api',
  lost: 'sent again with its key',
  async open() {
    const change = (_parameters: unknown, { sleep }: { sleep: (ms: number) => Promise<void> }) => sleep(TAKES_MS)
    const system = await startOpsApi({ runbooks: { 'change-thing': change }, retryAfterS: 0 })
    return {
      system,
      settings: { kind: 'ops-api', url: system.url, auth: { bearer: OPS_TOKEN } },
      operation: { runbook: 'change-thing' },
      isLaunch: requestTo('POST', /\/v1\/runs$/),
      bears: MADE_OF_KEY,
      effects: () => system.effects.map(({ clientRunId, parameters }) => effectOf(clientRunId, parameters)),
      idle: system.idle,
    }
  },
}

type AwxWay = { readonly correlate: 'extra_vars' | 'label'; readonly workflow: boolean }

const awx = (name: string, { correlate, workflow }: AwxWay): Kind => ({
  name,
  lost: 'asked for by its key',
  async open() {
    const template = templateOf({
      id: 7,
      name: 'Change a thing',
      kind: workflow ? 'workflow_job_templates' : 'job_templates',
      play: (_variables, { sleep }) => sleep(TAKES_MS).then(() => ({})),
    })
    const system = await startAwx({ templates: [template] })
    const keyOf = ({ job, variables }: (typeof system.effects)[number]) =>
      correlate === 'label' ? system.jobs.find(({ id }) => id === job)?.labels[0]?.name : variables['runbot_run_id']
    return {
      system,
      settings: { kind: 'awx', url: system.url, auth: { bearer: AWX_TOKEN } },
      operation: {
        template: 'Change a thing++Default',
        limit: '${target}',
        correlate,
        ...(workflow ? { workflow } : {}),
      },
      isLaunch: requestTo('POST', /\/launch\/$/),
      bears: MADE_OF_KEY,
      effects: () => system.effects.map((each) => effectOf(keyOf(each), each.variables)),
      idle: system.idle,
    }
  },
})

const jenkins: Kind = {
  name: 'jenkins',
  lost: 'asked for by its key',
  async open() {
    const job = 'farm/change-thing'
    const parameters = ['run', 'step', 'what', 'host', 'RUNBOT_KEY'].map((name) => ({ name }))
    const system = await startJenkins({ jobs: { [job]: { parameters } }, quietMs: TAKES_MS, durationMs: TAKES_MS })
    return {
      system,
      settings: { kind: 'jenkins', url: system.url, auth: { basic: [JENKINS_USER.user, JENKINS_USER.token] } },
      operation: { job, keyParameter: 'RUNBOT_KEY' },
      isLaunch: requestTo('POST', /buildWithParameters$/),
      bears: MADE_OF_KEY,
      effects: () => system.effects.map((each) => effectOf(each.parameters['RUNBOT_KEY'], each.parameters)),
      idle: system.idle,
    }
  },
}

const rundeck: Kind = {
  name: 'rundeck',
  lost: 'asked for by its key',
  async open() {
    const options = ['run', 'step', 'what', 'host', 'runbot_key'].map((name) => ({ name }))
    const job = jobOf({ options, script: (_options, { sleep }) => sleep(TAKES_MS) })
    const system = await startRundeck({ jobs: [job] })
    return {
      system,
      settings: { kind: 'rundeck', url: system.url, auth: { bearer: RUNDECK_TOKEN } },
      operation: { job: job.id, project: job.project },
      isLaunch: requestTo('POST', /\/job\/[^/]+\/run$/),
      bears: MADE_OF_KEY,
      effects: () => system.effects.map((each) => effectOf(each.options['runbot_key'], each.options)),
      idle: system.idle,
    }
  },
}

const azureAutomation: Kind = {
  name: 'azure-automation',
  lost: 'sent again with its key',
  async open() {
    const system = await startAzureAutomation({ runbooks: { 'Change-Thing': {} }, durationMs: TAKES_MS })
    return {
      system,
      settings: {
        kind: 'azure-automation',
        url: system.url,
        base: AZURE_ACCOUNT,
        auth: { bearer: AZURE_TOKEN },
      },
      operation: { runbook: 'Change-Thing' },
      isLaunch: requestTo('PUT', /\/jobs\/[^/]+$/),
      bears: jobNameOf,
      effects: () => system.effects.map(({ name, parameters }) => effectOf(name, parameters)),
      idle: system.idle,
    }
  },
}

const http: Kind = {
  name: 'http',
  lost: 'left to a person',
  open: async (farm) => ({
    system: farm,
    settings: { kind: 'http', allow: [farm.url] },
    operation: { method: 'POST' },
    isLaunch: requestTo('POST', '/things'),
    bears: () => null,
    effects: () => farm.posted,
    idle: async () => {},
  }),
}

export const KINDS: readonly Kind[] = [
  opsApi,
  awx('awx, extra_vars', { correlate: 'extra_vars', workflow: false }),
  awx('awx, label', { correlate: 'label', workflow: false }),
  awx('awx, workflow', { correlate: 'extra_vars', workflow: true }),
  jenkins,
  rundeck,
  azureAutomation,
  http,
]
