// Owns the tier × environment matrix with its overrides: whether a plan runs by itself, asks, or is for people only.
import type { ApprovalRule, Governance, MatrixEntry, MatrixOverride } from '../governance.ts'
import type { Draft } from '../plan.ts'
import { bothOf } from '../rule.ts'
import type { Tier } from '../runbook.ts'
import { own } from '../values.ts'
import { ask, environmentNames, type Guardrail, pass, stop } from './input.ts'

/** What overrides may go by. */
type About = Pick<Draft['runbook'], 'id' | 'owner' | 'class'>

/** What the matrix demands of a tier over some environments; `rule` satisfies every one of them. */
export interface Demand {
  readonly kind: MatrixEntry['kind']
  readonly rule: ApprovalRule | null
  /** Where it stands, for example `tier 1 in prod`, with the override that replaced the cell. */
  readonly where: string
}

/** The entry for one environment. Tier 3 is never automatic, whatever a file says; a missing entry is forbidden. */
export function entryFor(
  governance: Governance,
  about: About,
  tier: Tier,
  environment: string,
): { readonly entry: MatrixEntry; readonly override: MatrixOverride | undefined } {
  const override = governance.overrides.find((each) => fits(each, about, tier, environment))
  const entry = override?.entry ?? own(governance.matrix, environment)?.[tier] ?? { kind: 'forbidden' as const }
  return { entry: tier === 3 && entry.kind === 'auto' ? { kind: 'people-only' } : entry, override }
}

/** The strictest entry over the environments; of several rules the one that satisfies them all. */
export function demandOf(governance: Governance, about: About, tier: Tier, environments: readonly string[]): Demand {
  const found = environments.map((name) => entryFor(governance, about, tier, name))
  const order = ['forbidden', 'people-only', 'rule', 'auto'] as const
  const kind = order.find((each) => found.some(({ entry }) => entry.kind === each)) ?? 'forbidden'
  const named = found.flatMap(({ entry }) => (entry.kind === 'rule' ? [own(governance.rules, entry.rule)] : []))
  const rules = named.filter((each) => each !== undefined)
  const overrides = [...new Set(found.flatMap(({ override }) => (override ? [overrideWords(override)] : [])))]
  const where = `tier ${tier} in ${environments.join(', ')}`
  return {
    kind,
    rule: rules.length > 0 && rules.length === named.length ? rules.reduce(bothOf) : null,
    where: overrides.length > 0 ? `${where} (override for ${overrides.join('; ')})` : where,
  }
}

/** Whom an override is about, as a person reads it: `runbook restart-vpn-client, prod`. */
export const overrideWords = (override: MatrixOverride): string => {
  const { runbook, class: incidentClass, owner, environment, tier } = override
  const words = [
    runbook && `runbook ${runbook}`,
    incidentClass && `class ${incidentClass}`,
    owner && `runbooks of ${owner}`,
    environment && `in ${environment}`,
    tier !== undefined && `tier ${tier}`,
  ].filter(Boolean)
  return words.length > 0 ? words.join(', ') : 'everything'
}

export const matrixGuardrail: Guardrail = (input) => {
  const names = environmentNames(input)
  const { kind, rule, where } = demandOf(input.governance, input.draft.runbook, input.draft.tier, names)
  switch (kind) {
    case 'auto':
      return pass('matrix', `${where} runs by itself`)
    case 'rule':
      return rule
        ? ask('matrix', `${where} asks ${rule.name}`)
        : stop('matrix', `${where} asks a rule that is not declared`, 'declare the rule in governance.yaml')
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

const fits = (override: MatrixOverride, about: About, tier: Tier, environment: string): boolean =>
  (override.runbook === undefined || override.runbook === about.id) &&
  (override.class === undefined || override.class === about.class) &&
  (override.owner === undefined || override.owner === about.owner) &&
  (override.environment === undefined || override.environment === environment) &&
  (override.tier === undefined || override.tier === tier)
