// Owns the shapes of the Change Management API: records, next states and conflict checks (CONTRACTS 1.6).
import { z } from 'zod'
import type { Cell, Row } from './schema.ts'

/** This API gives `value` as a number or a flag too, where the Table API has strings only. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const cell = z.union([
  text.transform((value): Cell => ({ value, display: value })),
  z
    .object({ value: text.nullish(), display_value: text.nullish() })
    .transform(({ value, display_value: display }): Cell => ({ value: value ?? '', display: display ?? '' })),
])

/** A column of another shape is left out, as in the Table API's rows. */
const row = z.record(z.string(), z.unknown()).transform((columns): Row => {
  const cells = Object.entries(columns).map(([column, raw]) => [column, cell.safeParse(raw).data] as const)
  return Object.fromEntries(cells.filter(([, each]) => each !== undefined))
})

/** One record: documented as an object by PATCH, and as a list of one by POST of a standard change. */
export const changeSchema = z.object({
  result: z.union([row, z.tuple([row]).transform(([only]) => only)]),
})
export const changesSchema = z.object({ result: z.array(row) })

const transition = z.object({
  to_state: text,
  transition_available: z.boolean().nullish(),
  conditions: z
    .array(z.object({ passed: z.boolean().nullish(), condition: z.object({ name: z.string().nullish() }).nullish() }))
    .nullish(),
})
export type Transition = z.infer<typeof transition>

/** Transitions come in one list per state, and not at all where no change model drives the change. */
export const nextStatesSchema = z.object({
  result: z.object({
    available_states: z.array(text),
    state_label: z.record(z.string(), z.string()).nullish(),
    state_transitions: z.array(z.union([z.array(transition), transition.transform((only) => [only])])).nullish(),
  }),
})

export const startedSchema = z.object({ result: z.unknown() })

const plain = cell.nullish().transform((each) => each?.value ?? '')
/** "An empty object" stands for no conflicts in the documentation's words, an empty list in its example. */
const conflicts = z.union([z.array(z.unknown()), z.strictObject({}).transform((): unknown[] => [])])
export const conflictSchema = z.object({
  result: z.object({
    last_run: plain,
    job_status: plain,
    // A conflict that cannot be read is one all the same.
    conflicts: conflicts.transform((all) => all.map((each): Row => row.safeParse(each).data ?? {})).nullish(),
  }),
})
