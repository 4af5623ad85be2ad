// Owns the tier × environment matrix: whether a plan runs by itself, asks, or is for people only.
import { type Governance, type MatrixEntry, stricter } from '../governance.ts'
import type { Tier } from '../runbook.ts'
import { ask, environmentNames, type Guardrail, pass, stop } from './input.ts'

/** The strictest entry for a tier over the environments. Tier 3 is never automatic; a missing entry is forbidden. */
export function matrixEntry(governance: Governance, tier: Tier, environments: readonly string[]): MatrixEntry {
  const entries = environments.map((name): MatrixEntry => {
    const row = Object.hasOwn(governance.matrix, name) ? governance.matrix[name] : undefined
    const entry = row?.[tier] ?? { kind: 'forbidden' as const }
    return tier === 3 && entry.kind === 'auto' ? { kind: 'people-only' } : entry
  })
  const order = ['forbidden', 'people-only', 'rule', 'auto'] as const
  for (const kind of order) {
    const found = entries.filter((entry) => entry.kind === kind)
    if (found.length === 0) continue
    return found.reduce((a, b) => {
      if (a.kind !== 'rule' || b.kind !== 'rule') return a
      const [left, right] = [governance.rules[a.rule], governance.rules[b.rule]]
      return left && right && stricter(left, right) === right ? b : a
    })
  }
  return { kind: 'forbidden' }
}

export const matrixGuardrail: Guardrail = (input) => {
  const names = environmentNames(input)
  const { tier } = input.draft
  const entry = matrixEntry(input.governance, tier, names)
  const where = `tier ${tier} in ${names.join(', ')}`
  switch (entry.kind) {
    case 'auto':
      return pass('matrix', `${where} runs by itself`)
    case 'rule':
      return ask('matrix', `${where} asks ${entry.rule}`)
    case 'people-only':
      return stop(
        'matrix',
        `${where} is for people only: runbot never sends it`,
        'run it by hand; the exact request is shown',
      )
    case 'forbidden':
      return stop('matrix', `${where} is forbidden`, `change the matrix in governance.yaml for ${names.join(', ')}`)
  }
}
