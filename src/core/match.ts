// Owns matching: which runbooks fit an incident, ranked by how specific they are, and why the others do not.
import { classOf, notAllowed } from './classify.ts'
import type { Governance } from './governance.ts'
import type { Known } from './guardrails/input.ts'
import type { IncidentContext } from './incident.ts'
import type { Runbook } from './runbook.ts'
import { scopeOf } from './scope.ts'
import { type Expression, evaluateBoolean, type Scope } from './values.ts'

/** A runbook that was weighed, with the reasons for and against it. */
export interface Candidate {
  readonly runbook: string
  readonly fits: boolean
  readonly specificity: number
  readonly reasons: readonly string[]
}

/** How often each runbook that waits for it has seen an incident come back, by its id. */
export type Recurrences = ReadonlyMap<string, Known<number>>

/** The taxonomy; with `unclassified` what fits no class is handed over, whatever else holds. */
type Taxonomy = Pick<Governance, 'classes'> & Partial<Pick<Governance, 'unclassified'>>

/** Weighs every runbook. Fitting ones first, the most specific on top; ties by name, so that the order is stable. */
export function match(
  context: IncidentContext,
  runbooks: Iterable<Runbook>,
  governance: Taxonomy,
  recurrences: Recurrences = new Map(),
): readonly Candidate[] {
  const scope = scopeOf({ context })
  const classed: IncidentContext = { ...context, class: classOf(context, governance) }
  const candidates = [...runbooks].map((runbook) => {
    const candidate = weigh(runbook, scope, governance, recurrences.get(runbook.id))
    const against = runbook.match ? kept(classed, governance, runbook.id) : null
    return against === null ? candidate : { ...candidate, fits: false, reasons: [...candidate.reasons, against] }
  })
  return candidates.toSorted(
    (a, b) => Number(b.fits) - Number(a.fits) || b.specificity - a.specificity || (a.runbook < b.runbook ? -1 : 1),
  )
}

/** The runbook to propose; `tie` where several fit equally well and a person has to choose. */
export interface Choice {
  readonly runbook: string | null
  readonly tie: readonly string[]
}

export function best(candidates: readonly Candidate[]): Choice {
  const fitting = candidates.filter((candidate) => candidate.fits)
  const top = fitting.filter((candidate) => candidate.specificity === fitting[0]?.specificity)
  if (top.length > 1) return { runbook: null, tie: top.map((candidate) => candidate.runbook) }
  return { runbook: top[0]?.runbook ?? null, tie: [] }
}

/** What the taxonomy has against a runbook, whatever its own conditions say; null: nothing. */
function kept(context: IncidentContext, governance: Taxonomy, runbook: string): string | null {
  if (context.incident && context.class === null && governance.unclassified)
    return 'the incident fits no class of the taxonomy'
  return notAllowed(context, governance, runbook)
}

function weigh(
  runbook: Runbook,
  scope: Scope,
  governance: Pick<Governance, 'classes'>,
  seen: Known<number> | undefined,
): Candidate {
  const reasons: string[] = []
  let fits = true
  let specificity = 0
  const weighOne = (label: string, expression: Expression) => {
    const answer = evaluateBoolean(expression, scope)
    if (answer.ok && answer.value) specificity += 1
    else fits = false
    reasons.push(
      `${label} ${answer.ok ? (answer.value ? 'holds' : 'does not hold') : `cannot be told: ${answer.reason}`}`,
    )
  }
  if (!runbook.match)
    return { runbook: runbook.id, fits: false, specificity: 0, reasons: ['it is started by people only'] }
  const { class: name, when, recurrence } = runbook.match
  if (name !== undefined) {
    const known = Object.hasOwn(governance.classes, name) ? governance.classes[name] : undefined
    if (known?.when) weighOne(`class ${name}`, known.when)
    else if (!known) {
      fits = false
      reasons.push(`class ${name} is not declared`)
    } else if (!when) {
      // A class that nothing can tell would fit every incident.
      fits = false
      reasons.push(`class ${name} has no condition`)
    }
  }
  if (when) weighOne(when.source, when)
  if (recurrence) {
    const { count, withinMs, by } = recurrence
    const often = seen?.known === true && seen.value >= count
    const within = `within ${Math.round(withinMs / 60_000)} min by ${by.join(', ')}`
    if (often) specificity += 1
    else fits = false
    if (seen?.known) reasons.push(`${seen.value} of ${count} ${within}`)
    else reasons.push(`whether it came back ${count} times ${within} cannot be told${seen ? `: ${seen.reason}` : ''}`)
  }
  if (name === undefined && !when) fits = false
  return { runbook: runbook.id, fits, specificity, reasons }
}
