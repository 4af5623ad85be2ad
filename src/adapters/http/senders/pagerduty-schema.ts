// Owns the shape of PagerDuty's v3 webhooks (CONTRACTS §6.4): the envelope, and an incident as far as it is read.
import { z } from 'zod'
import { isObject, type Json } from '../../../core/values.ts'
import { key, maybe, maybeTime } from './schema.ts'

export const pagerDutySchema = z.object(
  {
    event: z.object(
      { id: key, event_type: key, occurred_at: maybeTime, data: z.custom<Json>(() => true) },
      'must be an object with id, event_type and data',
    ),
  },
  'must be an object with event',
)

const summary = z.object({ summary: maybe }).nullish().catch(undefined)

/** Scalars by name; whatever else stands there is left out. */
const details = z
  .custom<Json>(() => true)
  .optional()
  .transform((value) =>
    Object.fromEntries(
      Object.entries(isObject(value) ? value : {}).flatMap(([name, each]) =>
        typeof each === 'string' || typeof each === 'number' ? [[name, String(each)]] : [],
      ),
    ),
  )

/** A field that was filled in: its value as text, or a list of them. */
const field = z
  .object({ name: z.string(), value: z.union([z.string(), z.number(), z.array(z.string())]) })
  .transform(({ name, value }) => ({ [name]: Array.isArray(value) ? value.join(', ') : String(value) }))
  .catch({})

export const incidentSchema = z.object(
  {
    id: key,
    title: maybe,
    html_url: maybe,
    created_at: maybeTime,
    service: summary,
    priority: summary,
    urgency: maybe,
    incident_key: maybe,
    class: maybe,
    custom_fields: z.array(field).catch([]).default([]),
    custom_details: details,
    body: z
      .object({ details, cef_details: details })
      .catch({ details: {}, cef_details: {} })
      .default({ details: {}, cef_details: {} }),
  },
  'must be an incident with an id',
)
export type PagerDutyIncident = z.infer<typeof incidentSchema>
