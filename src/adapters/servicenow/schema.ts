// Owns the shapes of what ServiceNow answers: envelopes, cells, on-call rows, errors (CONTRACTS 1.2 to 1.5).
import { z } from 'zod'

/** One column of one row: the raw value (UTC, sys_id, choice value) and what a person sees in its place. */
export interface Cell {
  readonly value: string
  readonly display: string
}

/** A row by column; a column that is unknown to ServiceNow or hidden from the account is missing. */
export type Row = { readonly [column: string]: Cell | undefined }

const cell = z.union([
  z.string().transform((value): Cell => ({ value, display: value })),
  z
    .object({ value: z.string(), display_value: z.string().nullish() })
    .transform((all): Cell => ({ value: all.value, display: all.display_value ?? '' })),
])

/** A cell of another shape is left out: a fact that cannot be read is unknown, not empty. */
const rowSchema = z.record(z.string(), z.unknown()).transform((columns): Row => {
  const cells = Object.entries(columns).map(([column, raw]) => [column, cell.safeParse(raw).data] as const)
  return Object.fromEntries(cells.filter(([, each]) => each !== undefined))
})

export const oneSchema = z.object({ result: rowSchema })
export const listSchema = z.object({ result: z.array(rowSchema) })

/** Who is on call. References come as sys_ids; a script include of the instance may wrap them. */
const id = z
  .union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)])
  .nullish()
  .transform((text) => text ?? '')
const flag = z.union([z.boolean(), z.string().transform((text) => text === 'true')]).nullish()
const onCallRow = z.object({
  userId: id,
  userIds: z.array(z.string()).nullish(),
  group: id,
  rota: id,
  order: z.coerce.number().nullish(),
  isOverride: flag,
})
export const onCallSchema = z.object({ result: z.array(onCallRow) })
export type OnCallRow = z.infer<typeof onCallRow>

/** The error envelope; a result may stand beside it when a transaction was cancelled half-way. */
export const errorSchema = z.object({
  error: z.object({ message: z.string().nullish(), detail: z.string().nullish() }),
})
