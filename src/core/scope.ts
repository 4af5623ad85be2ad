// Owns what an expression can see (DESIGN §5): one place builds the scope, so that every expression sees the same names.
import { type Blast, type Ci, ciScope, type IncidentContext, incidentScope } from './incident.ts'
import { stepsScope } from './progress.ts'
import type { Run } from './run.ts'
import type { Json, JsonObject, Scope } from './values.ts'

/** What is known at one point; everything that is left out is empty, so that using it is an error, never false. */
export interface Seen {
  readonly context: IncidentContext
  readonly target?: { readonly name: string; readonly ci?: Ci }
  readonly parameters?: JsonObject
  readonly blast?: Blast | null
  readonly steps?: JsonObject
  readonly run?: string
  readonly result?: Json
}

/** Inside a step `target` is its name and `ci` its CI; outside, `ci` is the incident's (DESIGN §9 Facts). */
export function scopeOf(seen: Seen): Scope {
  const { context, target, blast } = seen
  return {
    incident: incidentScope(context),
    ci: target ? ciScope(target.ci) : ciScope(context.ci),
    parameters: seen.parameters ?? {},
    blast: blast ? blastScope(blast) : {},
    signals: signalsScope(context),
    steps: seen.steps ?? {},
    run: seen.run === undefined ? {} : { id: seen.run },
    ...(target ? { target: target.name } : {}),
    ...(seen.result === undefined ? {} : { result: seen.result }),
  }
}

/** The scope of a running step on one of the run's targets. */
export function stepScope(run: Run, target: string, result?: Json): Scope {
  const found = run.draft?.targets.find((each) => each.name === target)
  return scopeOf({
    context: run.context,
    target: found ?? { name: target },
    parameters: run.draft?.parameters ?? {},
    blast: run.blast,
    steps: stepsScope(run, target),
    run: run.id,
    ...(result === undefined ? {} : { result }),
  })
}

/** `signals.<name>` is its value, whether the issue shows in it; an unknown one is left out, an absent series is null. */
const signalsScope = ({ signals = {} }: IncidentContext): JsonObject =>
  Object.fromEntries(
    Object.entries(signals).flatMap(([name, fact]) =>
      fact.known ? [[name, { value: fact.value.value, shows: fact.value.shows }]] : [],
    ),
  )

/** An unknown part is left out. */
const blastScope = (blast: Blast): JsonObject => ({
  ...(blast.users.known ? { users: blast.users.value } : {}),
  ...(blast.cis.known ? { cis: blast.cis.value } : {}),
  ...(blast.vip.known ? { vip: blast.vip.value } : {}),
})
