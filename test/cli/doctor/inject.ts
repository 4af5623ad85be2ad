// Owns how faults come about: another environment, another file, or another answer of a system.
import { type Fault as Answer, requestTo } from '../../sandbox/faults.ts'
import type { Server } from '../../sandbox/server.ts'
import type { Scene } from './scene.ts'

export interface Injected {
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly undo?: () => unknown
}

/** `worth`: only worth a look, so that the exit code stays 0. */
export interface Fault {
  readonly what: string
  readonly inject: (scene: Scene) => Injected | Promise<Injected>
  readonly check: string
  readonly says: RegExp
  readonly mend: RegExp
  readonly worth?: true
}

export const env = (name: string, value: string) => (): Injected => ({ env: { [name]: value } })
export const files =
  (file: string, from: string, to: string) =>
  (scene: Scene): Injected => ({
    env: {
      RUNBOOKS_DIR: scene.files(file, (text) => {
        if (!text.includes(from)) throw new Error(`${file} holds no ${from}`)
        return text.replace(from, to)
      }),
    },
  })
export const struck = (server: Server, path: string | RegExp, fault: Answer, method = 'GET'): Injected => ({
  undo: server.faults.add({ fault, match: requestTo(method, path), times: Number.POSITIVE_INFINITY }),
})
export const late = (server: Server, path: string, seconds: number): Injected =>
  struck(server, path, {
    rewrite: (answer) => ({
      ...answer,
      headers: { ...answer.headers, date: new Date(Date.now() + seconds * 1000).toUTCString() },
    }),
  })
export const OTHER = '99999999-9999-4999-8999-999999999999'
export const closed = 'http://127.0.0.1:1'
