// Owns what connectors.yaml says of an AWX operation: which template, on which hosts, and what a launch bears its key in.
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject, type JsonObject } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { baseUrl, type System } from '../system.ts'

/** The extra variable that bears the key. */
export const keyVariable = 'runbot_run_id'

export interface Operation {
  readonly templates: 'job_templates' | 'workflow_job_templates'
  /** The template in a path: its id, or its named URL. */
  readonly path: string
  readonly named: boolean
  /** As it is written, with `${target}` where the target goes. */
  readonly limit: string | undefined
  readonly correlate: 'extra_vars' | 'label'
}

/** PortError malformed where the operation cannot be one of AWX. */
export function operationOf(request: PlannedRequest): Operation {
  const { template, workflow, limit, correlate } = request.detail
  const text = typeof template === 'number' || typeof template === 'string' ? String(template) : ''
  const named = !/^[1-9]\d*$/.test(text)
  return {
    templates: workflow === true ? 'workflow_job_templates' : 'job_templates',
    path: named ? namedPath(text, request.do) : text,
    named,
    limit: typeof limit === 'string' && limit !== '' ? limit : undefined,
    correlate: correlate === 'label' ? 'label' : 'extra_vars',
  }
}

/** AAP from 2.5 on serves the same under `/api/controller/v2/`: that is what `base` is for. */
export const rootUrl = ({ settings }: System, request: PlannedRequest): string =>
  baseUrl(request.url, settings.base ?? '/api/v2/')

/** With the slash at the end: AWX answers a path without it by a redirect that would turn a POST into a GET. */
export const templateUrl = (system: System, request: PlannedRequest, { templates, path }: Operation): string =>
  `${rootUrl(system, request)}/${templates}/${path}/`

/** A host's name and nothing that Ansible reads as a pattern: no group of all, wildcard, list, regex or exclusion. */
const host = /^(?!(?:all|ungrouped)$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/

/** The limit with the target's name in it; undefined where the operation has none. */
export function limitOf({ limit }: Operation, target: string, what: string): string | undefined {
  if (limit === undefined) return undefined
  const wrong = (why: string) => new PortError('malformed', `${what}: ${why}`)
  if (limit.replaceAll('${target}', '').includes('${')) throw wrong('its limit may hold ${target} and nothing else')
  if (limit.includes('${target}') && !host.test(target))
    throw wrong('the target is not the plain name of a host, so as a limit it could reach others')
  return limit.replaceAll('${target}', target)
}

/** `with`, and the key where it goes there. */
export function variablesOf({ correlate }: Operation, request: PlannedRequest, key: string): JsonObject {
  const given = request.with ?? {}
  const wrong = (why: string) => new PortError('malformed', `${request.do}: ${why}`)
  if (!isObject(given)) throw wrong('with must be an object: it becomes the extra variables')
  if (Object.hasOwn(given, keyVariable)) throw wrong(`with must not hold ${keyVariable}: runbot sets it`)
  return correlate === 'extra_vars' ? { ...given, [keyVariable]: key } : given
}

/**
 * A named URL as AWX writes it (`related.named_url`: `[+]` is a plus, reserved characters are percent-encoded), as a
 * path. AWX decodes it twice, once as a path and once by itself, so what is reserved is encoded twice. Without `++` AWX
 * would take the first template of that name of whatever organisation.
 * https://github.com/ansible/awx/blob/devel/docs/named_url.md, awx/main/utils/named_url_graph.py
 */
function namedPath(text: string, what: string): string {
  const parts = text.split('++')
  const name = parts[0] ?? ''
  if (parts.length !== 2 || name === '')
    throw new PortError(
      'malformed',
      `${what}: template must be an id or "<name>++<organisation>", or "<name>++" where it has none; a plus in a name is [+]`,
    )
  return parts.map(encodedTwice).join('++')
}

function encodedTwice(text: string): string {
  const once = text
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replace(/\[\+\]|\+/g, '\u0000')
    .replace(/[;/?:@=&[\]]/g, (reserved) => encodeURIComponent(reserved))
  return encodeURIComponent(once).replaceAll('%00', '[+]')
}
