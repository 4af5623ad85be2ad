// Owns the VIP guardrail: whether a person of rank is affected, and what the limits say then.
import { ask, type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const vipGuardrail: Guardrail = (input) => {
  const limits = [input.runbook.limits.blastRadius?.vip, input.governance.limits.blastRadius?.vip]
  const strictest = limits.includes('stop') ? 'stop' : limits.includes('ask') ? 'ask' : 'allow'
  if (strictest === 'allow') return pass('VIP', 'no limit is set')
  const { vip } = input.facts.blast
  if (!vip.known)
    return unknownAnswer(
      'VIP',
      `whether a VIP is affected cannot be told: ${vip.reason}`,
      'try again when ServiceNow answers',
    )
  if (!vip.value) return pass('VIP', 'no VIP is affected')
  return strictest === 'stop'
    ? stop('VIP', 'a VIP is affected, and the limits say stop', 'have a person do it')
    : ask('VIP', 'a VIP is affected, so people decide')
}
