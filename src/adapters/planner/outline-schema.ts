// Owns the shape in which a model sorts prose for a draft, and its strict reading.
import { z } from 'zod'
import { PortError } from '../../ports/errors.ts'
import type { Outline } from '../../ports/planner.ts'

const text = z.string().max(600)
const texts = z.array(text).max(40)
const outlineSchema = z.strictObject({
  title: text,
  about: text,
  symptoms: texts,
  checks: texts,
  steps: z.array(z.strictObject({ title: text, commands: texts })).max(60),
  proofs: texts,
  undo: texts,
  escalation: texts,
  placeholders: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/)).max(20),
})

/** Lengths and patterns are ours to check: not every server knows them in a schema. */
export const outlineFormat = () => {
  const item = z.array(z.string())
  const asked = z.strictObject({
    ...Object.fromEntries(Object.keys(outlineSchema.shape).map((name) => [name, item])),
    title: z.string(),
    about: z.string(),
    steps: z.array(z.strictObject({ title: z.string(), commands: item })),
  })
  const { $schema: _, ...schema } = z.toJSONSchema(asked)
  return { type: 'json_schema', json_schema: { name: 'outline', strict: true, schema } } as const
}

/** Throws PortError `malformed` for anything but the declared shape; its message repeats none of it. */
export function readOutline(answer: string): Outline {
  let json: unknown
  try {
    json = JSON.parse(answer)
  } catch {
    throw new PortError('malformed', 'its answer is not JSON')
  }
  const read = outlineSchema.safeParse(json)
  if (!read.success) throw new PortError('malformed', 'its answer has another shape than it was asked for')
  return { ...read.data, placeholders: [...new Set(read.data.placeholders)] }
}
