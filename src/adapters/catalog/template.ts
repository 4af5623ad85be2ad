// Owns templates: JSON whose strings may hold `${…}`, compiled once, rendered against the facts.
import type { Evaluation, Expression, Json, Scope, Template } from '../../core/values.ts'
import type { CompileTemplate } from '../../ports/catalog.ts'
import { compileCel } from './cel.ts'
import type { Use } from './cel-tree.ts'
import { scanTemplate } from './template-scan.ts'
import type { Path } from './yaml-source.ts'

export interface CompiledTemplate {
  readonly template: Template
  readonly problems: readonly { readonly path: Path; readonly reason: string }[]
  readonly uses: readonly { readonly path: Path; readonly use: Use }[]
}

type Render = (scope: Scope) => Evaluation

/**
 * A string that is exactly one `${…}` keeps the value's type; in a longer string each value must be text, a number or
 * true/false. What comes in through facts is never read again for `${` (P9): a
 * string that is deferred holds nothing but what stands in the file. Keys are taken as they are.
 */
export function compileTemplate(source: Json): CompiledTemplate {
  const problems: { path: Path; reason: string }[] = []
  const uses: { path: Path; use: Use }[] = []
  const deferred: Path[] = []
  const text = (value: string, path: Path): Render => {
    const scanned = scanTemplate(value)
    if (!scanned.ok) {
      problems.push({ path, reason: scanned.reason })
      return constant(null)
    }
    const parts = scanned.parts.map((part): string | Expression => {
      if ('text' in part) return part.text
      const compiled = compileCel(part.expression)
      if (!compiled.ok) {
        problems.push({ path, reason: `in \${${part.expression}}: ${compiled.reason}` })
        return ''
      }
      uses.push(...compiled.uses.map((use) => ({ path, use })))
      return compiled.expression
    })
    const [only] = parts
    if (parts.length === 1 && typeof only === 'object') return only.evaluate
    return parts.some((part) => typeof part === 'object') ? joined(parts) : constant(parts.join(''))
  }
  const compile = (value: Json, path: Path, leaf: (value: string, path: Path) => Render): Render => {
    if (typeof value === 'string') return leaf(value, path)
    if (typeof value !== 'object' || value === null) return constant(value)
    if (Array.isArray(value)) return list(value.map((item: Json, index) => compile(item, [...path, index], leaf)))
    return object(Object.entries(value).map(([key, item]) => [key, compile(item, [...path, key], leaf)] as const))
  }
  const leaves = new Map<string, Render>()
  const fill = compile(source, [], (value, path) => {
    const rendered = text(value, path)
    leaves.set(JSON.stringify(path), rendered)
    if (uses.some((each) => each.path === path && isCaptured(each.use))) deferred.push(path)
    return rendered
  })
  const later = new Set(deferred.map((path) => JSON.stringify(path)))
  const render = compile(source, [], (value, path) => {
    const at = JSON.stringify(path)
    return later.has(at) ? constant(value) : (leaves.get(at) ?? constant(null))
  })
  return { template: { source, deferred, render, fill }, problems, uses }
}

/** For text of a plan: what does not compile is unknown whenever it is filled. */
export const compilePlanned: CompileTemplate = (source) => {
  const { template, problems } = compileTemplate(source)
  const [problem] = problems
  return problem ? { ...template, fill: () => ({ ok: false, reason: problem.reason }) } : template
}

const isCaptured = (use: Use): boolean => use[0] === 'steps' && use[2] === 'captured'

const constant =
  (value: Json): Render =>
  () => ({ ok: true, value })

const list =
  (items: readonly Render[]): Render =>
  (scope) => {
    const values: Json[] = []
    for (const item of items) {
      const answer = item(scope)
      if (!answer.ok) return answer
      values.push(answer.value)
    }
    return { ok: true, value: values }
  }

const object =
  (entries: readonly (readonly [string, Render])[]): Render =>
  (scope) => {
    const values: [string, Json][] = []
    for (const [key, item] of entries) {
      const answer = item(scope)
      if (!answer.ok) return answer
      values.push([key, answer.value])
    }
    return { ok: true, value: Object.fromEntries(values) }
  }

const joined =
  (parts: readonly (string | Expression)[]): Render =>
  (scope) => {
    let text = ''
    for (const part of parts) {
      if (typeof part === 'string') {
        text += part
        continue
      }
      const answer = part.evaluate(scope)
      if (!answer.ok) return answer
      if (answer.value === null || typeof answer.value === 'object')
        return { ok: false, reason: `\${${part.source}} is ${kind(answer.value)}, which cannot stand inside text` }
      text += String(answer.value)
    }
    return { ok: true, value: text }
  }

const kind = (value: Json): string => (value === null ? 'nothing' : Array.isArray(value) ? 'a list' : 'an object')
