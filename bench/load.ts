// Owns the load: prepared HTTP requests over keep-alive connections, each sent when the one before it was answered.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Answered {
  readonly status: number
  readonly body: string
}

export interface Load {
  readonly seconds: number
  /** One a request, in the order in which they were answered. */
  readonly latenciesMs: readonly number[]
  /** By the index of the request. */
  readonly answers: readonly Answered[]
}

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * Sends every request, at most `inFlight` at once, and waits for all answers. Plain sockets: an HTTP client would cost
 * more than the server that is measured. Rejects when a connection breaks.
 */
export async function load(port: number, requests: readonly Buffer[], inFlight: number): Promise<Load> {
  const latenciesMs: number[] = []
  const answers: Answered[] = Array.from({ length: requests.length })
  const sockets = await Promise.all(Array.from({ length: inFlight }, () => opened(port)))
  let next = 0
  const began = performance.now()
  const work = async (socket: Socket): Promise<void> => {
    for (let index = next++; index < requests.length; index = next++) {
      const sentAt = performance.now()
      answers[index] = await exchange(socket, requests[index] as Buffer)
      latenciesMs.push(performance.now() - sentAt)
    }
  }
  await Promise.all(sockets.map(work))
  const seconds = (performance.now() - began) / 1000
  for (const socket of sockets) socket.destroy()
  return { seconds, latenciesMs, answers }
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

function exchange(socket: Socket, request: Buffer): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let received: Buffer | undefined
    const end = (settle: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose)
      settle()
    }
    const onError = (error: Error): void => end(() => reject(error))
    const onClose = (): void => end(() => reject(new Error('the server closed a connection')))
    const onData = (chunk: Buffer): void => {
      received = received ? Buffer.concat([received, chunk]) : chunk
      const answer = parse(received)
      if (answer) end(() => resolve(answer))
    }
    socket.on('data', onData).on('error', onError).on('close', onClose)
    socket.write(request)
  })
}

/** undefined while the answer is not whole. Every server here says its content-length. */
function parse(received: Buffer): Answered | undefined {
  const at = received.indexOf(HEAD_END)
  if (at < 0) return undefined
  const head = received.toString('latin1', 0, at)
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
  const begin = at + HEAD_END.length
  if (received.length < begin + length) return undefined
  return { status: Number(head.slice(9, 12)), body: received.toString('utf8', begin, begin + length) }
}
