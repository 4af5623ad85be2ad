// Owns where a queue item or a build stands, and what is done about one that is not what was sent.
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Json } from '../../../core/values.ts'
import type { Outcome, Progress } from '../../../ports/endpoint.ts'
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type Wire } from '../../wire/http.ts'
import { plainText } from '../../wire/text.ts'
import { type Job, jobOf, parametersOf } from './job.ts'
import { readLog } from './log.ts'
import { differenceOf, type Handle, handleText, whose } from './parameters.ts'
import { type Build, buildFrom, type Item, itemFrom, tree } from './schema.ts'
import { type Found, type Look, search } from './search.ts'
import type { Stopping } from './stop.ts'

const ends: ReadonlyMap<string, readonly [Outcome, string]> = new Map([
  ['SUCCESS', ['succeeded', 'SUCCESS']],
  ['UNSTABLE', ['failed', 'UNSTABLE: it ran to its end, with errors']],
  ['FAILURE', ['failed', 'FAILURE']],
  ['NOT_BUILT', ['failed', 'NOT_BUILT: Jenkins skipped it']],
  ['ABORTED', ['failed', 'ABORTED']],
])

/** Follows by a handle or by what a search found. `result` is `{result, number, url}` (DESIGN §9). */
export function follower(look: Look, base: string | null, stopping: Stopping) {
  const { reads } = look
  const progress = async (request: PlannedRequest, handle: Handle): Promise<Progress> => {
    const job = jobOf(request, base)
    if (handle.of === 'build') return ofBuild(request, job, handle, await readBuild(reads, job, handle))
    const item = await readItem(reads, job, handle)
    return item ? ofItem(request, job, handle, item) : ofFound(request, handle.key, await lookUp(look, job, handle))
  }

  const ofFound = (request: PlannedRequest, key: string, found: Found): Promise<Progress> => {
    const job = jobOf(request, base)
    if ('item' in found) return ofItem(request, job, { of: 'queue', id: found.item.id, key }, found.item)
    return ofNewBuild(request, job, { of: 'build', id: found.build.number, key }, found.build)
  }

  const ofItem = async (request: PlannedRequest, job: Job, handle: Handle, item: Item): Promise<Progress> => {
    const difference = differenceOf(job, parametersOf(request, job, handle.key), item.actions)
    if (item.executable) {
      const build: Handle = { of: 'build', id: item.executable.number, key: handle.key }
      return ofNewBuild(request, job, build, await readBuild(reads, job, build))
    }
    if (item.cancelled) return cancelled(handle, difference)
    if (difference === undefined || item.cancelled === false) return running(handle, item.why)
    // Within the quiet period nothing has begun yet.
    await stopping.item(job, handle.id)
    const after = await readItem(reads, job, handle)
    return after?.cancelled ? cancelled(handle, difference) : running(handle, difference)
  }

  /** Seen for the first time. Later it is only followed: a second stop could break off what the first one cleans up. */
  const ofNewBuild = async (request: PlannedRequest, job: Job, handle: Handle, build: Build): Promise<Progress> => {
    const difference = differenceOf(job, parametersOf(request, job, handle.key), build.actions)
    if (difference !== undefined && resultOf(build) === undefined) await stopping.build(job, handle.id)
    return ofBuild(request, job, handle, build)
  }

  const ofBuild = async (request: PlannedRequest, job: Job, handle: Handle, build: Build): Promise<Progress> => {
    const { number } = build
    const difference = differenceOf(job, parametersOf(request, job, handle.key), build.actions)
    const result = resultOf(build)
    if (result === undefined) return running(handle, difference)
    const url = `${job.url}/${number}`
    const shown: Json = { result: plainText(result, 40), number, url: `${url}/` }
    const [outcome, words] = ends.get(result) ?? [
      'unknown',
      `${plainText(result, 40)}, which is no result that is known`,
    ]
    const reason = `build ${number} ended with ${words}`
    const log = await readLog(reads, url)
    const end = { state: 'ended', handle: handleText(handle), result: shown, ...(log === '' ? {} : { log }) } as const
    return difference === undefined
      ? { ...end, outcome, reason }
      : { ...end, outcome: 'failed', reason: `${reason}, but not as planned: ${difference}` }
  }
  return { progress, ofFound }
}

/** The result may be set while the build still runs, and can then only get worse (CONTRACTS §3). */
export const resultOf = ({ building, inProgress, result }: Build): string | undefined =>
  building || inProgress === true ? undefined : (result ?? undefined)

/** undefined where the item is gone, or its id is another's by now. */
export async function readItem(reads: Wire, job: Job, { id, key }: Handle): Promise<Item | undefined> {
  const url = `${job.root}/queue/item/${id}/api/json`
  const response = await reads.send({ method: 'GET', url, query: { tree: tree.item } })
  if (response.status === 404) return undefined
  if (response.status !== 200) throw portErrorOf(response, 'reading the queue item')
  const item = itemFrom(response)
  const owner = whose(job, key, item.actions)
  const mine = owner === 'mine' || (owner === 'untold' && isOf(job, item))
  return mine && item.id === id ? item : undefined
}

export async function readBuild(reads: Wire, job: Job, { id, key }: Handle): Promise<Build> {
  const url = `${job.url}/${id}/api/json`
  const response = await reads.send({ method: 'GET', url, query: { tree: tree.build } })
  if (response.status !== 200) throw portErrorOf(response, `reading build ${id}`)
  const build = buildFrom(response)
  if (build.number === id && whose(job, key, build.actions) !== 'other') return build
  throw new PortError('notFound', `build ${id} is another's by now`)
}

/** An item is forgotten some five minutes after it left the queue (CONTRACTS §3). */
export async function lookUp(look: Look, job: Job, { id, key }: Handle): Promise<Found> {
  const found = await search(look, job, key, id)
  if (found) return found
  throw new PortError('notFound', `Jenkins knows neither the queue item ${id} nor a build of it any more`)
}

/** Only the path is compared: the host is whatever Jenkins takes itself for (CONTRACTS §3). */
const isOf = (job: Job, { task }: Item): boolean =>
  (task?.url ?? '')
    .replace(/[?#].*$/, '')
    .replace(/\/*$/, '')
    .endsWith(job.path)

/** `note` says what it waits for. */
function running(handle: Handle, note: string | null | undefined): Progress {
  return { state: 'running', handle: handleText(handle), ...(note ? { note: steady(plainText(note)) } : {}) }
}

/** A quiet period counts down; what is shown must not change with every look. */
const steady = (note: string): string => note.replace(/\s*Expires in .*$/i, '')

const cancelled = (handle: Handle, difference: string | undefined): Progress => ({
  state: 'ended',
  handle: handleText(handle),
  outcome: 'failed',
  reason: `cancelled in the queue before it began${difference === undefined ? '' : `: ${difference}`}`,
  result: { result: null, number: null, url: null },
})
