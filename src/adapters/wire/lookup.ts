// Owns resolving a host that only a pattern let in: its name must not lead back into this machine, whatever DNS says.
import { type LookupAddress, lookup } from 'node:dns'
import { PortError } from '../../ports/errors.ts'
import { isInward } from './allow.ts'

type Resolve = (
  name: string,
  options: { all: true },
  found: (error: Error | null, addresses: LookupAddress[]) => void,
) => void
type Found = (error: Error | null, addresses: string[]) => void

/**
 * A lookup for the HTTP client. Fails with PortError denied where any address of `host` is inward. Another name is the
 * proxy's, which may be on this machine.
 */
export function outwardLookup(host: string, resolve: Resolve = lookup) {
  return (name: string, options: object, found: Found): void => {
    resolve(name, { ...options, all: true }, (error, resolved) => {
      const addresses = error ? [] : resolved.map(({ address }) => address)
      const inward = name === host && addresses.some(isInward)
      found(inward ? new PortError('denied', `${host} leads to an address inside this machine`) : error, addresses)
    })
  }
}
