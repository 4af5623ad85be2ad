// Owns a warning: a runbook's `with` that looks as if it held a secret, for everybody gets to read it.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { Json } from '../../core/values.ts'
import { isSecretName, secretLooks } from '../wire/secrets.ts'
import type { Path, Source } from './yaml-source.ts'

const why =
  'what "with" holds is shown on the card and kept in the run log; credentials belong to auth in connectors.yaml'

/** One for each text under any `with` of the file that stands under a secret's name, or is known for one by its look. */
export function withSecrets(source: Source): readonly CatalogProblem[] {
  const visit = (value: Json, path: Path, inside: boolean): CatalogProblem[] => {
    if (typeof value === 'string') return inside ? problemsOf(source, value, path) : []
    if (Array.isArray(value)) return value.flatMap((each, index) => visit(each, [...path, index], inside))
    if (typeof value !== 'object' || value === null) return []
    return Object.entries(value).flatMap(([key, each]) => visit(each, [...path, key], inside || key === 'with'))
  }
  return visit(source.value, [], false)
}

function problemsOf(source: Source, text: string, path: Path): CatalogProblem[] {
  const name = path.findLast((part) => typeof part === 'string') ?? ''
  if (text !== '' && isSecretName(name)) return [source.problem(path, `"${name}" is named like a secret: ${why}`)]
  return secretLooks(text).length > 0 ? [source.problem(path, `this looks like a secret: ${why}`)] : []
}
