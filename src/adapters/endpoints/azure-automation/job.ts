// Owns what a request asks of Azure Automation: which account, which runbook, which parameters, and whether a job is that.
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject, type Json, type JsonObject } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { plainText } from '../../wire/text.ts'
import { baseUrl } from '../system.ts'
import type { Job } from './schema.ts'

const account =
  /^\/?subscriptions\/[^/\s?#%]+\/resourceGroups\/[^/\s?#%]+\/providers\/Microsoft\.Automation\/automationAccounts\/[^/\s?#%]+\/?$/i

/** The jobs of the account that `base` names. PortError malformed where it names none. */
export function jobsUrl(request: PlannedRequest, base: string | null): string {
  if (base !== null && account.test(base) && !/\/\.\.?(\/|$)/.test(base)) return `${baseUrl(request.url, base)}/jobs`
  const wanted = '/subscriptions/…/resourceGroups/…/providers/Microsoft.Automation/automationAccounts/…'
  throw new PortError('malformed', `${request.system} needs base: ${wanted} in connectors.yaml`)
}

export interface Asked {
  readonly runbook: string
  readonly parameters: { readonly [name: string]: string }
  /** A hybrid worker group; empty is the cloud. */
  readonly runOn: string
}

/** PortError malformed where the operation names no runbook, or `with` is no list of parameters. */
export function askedOf(request: PlannedRequest): Asked {
  const { runbook, runOn } = request.detail
  const given = request.with ?? {}
  if (typeof runbook !== 'string' || runbook === '')
    throw new PortError('malformed', `${request.do} names no runbook in connectors.yaml`)
  if (!isObject(given)) throw new PortError('malformed', `${request.do}: its "with" is not a list of parameters`)
  const parameters = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, encoded(value)]))
  return { runbook, parameters, runOn: typeof runOn === 'string' ? runOn : '' }
}

export const bodyOf = ({ runbook, parameters, runOn }: Asked): Json => ({
  properties: { runbook: { name: runbook }, parameters, runOn },
})

/**
 * Values are strings, all others JSON text. A string that would read as JSON is quoted, as the PowerShell client does
 * with every string: "007" must not arrive as the number 7 (CONTRACTS §5).
 */
const encoded = (value: Json): string =>
  typeof value === 'string' && !readsAsJson(value) ? value : JSON.stringify(value)

/** Also as a lenient parser reads it: leading zeros, single quotes. */
const readsAsJson = (text: string): boolean => meaning(text) !== text || /^\s*(['"{[]|[+-]?[\d.x]+\s*$)/i.test(text)

function meaning(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** In what a job is not what was asked for; undefined where it is. Azure's names have no case. */
export function differenceOf({ properties }: Job, asked: Asked): string | undefined {
  const { runbook, parameters, runOn } = properties
  if (!sameName(runbook?.name, asked.runbook)) return `it runs ${plainText(runbook?.name ?? 'no runbook', 60)}`
  if (asked.runOn !== '' && !sameName(runOn, asked.runOn)) return `it runs on ${plainText(runOn || 'Azure', 60)}`
  const got: JsonObject = parameters ?? {}
  for (const [name, value] of Object.entries(asked.parameters)) {
    // Names that were not sent are the service's own, such as who started it.
    const [, other] = Object.entries(got).find(([each]) => sameName(each, name)) ?? []
    if (other === undefined || decoded(other) !== decoded(value)) return `its parameter ${name} is another`
  }
  return undefined
}

const sameName = (one: string | null | undefined, other: string): boolean => one?.toLowerCase() === other.toLowerCase()

/** One text for a value, whether it comes back as it was sent or already decoded. */
function decoded(value: Json): string {
  const plain = typeof value === 'string' ? meaning(value) : value
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}
