// Owns the decision: every guardrail's answer, then the matrix, the raised rule and the autonomy.
import type { ApprovalRule, Autonomy } from './governance.ts'

export type GuardrailAnswer = 'pass' | 'ask' | 'stop' | 'unknown'

/** One named check with its reason; `fix` says what would make it pass (P12). */
export interface GuardrailResult {
  readonly name: string
  readonly answer: GuardrailAnswer
  readonly reason: string
  readonly fix?: string
}

/** allow: runs by itself · ask: needs the rule's approvals · stop: policy says no · record: shadow or advise only. */
export interface Decision {
  readonly effect: 'allow' | 'ask' | 'stop' | 'record'
  readonly environment: { readonly name: string; readonly production: boolean }
  readonly autonomy: Autonomy
  readonly rule: ApprovalRule | null
  readonly because: readonly string[]
  readonly guardrails: readonly GuardrailResult[]
}
