// Owns https in front of a sandbox server: it ends TLS and hands the bytes on. Tokens are never sent without it: the SDK refuses.
import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { createAuthority } from '../certificates.ts'

export type TlsFront = {
  url: string
  /** What a client must trust: `ca` of an https.Agent, or a file for NODE_EXTRA_CA_CERTS. */
  ca: string
  stop: () => Promise<void>
}

/** Listens on a free loopback port; a socket that dies on one side dies on the other. */
export const serveTls = async (port: number): Promise<TlsFront> => {
  const authority = createAuthority('Sandbox Cosmos CA')
  const open = new Set<TLSSocket>()
  const server = createServer(authority.issue(), (outside) => {
    const inside = connect(port, '127.0.0.1')
    open.add(outside)
    outside.once('close', () => {
      open.delete(outside)
      inside.destroy()
    })
    inside.once('close', () => outside.destroy())
    outside.on('error', () => outside.destroy())
    inside.on('error', () => inside.destroy())
    outside.pipe(inside).pipe(outside)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    ca: authority.ca,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
