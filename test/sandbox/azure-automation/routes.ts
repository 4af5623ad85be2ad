// Owns the account's jobs: creating one under its name once, reading, output, streams, stopping. CONTRACTS 5
import { type Answer, type Call, type Handler, objectOf } from '../server.ts'
import { flat, nested } from './errors.ts'
import { type AzureJob, type AzureRunbook, hasEnded, type StreamRecord } from './model.ts'

export type RouteOptions = {
  /** Bearer tokens that are accepted now. */
  tokens: () => string[]
  account: string
  url: () => string
  runbooks: Record<string, AzureRunbook>
  jobs: AzureJob[]
  begin: (job: Pick<AzureJob, 'name' | 'runbook' | 'parameters' | 'runOn'>) => AzureJob
  stop: (job: AzureJob) => void
  behaviour: { readonly pageSize: number; readonly heedsFilter: boolean }
}

export const createRoutes = (options: RouteOptions): Handler => {
  const { account, behaviour, jobs, runbooks, url } = options

  /** 201 is the only success; the same name again is a 409, whatever it asks for. */
  const create = (call: Call, name: string): Answer => {
    const { runbook, parameters = {}, runOn = '' } = (objectOf(call)?.properties ?? {}) as Record<string, unknown>
    const wanted = (runbook as { name?: string } | undefined)?.name ?? ''
    const known = Object.keys(runbooks).find((each) => each.toLowerCase() === wanted.toLowerCase())
    if (known === undefined) return flat(404, 'NotFound', `Runbook ${wanted} was not found.`)
    if (Object.values(parameters as object).some((value) => typeof value !== 'string'))
      return flat(400, 'BadRequest', 'The parameter values must be strings.')
    const taken = jobs.find((job) => job.name.toLowerCase() === name.toLowerCase())
    if (taken) return flat(409, 'Conflict', `Job with specified id already exists. Job id: ${taken.jobId}.`)
    const job = options.begin({
      name,
      runbook: known,
      runOn: String(runOn),
      parameters: parameters as Record<string, string>,
    })
    return { status: 201, body: view(job) }
  }

  const view = (job: AzureJob) => {
    const { name, runbook, ...properties } = job
    const id = `${account}/jobs/${name}`
    // `jobId` is a GUID of the server's own.
    const body = { ...properties, runbook: { name: runbook }, provisioningState: 'Processing', startedBy: 'runbot' }
    return { id, name, type: 'Microsoft.Automation/AutomationAccounts/Jobs', properties: body }
  }

  const recordsOf = ({ runbook }: AzureJob): StreamRecord[] => runbooks[runbook]?.streams ?? []
  const idOf = (job: AzureJob, index: number): string => `${job.jobId}_${String(index).padStart(20, '0')}`
  const streamView = (job: AzureJob, { streamType, text }: StreamRecord, index: number, whole: boolean) => ({
    id: `${account}/jobs/${job.name}/streams/${idOf(job, index)}`,
    properties: {
      jobStreamId: idOf(job, index),
      time: '2026-11-20T10:00:00.0000000+00:00',
      streamType,
      summary: text.slice(0, 20),
      // The full text comes only from the record itself.
      ...(whole ? { streamText: text, value: {} } : {}),
    },
  })
  const streams = (call: Call, job: AzureJob): Answer => {
    const type = /streamType eq '(\w+)'/.exec(call.query.$filter ?? '')?.[1]
    const all = recordsOf(job).map((record, index) => ({ record, index }))
    const wanted = all.filter(({ record }) => !type || !behaviour.heedsFilter || record.streamType === type)
    const { pageSize } = behaviour
    const from = Number(call.query.$skiptoken ?? 0)
    const page = wanted.slice(from, from + pageSize)
    const query = new URLSearchParams({ ...call.query, $skiptoken: String(from + pageSize) }).toString()
    const more = from + pageSize < wanted.length
    const value = page.map(({ record, index }) => streamView(job, record, index, false))
    return { status: 200, body: { value, ...(more ? { nextLink: `${url()}${call.path}?${query}` } : {}) } }
  }

  const ofJob = (call: Call, name: string, [part, stream]: string[]): Answer => {
    if (call.method === 'PUT' && part === undefined) return create(call, name)
    const job = jobs.find((each) => each.name.toLowerCase() === name.toLowerCase())
    if (!job) return flat(404, 'NotFound', `The job ${name} was not found.`)
    if (part === undefined) return { status: 200, body: view(job) }
    if (part === 'output')
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: runbooks[job.runbook]?.output ?? '' }
    if (part === 'stop') {
      if (hasEnded(job)) return flat(409, 'Conflict', 'The job has ended and cannot be stopped.')
      options.stop(job)
      return { status: 200 }
    }
    if (stream === undefined) return streams(call, job)
    const index = recordsOf(job).findIndex((_record, each) => idOf(job, each) === stream)
    const record = recordsOf(job)[index]
    return record
      ? { status: 200, body: streamView(job, record, index, true) }
      : flat(404, 'NotFound', 'The stream was not found.')
  }

  return (call) => {
    const token = call.headers.authorization?.match(/^Bearer (.+)$/)?.[1] ?? ''
    if (!options.tokens().includes(token)) return nested(401, 'InvalidAuthenticationToken', 'The token is invalid.')
    if (!call.query['api-version'])
      return nested(400, 'MissingApiVersionParameter', 'The api-version query parameter is required.')
    const path = `/${call.segments.join('/')}`
    if (!path.toLowerCase().startsWith(`${account}/jobs`.toLowerCase()))
      return nested(404, 'ResourceNotFound', `The Resource '${path}' was not found.`)
    const [name, ...rest] = call.segments.slice(account.split('/').filter(Boolean).length + 1)
    // Items of the list lack parameters and exception.
    if (name === undefined)
      return {
        status: 200,
        body: { value: jobs.map((job) => ({ name: job.name, properties: { status: job.status } })) },
      }
    return ofJob(call, name, rest)
  }
}
