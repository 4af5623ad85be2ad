// Owns which facts expressions can use: what ServiceNow always has, and what the column maps in connectors.yaml add.

/** What every incident has, under the names that expressions use; `ci` is the incident's CI. */
export const INCIDENT_FACTS = [
  'number',
  'short_description',
  'text',
  'state',
  'category',
  'subcategory',
  'priority',
  'impact',
  'urgency',
  'severity',
  'assignment_group',
  'business_service',
  'location',
  'contact_type',
  'vip',
  'opened_at',
  'close_code',
  'close_notes',
  'resolved_at',
  'resolved_by',
  'ci',
]

/** What every CI has; `class` is the display label of its class (DESIGN §9 "Facts"). */
export const CI_FACTS = ['name', 'class', 'environment', 'location']

/** What an earlier step is known by: how it ended on this target. */
export const STEP_FACTS = ['failed', 'succeeded', 'unknown', 'skipped', 'captured']

/** What a signal is known by: its number, and whether the issue shows in it. */
export const SIGNAL_FACTS = ['value', 'shows']

export const BLAST_FACTS = ['users', 'cis', 'vip']

export interface KnownFacts {
  readonly incident: readonly string[]
  readonly ci: readonly string[]
}

/** The facts that these column maps supply. */
export const factsOf = (maps: { incident: object; ci: object }): KnownFacts => ({
  incident: [...new Set([...INCIDENT_FACTS, ...Object.keys(maps.incident)])],
  ci: [...new Set([...CI_FACTS, ...Object.keys(maps.ci)])],
})
