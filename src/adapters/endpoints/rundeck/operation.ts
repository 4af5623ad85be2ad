// Owns what connectors.yaml says of a Rundeck operation: which job, and which of its options bears the key.
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject, type Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { baseUrl, type System } from '../system.ts'

export interface Operation {
  /** The UUID of the job. */
  readonly job: string
  readonly project: string | undefined
  readonly keyOption: string
}

/** PortError malformed where the operation cannot be one of Rundeck. */
export function operationOf(request: PlannedRequest): Operation {
  const { job, project, keyOption } = request.detail
  if (typeof job !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(job))
    throw new PortError('malformed', `${request.do}: job must be the id (UUID) of a job`)
  return {
    job,
    project: typeof project === 'string' && project !== '' ? project : undefined,
    keyOption: typeof keyOption === 'string' && keyOption !== '' ? keyOption : 'runbot_key',
  }
}

/** The version is part of `base`; from 44 on a job's definition can be read as JSON. */
export const rootUrl = ({ settings }: System, request: PlannedRequest): string =>
  baseUrl(request.url, settings.base ?? '/api/44')

type Options = { readonly [name: string]: string | readonly string[] }

/** `with`, and the key. All of it as text: Rundeck drops an option that is a number or a boolean without a word. */
export function optionsOf({ keyOption }: Operation, request: PlannedRequest, key: string): Options {
  const given = request.with ?? {}
  const wrong = (why: string) => new PortError('malformed', `${request.do}: ${why}`)
  if (!isObject(given)) throw wrong('with must be an object: it becomes the options')
  if (Object.hasOwn(given, keyOption)) throw wrong(`with must not hold ${keyOption}: runbot sets it`)
  const text = (name: string, value: Json): string => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw wrong(`the option ${name} must be text, a number, true or false, or a list of those`)
  }
  const options = Object.entries(given).map(([name, value]): [string, string | readonly string[]] => [
    name,
    Array.isArray(value) ? value.map((each: Json) => text(name, each)) : text(name, value),
  ])
  return { ...Object.fromEntries(options), [keyOption]: key }
}
