// Owns CloudEvents over HTTP: structured, batch and binary requests become the same events (CONTRACTS §6.7).
import type { IncomingHttpHeaders } from 'node:http'
import type { Instant, Json, JsonObject } from '../../core/values.ts'
import type { AlertReading } from '../../ports/catalog.ts'
import { readJson } from './json.ts'
import { isJson, type MediaType } from './media-type.ts'
import { check, cloudEventSchema, withoutNulls } from './schema.ts'
import { maxDepth, type ProvenRequest, type Reading, type Refused, refused, type Sender } from './sender.ts'
import { bodyOf } from './senders/cloud-alert.ts'
import { signedSender } from './signed-sender.ts'

const longestBatch = 100

/**
 * CloudEvents signed with one of `secrets`; a repeat is the same source and id. `alerts` says which labels of an alert
 * name its CI and its symptom.
 */
export const cloudEventsSender = (secrets: readonly string[], alerts: () => AlertReading | undefined): Sender =>
  signedSender('cloudevents', 'EVENTS_SECRET', secrets, (request) =>
    readCloudEvents(request, { reading: alerts() ?? {}, now: request.now }),
  )

interface Way {
  readonly reading: AlertReading
  readonly now: Instant
}

/** The order matters: the batch's media type begins with the other one's. */
function readCloudEvents({ headers, media, text }: ProvenRequest, way: Way): Reading {
  const type = media?.type ?? ''
  if (type.startsWith('application/cloudevents')) {
    if (!type.endsWith('+json')) return refused(415, `${type} is not understood: send the JSON event format.`)
    const read = readJson(text, maxDepth)
    if (!read.ok) return refused(400, read.reason)
    return type.startsWith('application/cloudevents-batch') ? batch(read.value, way) : single(read.value, way)
  }
  if (headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined)
    return binary(headers, media, text, way)
  const wanted = 'send application/cloudevents+json, application/cloudevents-batch+json, or ce- headers'
  return refused(isJson(media) ? 400 : 415, `This is not a CloudEvent: ${wanted}.`)
}

function batch(value: Json, way: Way): Reading {
  if (!Array.isArray(value)) return refused(400, 'The batch must be a list of CloudEvents.')
  if (value.length === 0) return refused(400, 'The batch holds no event.')
  if (value.length > longestBatch)
    return refused(400, `The batch holds more than ${longestBatch} events: send smaller ones.`)
  const readings = value.map((each: Json, index) => single(each, way, `event ${index + 1}`))
  const wrong = readings.find((reading) => !reading.ok)
  return wrong ?? { ok: true, batch: true, events: readings.flatMap((each) => (each.ok ? each.events : [])) }
}

function single(value: Json, { reading, now }: Way, what = 'event'): One {
  const event = check(cloudEventSchema, withoutNulls(value), what)
  if (!event.ok) return refused(400, event.reason)
  const { source, id } = event.value
  const key = `cloudevents:${encodeURIComponent(source)}:${encodeURIComponent(id)}`
  const body = bodyOf(event.value, reading, now, what) ?? { ok: true, body: event.value }
  return body.ok ? { ok: true, batch: false, events: [{ key, body: body.body }] } : body
}

type One = Extract<Reading, { batch: boolean }> | Refused

const attributes = ['specversion', 'id', 'source', 'type', 'time', 'subject', 'dataschema'] as const

function binary(headers: IncomingHttpHeaders, media: MediaType | undefined, text: string, way: Way): Reading {
  if (headers['ce-datacontenttype'] !== undefined)
    return refused(400, 'ce-datacontenttype must not be sent: Content-Type says it.')
  const event: Record<string, Json> = {}
  for (const name of attributes) {
    const header = headers[`ce-${name}`]
    if (typeof header !== 'string') continue
    const value = decodeAttribute(header)
    if (value === undefined) return refused(400, `The header ce-${name} is not percent-encoded UTF-8.`)
    event[name] = value
  }
  const data = dataOf(media, text)
  return data.ok ? single({ ...event, ...data.value }, way) : data
}

type Data = { readonly ok: true; readonly value: JsonObject } | Refused

function dataOf(media: MediaType | undefined, text: string): Data {
  if (text === '') return { ok: true, value: {} }
  const datacontenttype = media?.type ?? 'application/json'
  if (datacontenttype.startsWith('text/')) return { ok: true, value: { datacontenttype, data: text } }
  if (media && !isJson(media)) return refused(415, `${datacontenttype} is not understood: send JSON or text.`)
  const read = readJson(text, maxDepth)
  return read.ok ? { ok: true, value: { datacontenttype, data: read.value } } : refused(400, read.reason)
}

/** One round of decoding: a quoted string is unquoted, then %XX is read. undefined: not UTF-8. */
function decodeAttribute(header: string): string | undefined {
  const bare = /^"(.*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? header
  // biome-ignore lint: what is outside printable ASCII had to be encoded
  if (/[^\x20-\x7e]/.test(bare)) return undefined
  try {
    return decodeURIComponent(bare)
  } catch {
    return undefined
  }
}
