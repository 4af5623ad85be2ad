// Owns what a request says of its Jenkins job: where it is, and which parameters go to it, the key among them.
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject, type Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { baseUrl } from '../system.ts'

export interface Job {
  /** Of Jenkins, without a slash at the end. */
  readonly root: string
  readonly url: string
  /** `/job/ops/job/restart-worker`. */
  readonly path: string
  /** The parameter that carries the key: it keeps Jenkins from merging, and finds the build (CONTRACTS §3). */
  readonly keyParameter: string
}

/** Folders become `/job/…/job/…`. PortError malformed for a name that a path would read in its own way. */
export function jobOf(request: PlannedRequest, base: string | null): Job {
  const { job, keyParameter } = request.detail
  const names = typeof job === 'string' ? job.split('/').filter(Boolean) : []
  if (names.length === 0 || names.some((name) => name === '.' || name === '..'))
    throw new PortError('malformed', `${request.do} names no job such as folder/name in connectors.yaml`)
  const root = baseUrl(request.url, base)
  const path = names.map((name) => `/job/${encodeURIComponent(name)}`).join('')
  const key = typeof keyParameter === 'string' && keyParameter !== '' ? keyParameter : 'RUNBOT_KEY'
  return { root, path, url: `${root}${path}`, keyParameter: key }
}

/** Jenkins itself reads these from the same form (hudson.model.BuildAuthorizationToken, ParameterizedJobMixIn). */
const reserved: ReadonlySet<string> = new Set(['delay', 'token', 'cause'])

/** `with` and the key as texts. PortError malformed where a value has no one text. */
export function parametersOf(request: PlannedRequest, job: Job, key: string): ReadonlyMap<string, string> {
  const wrong = (why: string) => new PortError('malformed', `${request.do}: ${why}`)
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw wrong('an idempotency key is plain ASCII')
  const given = request.with ?? {}
  if (!isObject(given)) throw wrong('its "with" is not a list of parameters')
  const sent = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) {
    if (name === job.keyParameter) throw wrong(`the parameter ${name} is runbot's own`)
    if (name === '' || reserved.has(name)) throw wrong(`Jenkins does not take "${name}" for a parameter`)
    const text = textOf(value)
    if (text === undefined) throw wrong(`its parameter ${name} is not a text, a number, true or false`)
    sent.set(name, text)
  }
  return sent.set(job.keyParameter, key)
}

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
