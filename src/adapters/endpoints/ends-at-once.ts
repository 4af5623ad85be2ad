// Owns what is the same for every endpoint whose launch is one exchange: there is nothing to follow, find or cancel.
import type { Endpoint } from '../../ports/endpoint.ts'
import { PortError } from '../../ports/errors.ts'

/** `find` can tell nothing, so the outcome of a lost launch stays unknown (P3). */
export function endsAtOnce(what: string): Pick<Endpoint, 'progress' | 'find' | 'cancel'> {
  const nothing = async (): Promise<never> => {
    throw new PortError('notFound', `${what} ends when it is answered: there is nothing to follow`)
  }
  return {
    progress: nothing,
    cancel: nothing,
    async find() {
      throw new PortError('unavailable', `${what} bears no key that could be looked up`)
    },
  }
}
