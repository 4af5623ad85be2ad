// Owns finding the job that bears a key, among the newest first, without ever filtering on extra_vars (CONTRACTS §2).
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Wire } from '../../wire/http.ts'
import { parseJson } from '../../wire/json.ts'
import type { System } from '../system.ts'
import type { Handle, Jobs } from './handle.ts'
import { keyVariable, type Operation, operationOf, rootUrl, templateUrl } from './operation.ts'
import { takesKey } from './prompts.ts'
import { refusalOf } from './refusal.ts'
import { type Row, rowsFrom, templateFrom } from './schema.ts'

const pageSize = 100
const maxPages = 100

interface Search {
  readonly wire: Wire
  readonly root: string
  readonly operation: Operation
  readonly template: number
  readonly key: string
}

/**
 * Undefined only where every job of the template was looked at, and a launch bears its key. PortError malformed where
 * that cannot be said: too many jobs, rows of another template, variables that cannot be read, only copies of the job.
 */
export async function findJob(
  system: System,
  wire: Wire,
  request: PlannedRequest,
  key: string,
): Promise<Handle | undefined> {
  const operation = operationOf(request)
  const url = templateUrl(system, request, operation)
  const response = await wire.send({ method: 'GET', url })
  if (response.status !== 200) throw refusalOf(response, 'looking up the key', operation)
  const search = { wire, root: rootUrl(system, request), operation, template: templateFrom(response).id, key }
  // A sliced job is a workflow job whose parts bear the same variables: the whole comes first.
  const places: readonly Jobs[] =
    operation.templates === 'job_templates' ? ['workflow_jobs', 'jobs'] : ['workflow_jobs']
  for (const jobs of places) {
    const row = await newestOf(search, jobs)
    if (row) return { jobs, id: row.id, ignored: [] }
  }
  if (await takesKey(wire, url, operation)) return undefined
  throw unclear('the template does not take it on launch, so that a job may have been launched without it')
}

async function newestOf(search: Search, jobs: Jobs): Promise<Row | undefined> {
  const copies: Row[] = []
  let before: number | undefined
  for (let page = 0; page < maxPages; page++) {
    const { results, next } = await pageOf(search, jobs, before)
    const mine = results.filter((row) => bears(search, row))
    // A relaunch and the parts of a sliced job bear the key of what they were made from.
    const launched = mine.filter(({ launch_type: type }) => (type ?? 'manual') === 'manual')
    if (launched.length > 1) throw unclear('several jobs bear it')
    if (launched[0]) return launched[0]
    copies.push(...mine)
    if (next === null) {
      if (copies.length === 0) return undefined
      throw unclear('only copies of the job bear it')
    }
    before = results.at(-1)?.id
    if (before === undefined) throw unclear('an empty page is not the last one')
  }
  throw unclear(
    `it is not among the newest ${pageSize * maxPages} jobs, and there are more (correlate: label finds it)`,
  )
}

/** By id and not by page number: what is deleted meanwhile must not move a job out of sight. */
async function pageOf({ wire, root, operation, template, key }: Search, jobs: Jobs, before: number | undefined) {
  const field = operation.templates === 'job_templates' ? 'job_template' : 'workflow_job_template'
  const response = await wire.send({
    method: 'GET',
    url: `${root}/${jobs}/`,
    query: {
      [field]: String(template),
      ...(operation.correlate === 'label' ? { labels__name: key } : {}),
      order_by: '-id',
      page_size: String(pageSize),
      id__lt: before?.toString(),
    },
  })
  if (response.status !== 200) throw refusalOf(response, 'looking up the key')
  const page = rowsFrom(response)
  if (page.results.some((row) => row[field] !== template || row.id >= (before ?? Number.POSITIVE_INFINITY)))
    throw unclear('the list is not what was asked for')
  return page
}

function bears({ operation, key }: Search, row: Row): boolean {
  if (operation.correlate === 'label') {
    const labels = row.summary_fields.labels
    // Only the first ten are shown.
    if (labels?.results.some(({ name }) => name === key) || (labels && labels.count > labels.results.length))
      return true
    throw unclear('the list is not filtered by it')
  }
  if (typeof row.extra_vars !== 'string') throw unclear('the list does not show extra_vars')
  try {
    const variables = parseJson(row.extra_vars === '' ? '{}' : row.extra_vars)
    return isObject(variables) && variables[keyVariable] === key
  } catch {
    // The YAML of a template that was launched without variables; with the key in it, nobody can say.
    if (row.extra_vars.includes(key)) throw unclear(`job ${row.id} bears it in variables that are not JSON`)
    return false
  }
}

const unclear = (why: string): PortError => new PortError('malformed', `looking up the key: ${why}`)
