// Owns the shape of a model's answer: what it is asked for as JSON schema, and the strict reading of what came back.
import { z } from 'zod'
import type { Said } from '../../core/advice.ts'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'

const MOST_RANKED = 20
const MOST_VALUES = 40
const LONGEST_REASON = 240

const parameter = z.strictObject({ name: z.string(), value: z.string() })
const ranked = z.strictObject({ runbook: z.string(), reason: z.string(), parameters: z.array(parameter) })
/** As OpenAI's structured outputs want it: everything required, nothing additional, so values are pairs of texts. */
const answerSchema = z.strictObject({
  none: z.boolean().describe('true where none of the offered runbooks would help'),
  confidence: z.number().describe('from 0 to 1'),
  ranking: z.array(ranked).describe('offered runbooks only, the best first'),
})

/** https://platform.openai.com/docs/guides/structured-outputs */
export const responseFormat = () => {
  const { $schema: _, ...schema } = z.toJSONSchema(answerSchema)
  return { type: 'json_schema', json_schema: { name: 'ranking', strict: true, schema } } as const
}

/**
 * Reads an answer. What it says besides the declared shape is named in `extra` and left out; a part of the wrong shape
 * makes the whole answer one that cannot be read: throws PortError `malformed`, whose message repeats none of it.
 */
export function readAnswer(text: string): Said {
  const extra: string[] = []
  const bare = withoutExtra(parsed(text), extra)
  const read = answerSchema.safeParse(bare)
  if (!read.success) throw new PortError('malformed', 'its answer has another shape than it was asked for')
  const { none, confidence, ranking } = read.data
  if (ranking.length > MOST_RANKED)
    extra.push(`it ranked ${ranking.length} runbooks, of which ${MOST_RANKED} were read`)
  return {
    none,
    confidence,
    ranking: ranking.slice(0, MOST_RANKED).map(({ runbook, reason, parameters }) => ({
      runbook: plainText(runbook, 80),
      reason: plainText(reason, LONGEST_REASON),
      parameters: valuesOf(parameters, extra),
    })),
    extra,
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new PortError('malformed', 'its answer is not JSON')
  }
}

/** Steps, targets, endpoints: there is no place for them, and that they were named is worth a sentence. */
function withoutExtra(value: Json, extra: string[]): Json {
  if (!isObject(value)) return value
  const { ranking } = value
  return {
    ...keeping(value, Object.keys(answerSchema.shape), extra),
    ...(Array.isArray(ranking)
      ? {
          ranking: (ranking as readonly Json[]).map((each) =>
            isObject(each) ? keeping(each, Object.keys(ranked.shape), extra) : each,
          ),
        }
      : {}),
  }
}

function keeping(value: JsonObject, names: readonly string[], extra: string[]): JsonObject {
  for (const name of Object.keys(value))
    if (!names.includes(name)) extra.push(`it said "${plainText(name, 40)}" besides, which has no place here`)
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))
}

/** A name that is given twice is given once too often: which of the two is meant cannot be told. */
function valuesOf(pairs: readonly z.infer<typeof parameter>[], extra: string[]): JsonObject {
  const values = new Map<string, string>()
  const twice = new Set<string>()
  for (const { name, value } of pairs.slice(0, MOST_VALUES)) {
    if (values.has(name)) twice.add(name)
    values.set(name, value)
  }
  for (const name of twice) {
    values.delete(name)
    extra.push(`it gave two values for ${plainText(name, 40)}`)
  }
  return Object.fromEntries(values)
}
