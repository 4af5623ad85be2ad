// Owns the labelled incidents of the eval: what each is, and what a careful engineer would do about it.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { type IncidentContext, known } from '../../src/core/incident.ts'
import type { Instant } from '../../src/core/values.ts'

export const GROUPS = ['clear', 'ambiguous', 'misleading', 'hostile'] as const
const value = z.union([z.string(), z.number()])
const labelled = z.strictObject({
  id: z.string(),
  group: z.enum(GROUPS),
  ci: z.tuple([z.string(), z.string(), z.enum(['Test', 'Production'])]),
  title: z.string(),
  text: z.string(),
  /** A runbook's id, or none. */
  right: z.string(),
  either: z.string().optional(),
  values: z.record(z.string(), value).optional(),
  /** What may stand in no request, whatever happens. */
  forbidden: z.array(z.string()).optional(),
})
export type Labelled = z.infer<typeof labelled>

export const labelledIncidents = (): readonly Labelled[] =>
  z.array(labelled).parse(parse(readFileSync(new URL('incidents.yaml', import.meta.url), 'utf8')))

/** As intake would have read it back. */
export function contextOf({ id, ci: [name, type, environment], title, text }: Labelled, at: Instant): IncidentContext {
  const fact = (of: string) => known(of, 'cmdb', at)
  return {
    readAt: at,
    ci: { sysId: `ci-${name}`, name, facts: { name: fact(name), class: fact(type), environment: fact(environment) } },
    incident: {
      sysId: `sys-${id}`,
      number: `INC-${id}`,
      state: 'new',
      shortDescription: title,
      text: `${title}\n${text}`,
      reopened: 0,
      facts: {},
    },
  }
}
