// Owns what a model is told: the incident, what is known around it, and the runbooks that fit; bounded, and without secrets of ours.
import { fillable } from '../core/advice.ts'
import { type Facts, type IncidentContext, incidentScope, knownValues } from '../core/incident.ts'
import type { Candidate } from '../core/match.ts'
import type { Parameter, Runbook } from '../core/runbook.ts'
import { isObject, type Json, type JsonObject } from '../core/values.ts'
import type { Offered, PlannerQuestion } from '../ports/planner.ts'

/** An incident's text may be a whole mail thread; the rest is names and sentences. */
const LONGEST_TEXT = 6_000
const LONGEST = 600
const MOST = 12
const DEEPEST = 6

/** What the model may know of a runbook besides the runbook itself. */
export interface Weight {
  readonly runbook: Runbook
  readonly candidate: Candidate
  /** What people said of it for incidents such as this one; empty: nothing. */
  readonly record: string
}

/** Unknown facts go along as unknown with their reason, so that nothing reads as healthy that could not be read (P5). */
export function plannerQuestion(context: IncidentContext, weights: readonly Weight[]): PlannerQuestion {
  const { ci: _, text, ...incident } = incidentScope(context)
  const { ci, surroundings, signals } = context
  return {
    incident: {
      ...(small(incident) as JsonObject),
      text: cut(typeof text === 'string' ? text : '', LONGEST_TEXT),
      class: context.class ?? null,
      ci: ci ? small({ ...knownValues(ci.facts), name: ci.name }) : null,
    },
    around: { ...facts(surroundings), signals: signals ? facts(withoutPoints(signals)) : {} },
    offered: weights.map(offered),
  }
}

const offered = ({ runbook, candidate, record }: Weight): Offered => ({
  id: runbook.id,
  title: runbook.title,
  description: cut(runbook.description ?? '', LONGEST),
  reasons: candidate.reasons.map((each) => cut(each, LONGEST)),
  record: cut(record, LONGEST),
  parameters: Object.fromEntries(Object.entries(fillable(runbook)).map(([name, each]) => [name, declared(each)])),
})

const declared = ({ pattern, ...rest }: Parameter): JsonObject =>
  small({ ...rest, ...(pattern ? { pattern: pattern.source } : {}) }) as JsonObject

/** Each fact by its name: what is known, or why it is not. */
const facts = (all: object = {}): JsonObject =>
  Object.fromEntries(
    Object.entries(all as Facts).map(([name, fact]) => [
      name,
      fact.known ? small(fact.value) : { unknown: cut(fact.reason, LONGEST) },
    ]),
  )

/** A chart's points tell a model little and cost much. */
const withoutPoints = (signals: NonNullable<IncidentContext['signals']>): object =>
  Object.fromEntries(
    Object.entries(signals).map(([name, fact]) =>
      fact.known ? [name, { ...fact, value: { ...fact.value, points: [] } }] : [name, fact],
    ),
  )

/** Shorter texts, fewer entries, and an end to how deep it goes. */
function small(value: Json, depth = 0): Json {
  if (typeof value === 'string') return cut(value, LONGEST)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) return null
  if (!isObject(value)) return value.slice(0, MOST).map((each) => small(each, depth + 1))
  const entries = Object.entries(value).slice(0, MOST * 5)
  return Object.fromEntries(entries.map(([name, each]) => [cut(name, 80), small(each, depth + 1)]))
}

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text)
