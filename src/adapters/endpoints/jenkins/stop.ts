// Owns asking Jenkins to cancel a queue item or to stop a build; that it happened only polling can tell.
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import type { System } from '../system.ts'
import type { Job } from './job.ts'
import type { poster } from './post.ts'

export interface Stopping {
  /** `left`: it had left the queue already, or is not known, so that it must be read again (CONTRACTS §3). */
  item(job: Job, id: number): Promise<'asked' | 'left'>
  build(job: Job, number: number): Promise<void>
}

export function stopping(system: System, post: ReturnType<typeof poster>): Stopping {
  const timeoutMs = () => system.settings.timeoutMs
  return {
    async item({ root }, id) {
      const response = await post(root, { url: `${root}/queue/cancelItem`, query: { id: String(id) }, timeoutMs })
      const { status } = response
      // Before 2020 it redirected.
      if (status === 204 || ledTo(response, `${root}/queue/cancelItem`, '/queue')) return 'asked'
      if (status === 404 || status === 500) return 'left'
      if (status !== 422) throw portErrorOf(response, 'cancelling the queue item', { mutating: true })
      const help = 'grant its user the permission Job/Cancel'
      throw new PortError('denied', `Jenkins does not let runbot cancel the queue item: ${help}`)
    },
    async build({ root, url, path }, number) {
      const stop = `${url}/${number}/stop`
      const response = await post(root, { url: stop, timeoutMs })
      // A redirect back to the build, whether or not anything was running (CONTRACTS §3); one to a login is none of those.
      if (!ledTo(response, stop, path)) throw portErrorOf(response, `stopping build ${number}`, { mutating: true })
    },
  }
}

/** Whether it redirects within Jenkins, to this part of it. The host is whatever Jenkins takes itself for. */
function ledTo({ status, headers }: WireResponse, from: string, part: string): boolean {
  const { location } = headers
  if ((status !== 302 && status !== 303) || location === undefined) return false
  return `${decoded(URL.parse(location, from)?.pathname ?? '')}/`.includes(`${decoded(part)}/`)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
