// Owns the shape of what the world answers in a scenario: one answer, several in a row, or one per target.
import { z } from 'zod'
import { anything, duration, keys, list, mapOf, oneOf, some, text, whole } from './schema.ts'

/** Checked as the schema that is picked by looking at the value: what is wrong is then said of that one alone. */
export const shapedAs = <T>(pick: (value: unknown) => z.ZodType<T>) =>
  z.unknown().transform((value, context): T => {
    const parsed = pick(value).safeParse(value)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as never)
    return z.NEVER
  })

const number = z.custom<number | null>((value) => value === null || typeof value === 'number', 'expected a number')

/** Exactly one of the first six; `log` and `takes` go with those that end. */
const answer = keys({
  succeeded: anything.exactOptional(),
  failed: text.exactOptional(),
  unknown: text.exactOptional(),
  down: text.exactOptional(),
  value: number.exactOptional(),
  status: whole(100, 599).exactOptional(),
  body: anything.exactOptional(),
  headers: mapOf(text, text).exactOptional(),
  log: text.exactOptional(),
  takes: duration.exactOptional(),
})

export type Answer = z.infer<typeof answer>

const row = shapedAs<readonly Answer[]>((value) =>
  Array.isArray(value) ? some(answer) : answer.transform((one) => [one]),
)
const byTarget = keys({ by: oneOf(['target']), answers: mapOf(text, row) }).transform(({ answers }) => ({ answers }))

/** Answers in a row, the last of which is given again; or such a row for each target. */
export type Answers =
  | { readonly row: readonly Answer[] }
  | { readonly answers: Readonly<Record<string, readonly Answer[]>> }

export const answersSchema = shapedAs<Answers>((value) =>
  typeof value === 'object' && value !== null && 'by' in value ? byTarget : row.transform((each) => ({ row: each })),
)

/** A text, or a list of them. */
export const texts = shapedAs<readonly string[]>((value) =>
  Array.isArray(value) ? list(text) : text.transform((one) => [one]),
)

/** What an answer says, apart from what goes with it. */
export const WORDS = ['succeeded', 'failed', 'unknown', 'down', 'value', 'status'] as const

/** The word that an answer is; undefined where it is none, or several. */
export function wordOf(one: Answer): (typeof WORDS)[number] | undefined {
  const [first, ...more] = WORDS.filter((each) => Object.hasOwn(one, each))
  return more.length === 0 ? first : undefined
}
