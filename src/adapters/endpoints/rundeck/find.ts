// Owns finding the execution whose option bears a key: among the running ones, and all of the job (CONTRACTS §4).
import { PortError } from '../../../ports/errors.ts'
import type { Wire } from '../../wire/http.ts'
import { refusalOf } from './client.ts'
import type { Operation } from './operation.ts'
import { type Execution, infoFrom, listFrom } from './schema.ts'

const pageSize = 200
const maxPages = 20

/**
 * Undefined only where every execution of the job was looked at. A retry and a run again bear the key of what they were
 * made from: the first of them is the one that was launched. PortError malformed where there are too many to look at.
 */
export async function findExecution(
  wire: Wire,
  root: string,
  operation: Operation,
  key: string,
): Promise<Execution | undefined> {
  const { job, keyOption } = operation
  const project = operation.project ?? (await projectOf(wire, root, job))
  // Running first: what ends between the two questions is then in the second answer. Without a parameter that ends in
  // Filter only the last hour is listed.
  const running = `${root}/project/${encodeURIComponent(project)}/executions/running`
  const found: Execution[] = []
  let whole = true
  for (const [url, query] of [
    [running, { jobIdFilter: job, includePostponed: 'true' }],
    [`${root}/job/${job}/executions`, {}],
  ] as const)
    whole = (await eachOf(wire, url, query, (one) => one.job?.options?.[keyOption] === key && found.push(one))) && whole
  const first = found.toSorted((one, other) => one.id - other.id)[0]
  if (!first && !whole)
    throw new PortError(
      'malformed',
      `looking up the key: it is not among ${pageSize * maxPages} executions of the job, and there are more`,
    )
  return first
}

async function projectOf(wire: Wire, root: string, job: string): Promise<string> {
  const response = await wire.send({ method: 'GET', url: `${root}/job/${job}/info` })
  if (response.status !== 200) throw refusalOf(response, 'looking up the key')
  return infoFrom(response).project
}

/** Whether all of the list was read. */
async function eachOf(
  wire: Wire,
  url: string,
  query: Readonly<Record<string, string>>,
  see: (execution: Execution) => unknown,
): Promise<boolean> {
  const seen = new Set<number>()
  let offset = 0
  for (let page = 0; page < maxPages; page++) {
    // The last one is asked for again: where it went away meanwhile, so may one that was never seen.
    const asked = { ...query, max: String(pageSize), offset: String(Math.max(0, offset - 1)) }
    const response = await wire.send({ method: 'GET', url, query: asked })
    if (response.status !== 200) throw refusalOf(response, 'looking up the key')
    const { paging, executions } = listFrom(response)
    if (offset > 0 && executions[0] && !seen.has(executions[0].id))
      throw new PortError('unavailable', 'looking up the key: executions went away while they were looked at')
    const fresh = executions.filter(({ id }) => !seen.has(id))
    for (const execution of fresh) {
      seen.add(execution.id)
      see(execution)
    }
    offset = Math.max(0, offset - 1) + executions.length
    if (offset >= paging.total) return true
    if (fresh.length === 0) throw new PortError('malformed', 'looking up the key: an empty page is not the last one')
  }
  return false
}
