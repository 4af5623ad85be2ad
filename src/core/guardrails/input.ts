// Owns what every guardrail is given: the plan's draft, the rules, and the facts of this moment.
import type { Environment, Governance } from '../governance.ts'
import type { Blast, Change, IncidentContext } from '../incident.ts'
import type { Advice } from '../informed.ts'
import type { Draft } from '../plan.ts'
import type { GuardrailResult } from '../policy.ts'
import type { Person } from '../run.ts'
import type { Runbook } from '../runbook.ts'
import type { Recent } from '../surroundings.ts'
import type { Instant } from '../values.ts'
import type { Glass, Signature } from '../waivers.ts'

/** A fact whose value is not JSON-shaped by its type, for example a list of changes. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly reason: string }

/** A freeze that is in force. `scope` is `all`, `env:<name>`, `service:<name>`, `runbook:<id>` or `endpoint:<system>`. */
export interface Freeze {
  readonly scope: string
  readonly by: string
  /** Entra object id of whoever froze it. */
  readonly byId: string
  readonly reason: string
  readonly at: Instant
}

/** What was read of the world for one decision. Everything that could not be read says why. */
export interface PolicyFacts {
  readonly context: IncidentContext
  readonly blast: Blast
  /** null: an event started the run, so nobody asked. */
  readonly requester: {
    readonly person: Person
    readonly allowed: Known<boolean>
    readonly groups: readonly string[]
  } | null
  /** By target name. */
  readonly changes: { readonly [target: string]: Known<readonly Change[]> }
  /** What ServiceNow finds against an open change, by its number; only where the runbook wants it asked. */
  readonly conflicts: { readonly [change: string]: Known<readonly string[]> }
  /** When other runs of this runbook sent a mutating request to this target's CI; by target name. */
  readonly flaps: { readonly [target: string]: Known<readonly Instant[]> }
  /** Another run that is at work on this target's CI; by target name. */
  readonly locks: { readonly [target: string]: Known<string | null> }
  readonly freezes: Known<readonly Freeze[]>
  /** How many other runs began in the last hour. */
  readonly runsLastHour: Known<number>
  /** The change that runbot opened for this run; null: none yet. */
  readonly standardChange: { readonly sysId: string; readonly number: string } | null
  /** Who commands the incident, empty: nobody; only where the runbook has a limit for it. */
  readonly commander?: Known<string>
  /** Deploys, and changes that ended, on or around a target; by target name, only where the runbook has a limit for it. */
  readonly recent?: { readonly [target: string]: Known<readonly Recent[]> }
  /** Under standing exceptions. */
  readonly signatures: Known<readonly Signature[]>
  /** null: nobody broke the glass for this run. */
  readonly glass: Glass | null
  /** The run has sent a mutating request: what its signals show by now is its own effect. Absent: it has not. */
  readonly begun?: boolean
  /** What a model said of this run; null: none was asked. */
  readonly advice: Advice | null
}

export interface GuardrailInput {
  readonly runbook: Runbook
  readonly draft: Draft
  readonly governance: Governance
  readonly facts: PolicyFacts
  /** The environment of each target; a target whose environment cannot be told is in production. */
  readonly environments: ReadonlyMap<string, ResolvedEnvironment>
  readonly at: Instant
}

export interface ResolvedEnvironment {
  readonly environment: Pick<Environment, 'name' | 'production'>
  readonly reason: string
}

export type Guardrail = (input: GuardrailInput) => GuardrailResult

export const pass = (name: string, reason: string): GuardrailResult => ({ name, answer: 'pass', reason })
export const ask = (name: string, reason: string): GuardrailResult => ({ name, answer: 'ask', reason })
export const stop = (name: string, reason: string, fix: string): GuardrailResult => ({
  name,
  answer: 'stop',
  reason,
  fix,
})
export const unknownAnswer = (name: string, reason: string, fix: string): GuardrailResult => ({
  name,
  answer: 'unknown',
  reason,
  fix,
})

/** Names of the environments that the plan touches, each once. */
export const environmentNames = (input: GuardrailInput): readonly string[] => [
  ...new Set([...input.environments.values()].map((each) => each.environment.name)),
]
