// Owns the scan thread as the store sees it: rows by SQL text, started when first needed and again after it died.
import { Worker } from 'node:worker_threads'
import { PortError } from '../../../ports/errors.ts'
import { closed, toPortError } from './errors.ts'
import type { Opening } from './open.ts'
import type { ScanAnswer, ScanRequest } from './scan-worker.ts'
import type { Bindings, Row } from './statements.ts'

/** Runs a query in the scan thread. It sees everything that was acknowledged before. */
export type Scan = (sql: string, parameters: Bindings) => Promise<readonly Row[]>

export interface Scanner {
  readonly scan: Scan
  /** Ends the thread; scans under way are rejected. */
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (rows: readonly Row[]) => void
  readonly reject: (error: PortError) => void
}

export function scanner(opening: Opening): Scanner {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let isClosed = false
  let lastId = 0

  const settle = (answer: ScanAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) worker?.unref()
    if ('rows' in answer) asked?.resolve(answer.rows)
    else asked?.reject(toPortError(answer.failure))
  }
  const lose = (error: PortError) => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const start = (): Worker => {
    const started = new Worker(new URL('./scan-worker.ts', import.meta.url), { workerData: opening })
    const died = (why: string, cause?: unknown) => {
      if (worker === started) lose(new PortError('unavailable', `the scan thread ${why}`, { cause }))
    }
    started.on('message', settle)
    started.on('error', (cause) => died(`failed: ${cause.message}`, cause))
    started.on('exit', () => died('ended'))
    return started
  }

  return {
    scan: (sql, parameters) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(closed())
        worker ??= start()
        // The thread alone does not keep the process alive, a scan that somebody waits for does.
        worker.ref()
        lastId += 1
        waiting.set(lastId, { resolve, reject })
        worker.postMessage({ id: lastId, sql, parameters } satisfies ScanRequest)
      }),
    async close() {
      isClosed = true
      const ending = worker
      lose(closed())
      await ending?.terminate()
    },
  }
}
