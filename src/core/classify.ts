// Owns the taxonomy: which class an incident is of, what its class allows, and what stands against a proposal.
import type { Governance, IncidentClass } from './governance.ts'
import type { IncidentContext, Taxonomy } from './incident.ts'
import { scopeOf } from './scope.ts'
import { evaluateBoolean, own, type Scope } from './values.ts'

type Classes = Pick<Governance, 'classes'>

/** The class, null where none fits, and how that was found: what the context of a run keeps. */
export interface Classified {
  readonly class: string | null
  readonly taxonomy: Taxonomy
}

/**
 * The first class, in the order of the file, whose condition holds. One whose condition cannot be told does not fit,
 * and one without a condition fits nothing: a class that nothing can tell would take every incident (P5).
 */
export function classify(context: IncidentContext, { classes }: Classes): Classified {
  const scope = scopeOf({ context })
  const untold: string[] = []
  for (const [name, { when, escalate }] of Object.entries(classes)) {
    if (!when) continue
    const answer = evaluateBoolean(when, scope)
    if (answer.ok && answer.value)
      return { class: name, taxonomy: { why: [`${when.source} holds`, ...untold].join('; '), ...named(escalate) } }
    if (!answer.ok) untold.push(`whether it is ${name} cannot be told: ${answer.reason}`)
  }
  return { class: null, taxonomy: { why: ['it fits no class of the taxonomy', ...untold].join('; ') } }
}

/** The context with its class; one without an incident, as of a chat run, has none to be asked for. */
export const classified = (context: IncidentContext, governance: Classes): IncidentContext =>
  context.incident ? { ...context, ...classify(context, governance) } : context

/** The class that a context is of, whether or not somebody asked before. */
export const classOf = (context: IncidentContext, governance: Classes): string | null =>
  context.class === undefined ? classify(context, governance).class : context.class

/**
 * Why nothing may be proposed for an incident of its class: a stop condition that holds, or that cannot be told (P5).
 * null: nothing stands against it. `known`: the condition holds; else it may be told later.
 */
export function classStop(
  context: IncidentContext,
  governance: Classes,
): { readonly known: boolean; readonly reason: string } | null {
  const { name, declared } = declaredOf(context, governance)
  let untold: string | null = null
  const scope = scopeOf({ context })
  for (const { when, because } of declared?.stop ?? []) {
    const answer = evaluateBoolean(when, scope)
    if (answer.ok && answer.value) return { known: true, reason: `class ${name} says stop: ${because}` }
    if (!answer.ok)
      untold ??= `class ${name} says stop where ${when.source}, and that cannot be told: ${answer.reason} (${because})`
  }
  untold ??= context.incident ? untoldBefore(name, scope, governance) : null
  return untold === null ? null : { known: false, reason: untold }
}

/** It may be of an earlier class, which cannot be told, and that one would stop it, or that cannot be told either. */
function untoldBefore(name: string, scope: Scope, { classes }: Classes): string | null {
  for (const [earlier, { when, stop = [] }] of Object.entries(classes)) {
    if (earlier === name) return null
    if (!when || evaluateBoolean(when, scope).ok) continue
    const stops = stop.find((each) => {
      const answer = evaluateBoolean(each.when, scope)
      return !answer.ok || answer.value
    })
    if (stops) return `whether it is of class ${earlier} cannot be told, and that one says stop: ${stops.because}`
  }
  return null
}

/** Why a runbook may not be proposed for an incident of this class; null: it may. */
export function notAllowed(context: IncidentContext, governance: Classes, runbook: string): string | null {
  const { name, declared } = declaredOf(context, governance)
  if (!declared?.runbooks || declared.runbooks.includes(runbook)) return null
  const allowed = declared.runbooks.length > 0 ? declared.runbooks.join(', ') : 'no runbook'
  return `class ${name} allows ${allowed}`
}

function declaredOf(
  context: IncidentContext,
  governance: Classes,
): { readonly name: string; readonly declared?: IncidentClass } {
  const name = context.incident ? classOf(context, governance) : null
  const declared = name === null ? undefined : own(governance.classes, name)
  return declared ? { name: name ?? '', declared } : { name: name ?? '' }
}

const named = (escalate: string | undefined): Pick<Taxonomy, 'escalate'> => (escalate === undefined ? {} : { escalate })
