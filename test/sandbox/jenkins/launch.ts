// Owns buildWithParameters: what is refused, dropped, defaulted, merged, and where it says the item is. CONTRACTS 3
import type { Answer, Call } from '../server.ts'
import type { Life } from './life.ts'
import { type Job, type ParameterDefinition, type ParameterValue, valuesOf } from './model.ts'
import { page } from './pages.ts'

export type LaunchOptions = {
  life: Life
  /** A listener vetoes scheduling. */
  vetoes: () => boolean
  /** The status of a launch that was merged into a queued item. */
  mergesWith: () => number
  /** Sees the definitions that hold when the request arrives. */
  definitions: (job: Job) => ParameterDefinition[]
}

export const createLaunch = ({ life, vetoes, mergesWith, definitions }: LaunchOptions) => {
  return (call: Call, job: Job): Answer => {
    if (call.method !== 'POST') return { ...page(405, 'Method Not Allowed'), headers: { allow: 'POST' } }
    if (job.disabled) return page(409, 'Job is not buildable')
    const declared = definitions(job)
    if (declared.length === 0) return page(400, `${job.name} is not parameterized`)
    const parameters = taken(declared, new URLSearchParams(call.raw.toString('utf8')))
    if (!parameters) return page(500, 'Oops! A problem occurred while processing the request.')
    // Plain redirect to the job page, nothing queued.
    if (vetoes()) return { status: 302, headers: { location: '../' } }
    const wanted = JSON.stringify(valuesOf(parameters))
    const same = life.items.find(
      (item) => item.state === 'waiting' && item.job === job && JSON.stringify(valuesOf(item.parameters)) === wanted,
    )
    if (same) return { status: mergesWith(), headers: { location: locationOf(same.id) } }
    const item = life.enqueue(job, parameters)
    return { status: 201, headers: { location: locationOf(item.id) } }
  }
}

/** The host is whatever the request was taken to be for: wrong behind a proxy. */
const locationOf = (id: number): string => `http://jenkins.internal:8080/queue/item/${id}/`

/** Undeclared names are dropped, missing ones take defaults; a repeated name or an illegal choice is undefined. */
const taken = (declared: ParameterDefinition[], form: URLSearchParams): ParameterValue[] | undefined => {
  const values = declared.map((definition): ParameterValue | undefined => {
    const { name, type, choices = [], trim } = definition
    const given = form.getAll(name)
    if (given.length > 1) return undefined
    const text = given[0] ?? definition.default ?? choices[0] ?? ''
    if (type === 'ChoiceParameterDefinition' && !choices.includes(text)) return undefined
    const value = type === 'BooleanParameterDefinition' ? text === 'true' : trim ? text.trim() : text
    return { name, value, hidden: type === 'PasswordParameterDefinition' }
  })
  return values.includes(undefined) ? undefined : (values as ParameterValue[])
}
