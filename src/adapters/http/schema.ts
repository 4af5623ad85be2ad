// Owns the shapes of events that come through the door, and how their mistakes read.
import { z } from 'zod'
import { isObject, type Json } from '../../core/values.ts'

const sysId = z
  .string('must be the record’s sys_id')
  .regex(/^[0-9a-f]{32}$/i, 'must be 32 hex digits')
  .transform((id) => id.toLowerCase())

/** What a ServiceNow business rule sends (DESIGN §6). It is a hint: the record is read back. */
export const serviceNowEventSchema = z.object(
  {
    type: z.enum(['incident.created', 'incident.updated'], 'must be "incident.created" or "incident.updated"'),
    data: z.object(
      {
        sys_id: sysId,
        number: z.string('must be the incident’s number').regex(/^INC\d{3,20}$/, 'must be INC and digits'),
      },
      'must be an object with sys_id and number',
    ),
  },
  'must be an object with type and data',
)

const attribute = (max: number) =>
  z.string('must be a text').min(1, 'must not be empty').max(max, `must not be longer than ${max} characters`)
const instant = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-01T00:00:00Z' })
const json = z.custom<Json>(() => true)

/** A CloudEvent 1.0 in its structured form (CONTRACTS §6.7). Extension attributes are accepted and left out. */
export const cloudEventSchema = z.object(
  {
    specversion: z.literal('1.0', 'must be "1.0"'),
    id: attribute(256),
    source: attribute(1024),
    type: attribute(256),
    time: instant.exactOptional(),
    subject: attribute(1024).exactOptional(),
    datacontenttype: attribute(256).exactOptional(),
    dataschema: attribute(1024).exactOptional(),
    data: json.exactOptional(),
    data_base64: z.base64('must be base64').exactOptional(),
  },
  'must be an object with specversion, id, source and type',
)

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

/** Parses a value; the reason names every place that is wrong. `what` begins it. */
export function check<T>(schema: z.ZodType<T>, value: Json, what: string): Checked<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const reasons = parsed.error.issues.slice(0, 10).map(({ path, message }) => `${[what, ...path].join('.')} ${message}`)
  return { ok: false, reason: `${reasons.join('; ')}.` }
}

/** JSON null stands for an absent CloudEvents attribute (JSON event format, section 2.2). */
export const withoutNulls = (value: Json): Json =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([key, each]) => key === 'data' || each !== null))
    : value
