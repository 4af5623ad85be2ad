// Owns what several senders' shapes are made of: texts by name, and times as each writes them.
import { z } from 'zod'

const zone = /(z|[+-]\d\d:?\d\d)$/i
const zeroYear = Date.parse('0002-01-01T00:00:00Z')

/** A time, as milliseconds; undefined for Go's zero time. One that names no zone is UTC. */
export const time = z
  .string('must be a time')
  .max(64, 'must be a time')
  .transform((text, context) => {
    const at = Date.parse(zone.test(text) ? text : `${text}Z`)
    if (Number.isNaN(at)) context.addIssue({ code: 'custom', message: 'must be a time such as 2026-01-01T00:00:00Z' })
    return Number.isNaN(at) || at < zeroYear ? undefined : at
  })

export const texts = z.record(z.string(), z.string('must be a text'), 'must be texts by name')

export const key = z
  .string('must be a text')
  .min(1, 'must not be empty')
  .max(512, 'must not be longer than 512 characters')

/** What is nice to have: anything else is as if it were absent. */
export const maybe = z.string().optional().catch(undefined)
export const maybeTime = time.optional().catch(undefined)
