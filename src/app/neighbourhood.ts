// Owns which CI an alert means, and what stands above and below it: asked of the CMDB, and remembered for a moment.
import type { Arrival } from '../core/storm.ts'
import type { Millis } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { Deps } from './deps.ts'
import { kept } from './kept.ts'

export interface Neighbourhood {
  /** The first of these names that the CMDB knows unambiguously; else null, with a sentence on what was tried. */
  find(names: readonly string[]): Promise<{ readonly ci: Arrival['ci']; readonly tried: string }>
  /** Ids of CIs that this one depends on, and that depend on it. What cannot be read is none: then the CI alone counts. */
  around(ciId: string): Promise<Pick<Arrival, 'above' | 'below'>>
}

const NAMES_MS: Millis = 60_000
const AROUND_MS: Millis = 5 * 60_000
/** What could not be read is asked again so soon. */
const AGAIN_MS: Millis = 5_000
const REMEMBERED = 2000
/** More names of one alert are not looked up. */
const TRIED = 8

/** Rejects with a PortError where the CMDB cannot be asked: then the alert waits. */
export function neighbourhood({ tickets, clock, files, surroundings, log }: Deps): Neighbourhood {
  const named = kept<readonly NonNullable<Arrival['ci']>[]>({
    clock,
    forMs: NAMES_MS,
    most: REMEMBERED,
    worth: () => true,
  })
  const matches = async (name: string) => {
    try {
      return (await tickets.findCis(name)).map(({ sysId: id, name: called }) => ({ id, name: called }))
    } catch (error) {
      // What cannot be a name, or may not be read, is no name of a CI.
      if (isPortError(error, 'malformed') || isPortError(error, 'denied') || isPortError(error, 'notFound')) return []
      throw error
    }
  }
  const related = kept<Pick<Arrival, 'above' | 'below'> & { readonly isKnown: boolean }>({
    clock,
    forMs: AROUND_MS,
    most: REMEMBERED,
    worth: ({ isKnown }) => isKnown,
    againMs: AGAIN_MS,
  })
  const neighbours = async (id: string) => {
    const depth = files.current().servicenow.context.neighbours
    const read = await surroundings?.neighbours(id, depth)
    if (read && !read.known) log.warn({ ci: id, reason: read.reason }, 'what an alert’s CI depends on is unknown')
    const all = (read?.known ? read.value : []).toSorted((a, b) => a.depth - b.depth)
    const idsOf = (direction: 'up' | 'down') =>
      all.filter((each) => each.direction === direction).map(({ sysId }) => sysId)
    return { above: idsOf('up'), below: idsOf('down'), isKnown: read?.known !== false }
  }
  return {
    async find(names) {
      const tried: string[] = []
      for (const name of [...new Set(names)].filter((each) => each !== '').slice(0, TRIED)) {
        const found = await named(name, () => matches(name))
        const [only] = found
        if (only && found.length === 1) return { ci: only, tried: '' }
        tried.push(found.length === 0 ? name : `${name} (${found.length} CIs)`)
      }
      return { ci: null, tried: tried.length === 0 ? 'it names no CI' : `no single CI for ${tried.join(', ')}` }
    },
    async around(ciId) {
      const { above, below } = await related(ciId, () => neighbours(ciId))
      return { above, below }
    },
  }
}
