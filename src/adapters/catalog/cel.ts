// Owns CEL: text that a person wrote becomes an expression of the core, planned once.
import { type CelInput, isCelError, parse, plan } from '@bufbuild/cel'
import type { Evaluation, Expression, Scope } from '../../core/values.ts'
import type { CompileExpression } from '../../ports/catalog.ts'
import { environment } from './cel-functions.ts'
import { reasonOf } from './cel-reason.ts'
import { type Survey, survey, type Tree, type Use } from './cel-tree.ts'
import { type Bounds, fromCel, toCel } from './cel-values.ts'

export type Compiled =
  | { readonly ok: true; readonly expression: Expression; readonly uses: readonly Use[] }
  | { readonly ok: false; readonly reason: string }

const MAX_SOURCE = 4096
const MAX_CACHED = 2000
/** Outside values are looked at up to here; the more loops, the shorter the lists may be. */
const BOUNDS: readonly Bounds[] = [
  { nodes: 200_000, depth: 40, items: 100_000 },
  { nodes: 20_000, depth: 40, items: 2000 },
  { nodes: 5000, depth: 40, items: 200 },
]

/**
 * Compiles CEL text. The reason of a refusal says what is wrong and where.
 * Evaluating never throws: a fact that is missing, types that do not fit and values that JSON cannot hold are
 * `{ ok: false }` with a reason (P5).
 */
export function compileCel(source: string): Compiled {
  const cached = cache.get(source)
  if (cached) return cached
  const compiled = compile(source)
  if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value as string)
  cache.set(source, compiled)
  return compiled
}
const cache = new Map<string, Compiled>()

/** For text of a plan: what does not compile is unknown whenever it is asked. */
export const compileExpression: CompileExpression = (source) => {
  const compiled = compileCel(source)
  if (compiled.ok) return compiled.expression
  return { source, evaluate: () => ({ ok: false, reason: compiled.reason }) }
}

function compile(source: string): Compiled {
  if (source.length > MAX_SOURCE) return { ok: false, reason: `an expression has at most ${MAX_SOURCE} characters` }
  let tree: Tree
  let surveyed: Survey
  let run: ReturnType<typeof plan>
  try {
    tree = parse(source).expr
    surveyed = survey(tree)
    if (surveyed.problems.length > 0) return { ok: false, reason: surveyed.problems.join('; ') }
    run = plan(environment, tree)
  } catch (error) {
    return { ok: false, reason: syntaxReason(source, error) }
  }
  const roots = [...new Set(surveyed.uses.map((use) => use[0] as string))]
  const bounds = BOUNDS[surveyed.loops] as Bounds
  const evaluate = (scope: Scope): Evaluation => {
    const names = Object.create(null) as Record<string, CelInput>
    for (const root of roots) {
      if (!Object.hasOwn(scope, root)) continue
      const value = toCel(scope[root] ?? null, bounds)
      if (!value.ok) return { ok: false, reason: `${root} ${value.reason}` }
      names[root] = value.value
    }
    const answer = run(names)
    if (isCelError(answer)) return { ok: false, reason: reasonOf(answer, tree) }
    const json = fromCel(answer)
    return json === undefined
      ? { ok: false, reason: `"${source}" gives something that is neither text, number, list nor object` }
      : { ok: true, value: json }
  }
  return { ok: true, expression: { source, evaluate }, uses: surveyed.uses }
}

function syntaxReason(source: string, error: unknown): string {
  if (source.trim() === '') return 'the expression is empty'
  const detail = error as { rawMessage?: string; location?: { start?: { offset?: number } }; message?: string }
  const offset = detail.location?.start?.offset
  if (offset === undefined) return `this is not a CEL expression: ${detail.message ?? String(error)}`
  const near = source.slice(offset, offset + 20)
  return near === ''
    ? 'this is not a CEL expression: it ends too early'
    : `this is not a CEL expression: it cannot go on with ${JSON.stringify(near)} at character ${offset + 1}`
}
