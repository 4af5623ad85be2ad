// Owns what the app needs from the files that people write: the newest valid content, and how it was when it changed.
import type { Governance } from '../core/governance.ts'
import type { Catalog, Parameter } from '../core/runbook.ts'
import type { Expression, Json, Millis, Template } from '../core/values.ts'

/** How the ServiceNow adapter reads and writes, from connectors.yaml. */
export interface ServiceNowSettings {
  readonly trigger: string
  /** CEL name -> column. */
  readonly incident: { readonly [name: string]: string }
  readonly ci: { readonly [name: string]: string }
  readonly person: string | null
  readonly closeCode: string | null
  readonly failed: { readonly state: string | null; readonly assign: string | null }
  /** Approvals are asked for in ServiceNow too (sysapproval_approver), the same ask under the same rule. */
  readonly approvals: boolean
  /** What is read around an incident: how many relations far, how far back, and which columns name people. */
  readonly context: {
    readonly neighbours: number
    readonly historyMs: Millis
    /** Of the CI. */
    readonly owner: string | null
    /** Of the incident: who has taken control. */
    readonly commander: string | null
    /** Of the incident: the runbook, or the words, that a person says helped. */
    readonly learned: string | null
  }
  /** How an alert without a ticket opens an incident; null: it does not. */
  readonly open: { readonly group: string | null; readonly fields: { readonly [column: string]: string } } | null
}

/** The model that may rank and fill in, from connectors.yaml. `key` null: the identity of this process (Entra). */
export interface PlannerSettings {
  readonly kind: 'openai' | 'azure-openai'
  readonly url: string
  readonly model: string
  readonly key: string | null
  readonly timeoutMs: Millis
}

/** A system that operations run on, with its secrets filled in. Never logged, never hashed. */
export interface SystemSettings {
  readonly name: string
  readonly kind: string
  readonly url: string
  readonly base: string | null
  readonly auth: { readonly bearer?: string; readonly basic?: readonly [string, string] } | null
  readonly allow: readonly string[]
  readonly concurrency: number
  /** `whsec_…` each, several while they rotate: what its callbacks may be signed with. */
  readonly callbackSecrets: readonly string[]
  /** For a system that cannot sign: what its callbacks may bear instead. */
  readonly callbackTokens: readonly string[]
  readonly timeoutMs: Millis
  /** PEM texts: the only authorities that its certificate may be of, and what runbot shows of itself; null: the usual. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | null
}

/** How somebody is woken, from connectors.yaml, with its secrets filled in. Never logged, never hashed. */
export type PagerSettings =
  | { readonly kind: 'pagerduty'; readonly url: string; readonly routingKey: string }
  /** A task for whoever is on call for this group; ServiceNow's own on-call rules do the waking. */
  | { readonly kind: 'servicenow'; readonly group: string; readonly table: string }

/** Where a text holds what a pattern declares a secret: from a character up to another. */
export type FindSpans = (text: string) => readonly (readonly [from: number, to: number])[]

/** Which of a sender's labels name the CI and the kind of trouble, the likeliest first; the usual ones unless told. */
export interface AlertReading {
  readonly ci?: readonly string[]
  readonly symptom?: readonly string[]
}

/** Who may send alerts, and what proves it, with the secrets filled in. Never logged, never hashed. */
export interface InboundSettings {
  /** Of CloudEvents; what proves those is in the environment. */
  readonly events?: AlertReading
  readonly alertmanager?: AlertReading & InboundCredentials
  readonly grafana?: AlertReading &
    InboundCredentials & { readonly hmac?: string; readonly header?: string; readonly timestampHeader?: string }
  readonly pagerduty?: AlertReading & { readonly secrets: readonly string[] }
  readonly 'azure-monitor'?: AlertReading & {
    readonly token?: string
    readonly entra?: { readonly audience: string; readonly tenant?: string }
  }
}
/** Of a bearer, several stand side by side while they rotate. */
interface InboundCredentials {
  readonly bearer?: string
  readonly basic?: readonly [user: string, password: string]
}

export interface Content {
  /** SHA-256 over all files: the version that replicas agree on. */
  readonly version: string
  readonly catalog: Catalog
  readonly governance: Governance
  readonly servicenow: ServiceNowSettings
  readonly systems: { readonly [name: string]: SystemSettings }
  readonly pagers: { readonly [name: string]: PagerSettings }
  readonly inbound: InboundSettings
  /** null: the rules alone. */
  readonly planner: PlannerSettings | null
  /** Every secret that connectors.yaml holds, for whoever keeps them out of something. Never logged, never hashed. */
  readonly secrets: readonly string[]
  /** What `mask` declares a secret in answers of endpoints. */
  readonly masks: readonly FindSpans[]
  /** What a person should know although it does not stop the start. */
  readonly warnings: readonly Json[]
}

export interface Files {
  /** The newest valid content. */
  current(): Content
  /** Calls back after a change was loaded; the returned function stops that. */
  onChange(listener: (content: Content) => void): () => void
  close(): void
}

/** Compiles CEL text of a plan, cached by its source; text that does not compile evaluates to unknown with the reason. */
export type CompileExpression = (source: string) => Expression

/** Compiles what a plan left deferred; text that does not compile evaluates to unknown with the reason. */
export type CompileTemplate = (source: Json) => Template

/** Compiles a pattern of a plan; undefined where it is none. */
export type CompilePattern = (source: string) => NonNullable<Parameter['pattern']> | undefined
