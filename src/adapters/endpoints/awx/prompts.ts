// Owns asking a template what a launch may bring, before anything is launched (CONTRACTS §2).
import type { JsonObject } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Wire } from '../../wire/http.ts'
import { plainText } from '../../wire/text.ts'
import { keyVariable, type Operation } from './operation.ts'
import { refusalOf } from './refusal.ts'
import { type Prompts, promptsFrom, surveyFrom } from './schema.ts'

/** What a launch brings besides the template. */
export interface Brought {
  readonly variables: JsonObject
  readonly limit: string | undefined
}

/**
 * Refuses with PortError denied, and nothing was launched, where the template would run without something it must have:
 * a job template does not refuse what it does not prompt for, it runs without it.
 */
export async function refuseUnprompted(
  wire: Wire,
  url: string,
  { operation, brought, what, signal }: Asking,
): Promise<void> {
  const response = await wire.send({ method: 'GET', url: `${url}launch/`, signal })
  if (response.status !== 200) throw refusalOf(response, `reading what ${what} asks for`, operation)
  const prompts = promptsFrom(response)
  const reasons = [
    ...needsOf(prompts, brought),
    ...(operation.correlate === 'label' && !prompts.ask_labels_on_launch ? [promptFor('labels')] : []),
    ...(brought.limit === undefined || prompts.ask_limit_on_launch || prompts.defaults.limit === brought.limit
      ? []
      : [`${promptFor('the limit')}, and without it would run on all hosts of its inventory`]),
    ...(await variableReasons(wire, url, prompts, brought, signal)),
  ]
  if (reasons.length > 0)
    throw new PortError('denied', `${what} was not launched: the template ${reasons.join('; it ')}`)
}

/**
 * Whether a launch may bear the key. Where it may not, one that came before may have lost it on the way, and the list of
 * jobs tells nothing of it.
 */
export async function takesKey(wire: Wire, url: string, operation: Operation): Promise<boolean> {
  const response = await wire.send({ method: 'GET', url: `${url}launch/` })
  if (response.status !== 200) throw refusalOf(response, 'looking up the key', operation)
  const prompts = promptsFrom(response)
  if (operation.correlate === 'label') return prompts.ask_labels_on_launch
  return (
    (await variableReasons(wire, url, prompts, { variables: { [keyVariable]: '' }, limit: undefined })).length === 0
  )
}

interface Asking {
  readonly operation: Operation
  readonly brought: Brought
  readonly what: string
  readonly signal: AbortSignal
}

const promptFor = (what: string): string => `does not prompt for ${what} on launch (turn it on in AWX)`

function needsOf(prompts: Prompts, { variables }: Brought): string[] {
  const missing = prompts.variables_needed_to_start.filter((name) => !Object.hasOwn(variables, name))
  const { passwords_needed_to_start: passwords, inventory_needed_to_start: inventory } = prompts
  return [
    ...(missing.length > 0 ? [`needs ${listed(missing)}: add it to with`] : []),
    ...(passwords.length > 0 ? [`asks for passwords (${listed(passwords)}), which runbot never sends`] : []),
    ...(inventory ? ['has no inventory of its own, and runbot sends none'] : []),
  ]
}

/** With a survey and no prompt for variables, only those of the survey are taken. */
async function variableReasons(
  wire: Wire,
  url: string,
  prompts: Prompts,
  { variables }: Brought,
  signal?: AbortSignal,
): Promise<string[]> {
  const names = Object.keys(variables)
  if (prompts.ask_variables_on_launch || names.length === 0) return []
  if (!prompts.survey_enabled) return [promptFor(`variables (${listed(names)})`)]
  const response = await wire.send({ method: 'GET', url: `${url}survey_spec/`, ...(signal ? { signal } : {}) })
  if (response.status !== 200) throw refusalOf(response, 'reading the survey')
  const { spec } = surveyFrom(response)
  const unknown = names.filter((name) => !spec.some(({ variable }) => variable === name))
  const hidden = spec.some(({ variable, type }) => variable === keyVariable && type === 'password')
  return [
    ...(unknown.length > 0 ? [`${promptFor('variables')}, and its survey has no ${listed(unknown)}`] : []),
    ...(hidden ? [`hides ${keyVariable} as a password, so that it could not be found again: make it a text`] : []),
  ]
}

const listed = (names: readonly string[]): string => plainText(names.join(', '), 200)
