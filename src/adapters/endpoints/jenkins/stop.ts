// Owns asking Jenkins to cancel a queue item or to stop a build; that it happened only polling can tell.
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf } from '../../wire/http.ts'
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
      if (status === 204 || status === 302) return 'asked'
      if (status === 404 || status === 500) return 'left'
      if (status !== 422) throw portErrorOf(response, 'cancelling the queue item', { mutating: true })
      const help = 'grant its user the permission Job/Cancel'
      throw new PortError('denied', `Jenkins does not let runbot cancel the queue item: ${help}`)
    },
    async build({ root, url }, number) {
      const response = await post(root, { url: `${url}/${number}/stop`, timeoutMs })
      // A redirect, whether or not anything was running.
      const asked = response.status >= 200 && response.status < 400
      if (!asked) throw portErrorOf(response, `stopping build ${number}`, { mutating: true })
    },
  }
}
