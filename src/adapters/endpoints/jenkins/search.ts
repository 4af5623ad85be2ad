// Owns finding what became of a key: among the queued items, the builds, and the queued items again.
import type { Clock } from '../../../ports/clock.ts'
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type Wire } from '../../wire/http.ts'
import { discardedAt } from './discarded.ts'
import type { Job } from './job.ts'
import { keyMissing, whose } from './parameters.ts'
import { type Build, buildsFrom, type Item, jobFrom, queueFrom, tree } from './schema.ts'

export type Found = { readonly build: Build } | { readonly item: Item }

const firstPage = 50
const pageSize = 200
const mostBuilds = 1050
/** Builds that went away longer ago are none that is still looked up: no runbot is down for so long. */
const lookedUpMs = 24 * 3_600_000
/** How long it may take from leaving the queue to showing as a build. */
export const momentMs = 500

export interface Look {
  readonly reads: Wire
  readonly clock: Clock
}

/**
 * undefined only where Jenkins said so: the job declares the key, and none of its builds and queued items bears it.
 * An item moves from the queue to the builds, so the queue is asked before and after (CONTRACTS §3). A build of the
 * queue item `queueId` that shows no key counts as well. PortError where it cannot be told.
 */
export async function search(
  { reads, clock }: Look,
  job: Job,
  key: string,
  queueId?: number,
): Promise<Found | undefined> {
  const before = await queued(reads, job, key)
  const mine = isMine(job, key, queueId)
  const builds = await buildsUntil(reads, job, mine)
  const build = earliest(builds.filter(mine))
  // A build first: a later item with the same key is somebody's rebuild.
  if (build) return { build }
  const item = before ?? (await queued(reads, job, key))
  if (item) return { item }
  const { property, nextBuildNumber } = jobFrom(await get(reads, `${job.url}/api/json`, tree.definitions))
  const missing = keyMissing(job, property)
  if (missing !== undefined) throw new PortError('malformed', `it cannot be told what became of it: ${missing}`)
  // What has just left the queue is for a moment neither there nor a build.
  await clock.sleep(momentMs)
  const newest = await page(reads, job, 0, firstPage)
  const late = earliest(newest.filter(mine))
  if (late) return { build: late }
  const discarded = discardedAt([...newest, ...builds], nextBuildNumber ?? undefined)
  if (discarded === undefined || discarded < clock.now() - lookedUpMs) return undefined
  const why = 'Jenkins has thrown builds of it away since (its "Discard old builds", or a person)'
  throw new PortError('malformed', `no build of the job bears this key any more, but ${why}`)
}

async function queued(reads: Wire, job: Job, key: string): Promise<Item | undefined> {
  const items = queueFrom(await get(reads, `${job.root}/queue/api/json`, `items[${tree.item}]`))
  return lowest(
    items.filter(({ actions }) => whose(job, key, actions) === 'mine'),
    ({ id }) => id,
  )
}

/** All builds of the job, newest first; no further than to the page with one of runbot's own. */
async function buildsUntil(reads: Wire, job: Job, mine: (build: Build) => boolean): Promise<readonly Build[]> {
  const all: Build[] = []
  for (let from = 0; from < mostBuilds; ) {
    const size = from === 0 ? firstPage : pageSize
    const builds = await page(reads, job, from, size)
    all.push(...builds)
    if (builds.length < size || builds.some(mine)) return all
    from += size
  }
  const message = `none of the newest ${mostBuilds} builds bears this key, and older ones were not searched`
  throw new PortError('malformed', message)
}

/** `builds` holds at most 100; reading older ones makes Jenkins load them from its disk (CONTRACTS §3). */
async function page(reads: Wire, job: Job, from: number, size: number): Promise<readonly Build[]> {
  const list = from === 0 ? 'builds' : 'allBuilds'
  const asked = `${list}[${tree.build}]{${from},${from + size}}`
  return buildsFrom(await get(reads, `${job.url}/api/json`, asked))
}

const isMine =
  (job: Job, key: string, queueId: number | undefined) =>
  (build: Build): boolean => {
    const owner = whose(job, key, build.actions)
    return owner === 'mine' || (owner === 'untold' && queueId !== undefined && build.queueId === queueId)
  }

/** A person's rebuild copies the key, and has a higher number. */
const earliest = (builds: readonly Build[]): Build | undefined => lowest(builds, ({ number }) => number)

async function get(reads: Wire, url: string, fields: string) {
  const response = await reads.send({ method: 'GET', url, query: { tree: fields } })
  if (response.status !== 200) throw portErrorOf(response, 'looking up the key')
  return response
}

const lowest = <T>(all: readonly T[], of: (each: T) => number): T | undefined =>
  all.toSorted((one, other) => of(one) - of(other))[0]
