// Owns an instance that runs the scripts of infra/servicenow and sends what they ask for over real HTTP.
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'

export interface Asked {
  url: string
  method: string
  headers: Record<string, string>
  body: string
}

type Script = 'include' | 'rule' | 'retry'

export interface Setup {
  readonly scripts: Readonly<Record<Script, string>>
  readonly properties: Readonly<Record<string, string>>
  /** Of the credential record. */
  readonly password: string
  /** The instance's clock; this machine's unless told. */
  readonly now?: number
}

export interface Order {
  readonly script: Exclude<Script, 'include'>
  readonly sysId: string
  readonly fields: Readonly<Record<string, string>>
  readonly parm1?: string
  readonly parm2?: string
}

/** What a script did besides sending: lines of its log, and events with their parameters and the wait in seconds. */
export interface Done {
  readonly logged: readonly string[]
  readonly scheduled: readonly (readonly string[])[]
}

export interface Instance {
  /** Every request that was sent, with the status of its answer; 0 where there was none. */
  readonly sent: readonly (Asked & { readonly status: number })[]
  run(order: Order): Promise<Done>
  stop(): Promise<void>
}

export const pathOf = (file: string): string =>
  fileURLToPath(new URL(`../../../infra/servicenow/${file}`, import.meta.url))
const scripts = {
  include: pathOf('RunbotWebhook.script-include.js'),
  rule: pathOf('announce-incident.business-rule.js'),
  retry: pathOf('retry-webhook.script-action.js'),
}

/** `tampered` changes a request on its way. */
export function instance(
  setup: Omit<Setup, 'scripts'>,
  tampered: (asked: Asked) => Asked = (asked) => asked,
): Instance {
  const { port1: port, port2 } = new MessageChannel()
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./servicenow-worker.ts', import.meta.url), {
    workerData: { ...setup, scripts, port: port2, flag },
    transferList: [port2],
  })
  const sent: (Asked & { status: number })[] = []
  const answer = async (asked: Asked): Promise<void> => {
    const { url, method, headers, body } = tampered(asked)
    const got = await fetch(url, { method: method.toUpperCase(), headers, body }).then(
      async (response) => {
        await response.arrayBuffer()
        return { status: response.status, headers: Object.fromEntries(response.headers) }
      },
      () => ({ status: 0, headers: {} }),
    )
    sent.push({ ...asked, status: got.status })
    port.postMessage(got)
    Atomics.store(flag, 0, 1)
    Atomics.notify(flag, 0)
  }
  return {
    sent,
    run(order) {
      const done = Promise.withResolvers<Done>()
      const heard = (message: { asked?: Asked; done?: Done }): void => {
        if (message.asked) void answer(message.asked)
        if (message.done) done.resolve(message.done)
      }
      port.on('message', heard)
      worker.once('error', done.reject)
      port.postMessage({ order })
      return done.promise.finally(() => {
        port.off('message', heard)
        worker.off('error', done.reject)
      })
    },
    async stop() {
      port.close()
      await worker.terminate()
    },
  }
}
