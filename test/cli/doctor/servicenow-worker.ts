// Owns a stand-in for the ServiceNow APIs that infra/servicenow calls, in a thread: there a request may wait for its answer.
// As documented in the server API reference: RESTMessageV2, GlideCertificateEncryption, StandardCredentialsProvider,
// GlideSystem, GlideDateTime. What a request asks for, the main thread sends over real HTTP.
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Asked, Done, Order, Setup } from './servicenow-instance.ts'

const { scripts, properties, password, port, flag, now } = workerData as Setup & { port: MessagePort; flag: Int32Array }
const did: { logged: string[]; scheduled: string[][] } = { logged: [], scheduled: [] }

/** Waits for the main thread, as the platform waits for the network. */
function exchange(asked: Asked): { status: number; headers: Record<string, string> } {
  Atomics.store(flag, 0, 0)
  port.postMessage({ asked })
  Atomics.wait(flag, 0, 0)
  const { message } = receiveMessageOnPort(port) as { message: { status: number; headers: Record<string, string> } }
  if (message.status === 0) throw new Error(`Unable to connect, request was ${JSON.stringify(asked)}`)
  return message
}

class RESTMessageV2 {
  private readonly asked: Asked = { url: '', method: '', headers: {}, body: '' }
  setEndpoint(url: string): void {
    this.asked.url = url
  }
  setHttpMethod(method: string): void {
    this.asked.method = method
  }
  setHttpTimeout(ms: number): void {
    if (!(ms > 0)) throw new Error('not a timeout')
  }
  setRequestHeader(name: string, value: string): void {
    this.asked.headers[name] = value
  }
  setRequestBody(body: string): void {
    this.asked.body = body
  }
  execute() {
    const { status, headers } = exchange(this.asked)
    return { getStatusCode: () => status, getHeader: (name: string) => headers[name.toLowerCase()] ?? null }
  }
}

class GlideDateTime {
  private ms = now ?? Date.now()
  getNumericValue(): number {
    return this.ms
  }
  addSeconds(seconds: number): void {
    this.ms += seconds * 1000
  }
}

const world = createContext({
  Class: {
    create: () =>
      function (this: { initialize(): void }) {
        this.initialize()
      },
  },
  GlideDateTime,
  // The key must be base64, and so is the answer.
  GlideCertificateEncryption: class {
    generateMac(key: string, algorithm: string, data: string): string {
      if (algorithm !== 'HmacSHA256') throw new Error(`no ${algorithm} here`)
      return createHmac('sha256', Buffer.from(key, 'base64')).update(data).digest('base64')
    }
  },
  sn_ws: { RESTMessageV2 },
  sn_cc: {
    StandardCredentialsProvider: class {
      getCredentialByID(id: string) {
        const found = id === properties['runbot.webhook.credential']
        return found ? { getAttribute: (name: string) => (name === 'password' ? password : null) } : null
      }
    },
  },
  gs: {
    getProperty: (name: string, otherwise: string) => properties[name] ?? otherwise,
    generateGUID: () => randomBytes(16).toString('hex'),
    eventQueueScheduled: (name: string, _record: unknown, parm1: string, parm2: string, at: GlideDateTime) =>
      did.scheduled.push([name, parm1, parm2, String(Math.round((at.getNumericValue() - (now ?? Date.now())) / 1000))]),
    warn: (text: string) => did.logged.push(`warn ${text}`),
    error: (text: string) => did.logged.push(`error ${text}`),
  },
})
runInContext(readFileSync(scripts.include, 'utf8'), world)

port.on('message', ({ order }: { order?: Order }) => {
  if (!order) return
  const { script, sysId, fields, parm1, parm2 } = order
  did.logged = []
  did.scheduled = []
  Object.assign(world, {
    current: { getUniqueValue: () => sysId, getValue: (name: string) => fields[name] ?? null },
    event: { parm1, parm2 },
  })
  runInContext(readFileSync(scripts[script], 'utf8'), world)
  const done: Done = { ...did }
  port.postMessage({ done })
})
