// Owns whether an expression fits the place where it stands: the names known there, facts, parameters and earlier steps.
import type { Expression, Json, Template } from '../../core/values.ts'
import { compileCel } from './cel.ts'
import type { Use } from './cel-tree.ts'
import { BLAST_FACTS, type KnownFacts, SIGNAL_FACTS, STEP_FACTS } from './facts.ts'
import { listed, suggestion } from './suggest.ts'
import { compileTemplate } from './template.ts'
import type { Path } from './yaml-source.ts'

/** What can be known where an expression stands. What is undefined here is not checked. */
export interface Place {
  readonly roots: readonly string[]
  readonly facts: KnownFacts | undefined
  readonly parameters?: readonly string[]
  /** Names of the signals that are read. */
  readonly signals?: readonly string[]
  readonly steps?: {
    readonly earlier: readonly string[]
    readonly all: readonly string[]
    /** What preflights capture, by step. */
    readonly captured: { readonly [step: string]: readonly string[] }
    /** A request: nothing of a step enters it but what was captured within bounds (P9). */
    readonly capturedOnly?: boolean
  }
}

export type Note = (path: Path, message: string, at?: 'key' | 'value') => void

/** Compiles CEL for its place; every problem is noted, and then there is no expression. */
export function expressionAt(source: string, place: Place, path: Path, note: Note): Expression | undefined {
  const compiled = compileCel(source)
  if (!compiled.ok) {
    note(path, compiled.reason)
    return undefined
  }
  const problems = compiled.uses.flatMap((use) => misuse(use, place))
  for (const problem of new Set(problems)) note(path, problem)
  return problems.length === 0 ? compiled.expression : undefined
}

/** Compiles a template for its place, in the same way. */
export function templateAt(source: Json, place: Place, path: Path, note: Note): Template {
  const { template, problems, uses } = compileTemplate(source)
  for (const problem of problems) note([...path, ...problem.path], secretHint(problem.reason))
  const seen = new Set<string>()
  for (const { path: at, use } of uses)
    for (const problem of misuse(use, place)) {
      const key = JSON.stringify([at, problem])
      if (!seen.has(key)) note([...path, ...at], problem)
      seen.add(key)
    }
  return template
}

const secretHint = (reason: string): string =>
  reason.startsWith('in ${env:') ? '${env:NAME} may stand in connectors.yaml only' : reason

function misuse(use: Use, place: Place): string[] {
  const [root, name, next, last] = use
  if (root === undefined) return []
  if (root === 'signals' && !place.roots.includes(root)) return [SIGNALS_LATER]
  if (!place.roots.includes(root))
    return [`"${root}" is not known here: an expression in this place can use ${listed(place.roots)}`]
  if (name === undefined) return []
  if (root === 'target') return ['target is a name, a text: facts of the target are in ci']
  if (root === 'parameters' && place.parameters && !place.parameters.includes(name))
    return [`there is no parameter "${name}"${suggestion(name, place.parameters)}`]
  if (root === 'signals') return signalProblems(name, next, place.signals)
  if (root === 'steps' && place.steps) return stepProblems(name, next, last, place.steps)
  if (root === 'blast' && !BLAST_FACTS.includes(name))
    return [`nothing supplies blast.${name}${suggestion(name, BLAST_FACTS)}`]
  if (!place.facts) return []
  if (root === 'incident' && name === 'ci')
    return next === undefined ? [] : unsupplied('incident.ci', next, place.facts.ci, 'ci')
  if (root === 'incident') return unsupplied(root, name, place.facts.incident, root)
  return root === 'ci' ? unsupplied(root, name, place.facts.ci, root) : []
}

const SIGNALS_LATER =
  'signals are not known here: they are read after the match, and decide in limits.doNotTouch, in when of a step and in raise'

function signalProblems(name: string, fact: string | undefined, known: readonly string[] | undefined): string[] {
  if (known && !known.includes(name)) return [`there is no signal "${name}"${suggestion(name, known)}`]
  if (fact === undefined || SIGNAL_FACTS.includes(fact)) return []
  return [`a signal has no "${fact}"${suggestion(fact, SIGNAL_FACTS)}`]
}

function unsupplied(root: string, name: string, known: readonly string[], map: string): string[] {
  if (known.includes(name)) return []
  const hint = suggestion(name, known)
  const map_ = `map a column to it under servicenow.${map} in connectors.yaml`
  return [`nothing supplies ${root}.${name}${hint.startsWith(':') ? hint : `: ${map_}`}`]
}

function stepProblems(
  id: string,
  fact: string | undefined,
  name: string | undefined,
  steps: NonNullable<Place['steps']>,
): string[] {
  if (steps.capturedOnly && (fact !== 'captured' || name === undefined))
    return [`a request may use of a step only what its preflight captures: steps["${id}"].captured.<name>`]
  if (steps.earlier.includes(id)) {
    if (fact === 'captured' && name !== undefined) {
      const captured = steps.captured[id] ?? []
      return captured.includes(name) ? [] : [`step "${id}" captures no "${name}"${suggestion(name, captured)}`]
    }
    if (fact === undefined || STEP_FACTS.includes(fact)) return []
    return [`a step has no "${fact}"${suggestion(fact, STEP_FACTS)}`]
  }
  return [
    steps.all.includes(id)
      ? `step "${id}" does not come before this one`
      : `there is no step "${id}"${suggestion(id, steps.all)}`,
  ]
}
