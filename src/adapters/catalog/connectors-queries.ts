// Owns what a vetted query in connectors.yaml must be: read-only, its placeholders declared, its place in the answer a pointer.
import type { CatalogProblem, Tier } from '../../core/runbook.ts'
import type { Json } from '../../core/values.ts'
import type { SystemKind } from './connectors-schema.ts'
import { suggestion } from './suggest.ts'
import type { Path, Source } from './yaml-source.ts'

/** Kinds whose operations measure: `result.value` is a number, or null where there is none. */
export const QUERY_KINDS: readonly string[] = [
  'prometheus',
  'azure-logs',
  'tempo',
  'jaeger',
  'http-json',
] satisfies readonly SystemKind[]

export const isQuery = (kind: string): boolean => QUERY_KINDS.includes(kind)

/** Where values may stand, by what an operation of these kinds declares. */
const TEMPLATES = ['query', 'path', 'service', 'operation', 'minDuration'] as const
const placeholder = /\{([A-Za-z_]\w*)\}/g

type Declared = { readonly [key: string]: unknown }

/** Every problem of one operation; none where its kind is no query. `source` is the operation's own part. */
export function queryProblems(source: Source, kind: SystemKind, tier: Tier, declared: Declared): CatalogProblem[] {
  if (!isQuery(kind)) return []
  const problems: CatalogProblem[] = []
  const note = (path: Path, message: string) => problems.push(source.problem(path, message))
  if (tier !== 0) note(['tier'], `a query only reads: its tier is 0, not ${tier}`)
  const known = Object.keys(declared['parameters'] ?? {})
  const used = new Set<string>()
  for (const { path, text } of templatesOf(declared))
    for (const [, name = ''] of text.matchAll(placeholder)) {
      used.add(name)
      if (!known.includes(name))
        note(path, `{${name}} is not declared under parameters${known.length > 0 ? suggestion(name, known) : ''}`)
    }
  for (const name of known)
    if (!used.has(name))
      note(['parameters', name], `nothing uses the parameter "${name}": write {${name}} where it stands`)
  if (kind === 'http-json') problems.push(...pointerProblems(source, declared))
  return problems
}

function* templatesOf(declared: Declared): Iterable<{ readonly path: Path; readonly text: string }> {
  for (const key of TEMPLATES) {
    const text = declared[key]
    if (typeof text === 'string') yield { path: [key], text }
  }
  for (const [tag, text] of Object.entries((declared['tags'] ?? {}) as { readonly [tag: string]: Json }))
    yield { path: ['tags', tag], text: String(text) }
}

function pointerProblems(source: Source, { path, value, series }: Declared): CatalogProblem[] {
  const wrong = (key: string, message: string) => [source.problem([key], message)]
  const pointer = (key: string, text: unknown) =>
    typeof text !== 'string' || text.startsWith('/')
      ? []
      : wrong(key, 'expected a JSON pointer such as /data/0/value (RFC 6901)')
  return [
    ...(typeof path === 'string' && (!path.startsWith('/') || /[#\\]/.test(path))
      ? wrong('path', 'expected a path such as /api/errors?service={service}, without # and \\')
      : []),
    ...pointer('value', value),
    ...pointer('series', series),
  ]
}
