// Owns the question whether a port of this machine is free, and the sentence for a person when it is not.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Sorry } from './sorry.ts'

/** What the port is for, and the flag that chooses another one. */
export interface PortUse {
  readonly what: string
  readonly flag: string
}

/** The wished port, or any free one for 0. A taken or forbidden one is a sentence with the way out. */
export async function freePort(wished: number, { what, flag }: PortUse): Promise<number> {
  let found = wished
  // A program may hold a port on one of these addresses alone.
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
    const port = await tryPort(found, host)
    if (typeof port === 'number') found = port
    else if (port === 'EADDRINUSE') throw taken(wished, { what, flag })
    else if (port === 'EACCES')
      throw new Sorry(
        `port ${wished} for ${what} needs special rights here: choose one above 1023 with ${flag} <port>.`,
      )
    // Any other answer: this machine does not have that kind of address.
  }
  return found
}

export const taken = (port: number, { what, flag }: PortUse): Sorry =>
  new Sorry(`port ${port} for ${what} is taken by another program: end it, or choose another with ${flag} <port>.`)

async function tryPort(port: number, host: string): Promise<number | string> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : port
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  } finally {
    if (server.listening) {
      server.close()
      await once(server, 'close')
    }
  }
}
