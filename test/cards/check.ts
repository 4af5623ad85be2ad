// Owns how a card is checked: parsed by the reference parser of Adaptive Cards, validated, and searched.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { isObject, type Json, type JsonObject } from '../../src/core/values.ts'

/** The part of the `adaptivecards` package that checking needs (TEAMS: required from dist). */
interface Parser {
  readonly AdaptiveCard: new () => {
    parse(json: unknown, context: object): void
    validateProperties(): { readonly validationEvents: readonly { readonly message: string }[] }
    toJSON(): Json
  }
  readonly SerializationContext: new () => {
    readonly eventCount: number
    getEventAt(index: number): { readonly message: string }
  }
}
const parser = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js') as Parser

/** Elements and actions of Adaptive Cards 1.5 that Teams knows. */
const known = new Set([
  'AdaptiveCard',
  'TextBlock',
  'RichTextBlock',
  'TextRun',
  'Container',
  'ColumnSet',
  'Column',
  'ActionSet',
  'Input.Text',
  'Input.Number',
  'Input.Toggle',
  'Input.ChoiceSet',
  'Action.Execute',
  'Action.Submit',
  'Action.ToggleVisibility',
])

/** Asserts that a card is a valid 1.5 card: it parses without an event, validates, survives a round trip, and knows its elements. */
export function assertCard(card: Json): asserts card is JsonObject {
  assert.ok(isObject(card))
  assert.equal(card.version, '1.5')
  for (const chart of objects(card).filter(isChart)) assertChart(chart)
  assertPlain(withoutCharts(card) as JsonObject)
}

/** The same of a card that a host without charts shows: the fallback of each in its place. */
function assertPlain(card: JsonObject): void {
  const once = parsed(card)
  assert.deepEqual(parsed(once), once, 'the card changes in a second round trip')
  const ids = objects(card).flatMap((each) => (typeof each.id === 'string' ? [each.id] : []))
  assert.equal(new Set(ids).size, ids.length, 'an id stands twice')
  for (const { type } of objects(card))
    if (typeof type === 'string') assert.ok(known.has(type), `unknown element ${type}`)
  assert.deepEqual(count(once), count(withoutFallbacks(card)), 'the parser dropped an element')
  // The reference parser reads fallbacks but does not write them: each is checked as the action that it may become.
  const fallbacks = objects(card).flatMap((each) => (isObject(each.fallback) ? [each.fallback] : []))
  for (const fallback of fallbacks) parsed({ type: 'AdaptiveCard', version: '1.5', actions: [fallback] })
}

const isChart = ({ type }: JsonObject): boolean => type === 'Chart.Line'

/** As a host does it that does not know the element. */
export function withoutCharts(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutCharts)
  if (!isObject(json)) return json
  if (isChart(json)) return json['fallback'] ?? null
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withoutCharts(value)]))
}

/** https://adaptivecards.microsoft.com/?topic=Chart.Line: series of points whose x are all numbers, so that time is to scale. */
function assertChart({ title, xAxisTitle, yAxisTitle, data, fallback }: JsonObject): void {
  for (const text of [title, xAxisTitle, yAxisTitle]) assert.equal(typeof text, 'string')
  assert.ok(isObject(fallback), 'a chart has no fallback')
  assert.ok(Array.isArray(data) && data.length > 0)
  for (const series of data as readonly JsonObject[]) {
    assert.equal(typeof series['legend'], 'string')
    const { values } = series
    assert.ok(Array.isArray(values) && values.length > 0)
    for (const { x, y } of values as readonly JsonObject[]) assert.deepEqual([typeof x, typeof y], ['number', 'number'])
  }
}

function withoutFallbacks(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutFallbacks)
  if (!isObject(json)) return json
  const entries = Object.entries(json).filter(([key]) => key !== 'fallback')
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutFallbacks(value)]))
}

function parsed(json: Json): Json {
  const context = new parser.SerializationContext()
  const card = new parser.AdaptiveCard()
  card.parse(json, context)
  assert.deepEqual(
    Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message),
    [],
  )
  assert.deepEqual(
    card.validateProperties().validationEvents.map((event) => event.message),
    [],
  )
  return card.toJSON()
}

const count = (card: Json): { readonly [type: string]: number } =>
  Object.fromEntries([...known].map((type) => [type, objects(card).filter((each) => each.type === type).length]))

/** Every object of a card, outermost first. */
export function objects(json: Json): readonly JsonObject[] {
  if (Array.isArray(json)) return json.flatMap(objects)
  if (!isObject(json)) return []
  return [json, ...Object.values(json).flatMap(objects)]
}

/** Every text that a person may see. */
export const texts = (card: Json): readonly string[] =>
  objects(card).flatMap((each) =>
    [each.text, each.title, each.legend, each.xAxisTitle].filter((text) => typeof text === 'string'),
  )

export const actions = (card: Json, type = 'Action.Execute'): readonly JsonObject[] =>
  objects(card).filter((each) => each.type === type)

/** The buttons of a card; what it does by itself (`refresh`) is none. */
export function buttons(card: Json): readonly JsonObject[] {
  if (!isObject(card)) return []
  const { refresh: _, ...rest } = card
  return actions(rest)
}

export const bytes = (card: Json): number => Buffer.byteLength(JSON.stringify(card))
