// Owns standing still at the worst moment: a preload that stops its process (SIGSTOP) right before the request that a test names leaves.
import { renameSync } from 'node:fs'
import http from 'node:http'
import { isMainThread } from 'node:worker_threads'

/** RUNBOT_PAUSE: while this file is there, the first process that is about to launch something stands still, and it is gone. */
const file = process.env['RUNBOT_PAUSE'] ?? ''

type Callback = (response: http.IncomingMessage) => void

const isWanted = ({ method, path }: http.RequestOptions): boolean => {
  if (method !== 'POST' || path !== '/v1/runs') return false
  try {
    renameSync(file, `${file}.${process.pid}`)
    return true
  } catch {
    return false
  }
}

/** Every request of runbot goes through `http.request(options, callback)` (adapters/wire/http.ts). */
if (isMainThread) {
  const request = http.request as (options: http.RequestOptions, callback: Callback) => http.ClientRequest
  const pausing = (options: http.RequestOptions, callback: Callback) => {
    if (isWanted(options)) process.kill(process.pid, 'SIGSTOP')
    return request(options, callback)
  }
  http.request = pausing as typeof http.request
}
