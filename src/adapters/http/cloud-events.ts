// Owns CloudEvents over HTTP: structured, batch and binary requests become the same events (CONTRACTS §6.7).
import type { IncomingHttpHeaders } from 'node:http'
import type { Json, JsonObject } from '../../core/values.ts'
import { readJson } from './json.ts'
import { isJson, type MediaType } from './media-type.ts'
import { check, cloudEventSchema, withoutNulls } from './schema.ts'
import { maxDepth, type Reading, type Refused, refused, type Sender, type SignedRequest } from './sender.ts'

const longestBatch = 100

/** CloudEvents signed with one of `secrets`; a repeat is the same source and id. */
export const cloudEventsSender = (secrets: readonly string[]): Sender => ({
  source: 'cloudevents',
  variable: 'EVENTS_SECRET',
  secrets,
  read: readCloudEvents,
})

/** The order matters: the batch's media type begins with the other one's. */
function readCloudEvents({ headers, media, text }: SignedRequest): Reading {
  const type = media?.type ?? ''
  if (type.startsWith('application/cloudevents')) {
    if (!type.endsWith('+json')) return refused(415, `${type} is not understood: send the JSON event format.`)
    const read = readJson(text, maxDepth)
    if (!read.ok) return refused(400, read.reason)
    return type.startsWith('application/cloudevents-batch') ? batch(read.value) : single(read.value)
  }
  if (headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined) return binary(headers, media, text)
  const wanted = 'send application/cloudevents+json, application/cloudevents-batch+json, or ce- headers'
  return refused(isJson(media) ? 400 : 415, `This is not a CloudEvent: ${wanted}.`)
}

function batch(value: Json): Reading {
  if (!Array.isArray(value)) return refused(400, 'The batch must be a list of CloudEvents.')
  if (value.length === 0) return refused(400, 'The batch holds no event.')
  if (value.length > longestBatch)
    return refused(400, `The batch holds more than ${longestBatch} events: send smaller ones.`)
  const readings = value.map((each: Json, index) => single(each, `event ${index + 1}`))
  const wrong = readings.find((reading) => !reading.ok)
  return wrong ?? { ok: true, batch: true, events: readings.flatMap((reading) => (reading.ok ? reading.events : [])) }
}

function single(value: Json, what = 'event'): Reading {
  const event = check(cloudEventSchema, withoutNulls(value), what)
  if (!event.ok) return refused(400, event.reason)
  const { source, id } = event.value
  const key = `cloudevents:${encodeURIComponent(source)}:${encodeURIComponent(id)}`
  return { ok: true, batch: false, events: [{ key, body: event.value }] }
}

const attributes = ['specversion', 'id', 'source', 'type', 'time', 'subject', 'dataschema'] as const

function binary(headers: IncomingHttpHeaders, media: MediaType | undefined, text: string): Reading {
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
  return data.ok ? single({ ...event, ...data.value }) : data
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
