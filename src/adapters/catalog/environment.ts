// Owns `${env:NAME}`: which parts of connectors.yaml may hold it, and its value, which never appears in a message.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Json } from '../../core/values.ts'
import type { Path, Source } from './yaml-source.ts'

export type Environment = { readonly [name: string]: string | undefined }

const REFERENCE = /\$\{env:([^}]*)\}/g
const SECRET_PLACES =
  /^(inbound\/|planner\/(url|key)$|pagers\/[^/]+\/(url|routingKey)$|systems\/[^/]+\/(url|auth|allow|callbackSecret|callbackToken|tls\/key)(\/|$))/

export interface Filled {
  readonly value: Json
  /** Misuse: names that are none, or a place where it may not stand. */
  readonly problems: readonly CatalogProblem[]
  /** Names that are not set, or empty; their text is left empty. */
  readonly unset: readonly CatalogProblem[]
}

/** Fills in every `${env:NAME}`, and `${env:NAME:-default}` where it is not set. What came from the environment is not read again. */
export function fillEnvironment(source: Source, env: Environment): Filled {
  const problems: CatalogProblem[] = []
  const unset: CatalogProblem[] = []
  const text = (value: string, path: Path): string =>
    value.replaceAll(REFERENCE, (_, reference: string) => {
      const [name = '', ...rest] = reference.split(':-')
      if (!SECRET_PLACES.test(path.join('/'))) {
        const places =
          'url, auth, allow, callbackSecret, callbackToken and tls.key of a system, url and routingKey of a pager, url and key of the planner, and in inbound'
        problems.push(source.problem(path, `\${env:${name}} may stand only in ${places}`))
        return ''
      }
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        problems.push(
          source.problem(path, 'expected ${env:NAME} or ${env:NAME:-default}, with letters, digits and "_"'),
        )
        return ''
      }
      const found = Object.hasOwn(env, name) ? env[name] : undefined
      if (!found && rest.length > 0) return rest.join(':-')
      if (!found) unset.push(source.problem(path, `${name} is not set in the environment`))
      return found ?? ''
    })
  const fill = (value: Json, path: Path): Json => {
    if (typeof value === 'string') return text(value, path)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item: Json, index) => fill(item, [...path, index]))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, [...path, key])]))
  }
  return { value: fill(source.value, []), problems, unset }
}
