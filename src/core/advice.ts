// Owns what of a model's answer counts: an order of runbooks that fit, values within their bounds, and nothing else (P9).
import type { Advice } from './informed.ts'
import type { Choice } from './match.ts'
import { bind, wanted } from './parameters.ts'
import type { Parameter, Runbook } from './runbook.ts'
import { type Json, type JsonObject, own } from './values.ts'

/** What a model said, well-formed but not yet believed in anything. */
export interface Said {
  readonly ranking: readonly { readonly runbook: string; readonly reason: string; readonly parameters: JsonObject }[]
  readonly confidence: number
  readonly none: boolean
  /** What came besides the answer's declared shape; one sentence each. */
  readonly extra: readonly string[]
}

type Declared = Pick<Runbook, 'id' | 'parameters' | 'targets'>

/** What the proposal becomes: whose runbook, with which values, and what is recorded of the model. */
export interface Advised {
  readonly choice: Choice
  readonly parameters: JsonObject
  readonly advice: Advice
}

/** Longer values are no names of anything; an author's pattern may have no end. */
const LONGEST = 200
const MOST_DROPPED = 20

/**
 * The parameters that a model may fill in: their author bounded them, and no target is made of them. A text needs a
 * pattern or a list, a number both ends.
 */
export function fillable({ parameters, targets }: Declared): { readonly [name: string]: Parameter } {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name, each]) => isBounded(each) && !mentions(targets.from.source, name)),
  )
}

/** `byRules` is what the rules choose among `offered`, all of which fit. It holds wherever the model says nothing usable. */
export function advise(model: string, said: Said, offered: readonly Declared[], byRules: Choice): Advised {
  const dropped = [...said.extra]
  const ranking: { runbook: string; reason: string; parameters: JsonObject }[] = []
  for (const each of said.ranking)
    if (!offered.some(({ id }) => id === each.runbook))
      dropped.push(`it named ${short(each.runbook)}, which was not offered`)
    else if (ranking.some(({ runbook }) => runbook === each.runbook)) dropped.push(`it named ${each.runbook} twice`)
    else ranking.push(each)
  const first = said.none ? undefined : ranking[0]
  if (!said.none && !first) dropped.push('it ranked nothing that was offered')
  const runbook = first?.runbook ?? byRules.runbook
  const declared = offered.find(({ id }) => id === runbook)
  const values = first && declared ? usable(declared, first.parameters, dropped) : {}
  const chose = first !== undefined && runbook !== byRules.runbook
  const isShare = Number.isFinite(said.confidence) && said.confidence >= 0 && said.confidence <= 1
  if (!isShare) dropped.push('its confidence is no number from 0 to 1')
  return {
    choice: first ? { runbook, tie: [] } : byRules,
    parameters: values,
    advice: {
      model,
      ranking: ranking.map(({ runbook: id, reason }) => ({ runbook: id, reason })),
      values,
      confidence: isShare ? said.confidence : null,
      none: said.none,
      dropped: bounded(dropped),
      chose,
      used: chose || Object.keys(values).length > 0,
    },
  }
}

/** What is recorded where the model could not be heard: the rules carry on. `why` is a sentence without its end. */
export const unheard = (model: string, why: string): Advice => ({
  model,
  ranking: [],
  values: {},
  confidence: null,
  none: false,
  dropped: [`the rules carry on without the model: ${why}`],
  chose: false,
  used: false,
})

/** The values that are within their bounds and differ from what the rules would take. */
function usable(runbook: Declared, given: JsonObject, dropped: string[]): JsonObject {
  const may = fillable(runbook)
  const values: [string, Json][] = []
  for (const [name, value] of Object.entries(given)) {
    const parameter = own(may, name)
    const isDeclared = Object.hasOwn(runbook.parameters, name)
    const bound = parameter && !isLong(value) ? bind(parameter, value) : undefined
    if (!isDeclared) dropped.push(`${runbook.id} has no parameter ${short(name)}`)
    else if (!parameter) dropped.push(`parameter ${name} is not for a model to fill in`)
    else if (bound === undefined) dropped.push(`its value for ${name} does not fit: ${wanted(parameter)}`)
    else if (bound !== parameter.default) values.push([name, bound])
  }
  return Object.fromEntries(values)
}

const isLong = (value: Json): boolean => typeof value === 'string' && value.length > LONGEST

const isBounded = ({ type, pattern, enum: list, min, max }: Parameter): boolean =>
  list !== undefined ||
  type === 'boolean' ||
  (type === 'string' ? pattern !== undefined : min !== undefined && max !== undefined)

/** Whether an expression reads this parameter. Where it cannot be told which ones it reads, it reads all of them. */
function mentions(source: string, name: string): boolean {
  const uses = [...source.matchAll(/\bparameters\b\s*(?:\.\s*(\w+)|\[\s*(["'])([^"'\\]*)\2\s*\])?/g)]
  return uses.some(([, dotted, , bracketed]) => {
    const used = dotted ?? bracketed
    return used === undefined || used === name
  })
}

const bounded = (sentences: readonly string[]): readonly string[] =>
  sentences.length <= MOST_DROPPED
    ? sentences
    : [...sentences.slice(0, MOST_DROPPED), `… and ${sentences.length - MOST_DROPPED} more`]

/** Names from a model end somewhere. */
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** What of an advice still stands where a person has changed values: theirs are the model's no more. */
export function stillAdvised(advice: Advice, parameters: JsonObject): Advice {
  const values = Object.fromEntries(
    Object.entries(advice.values).filter(([name, value]) => own(parameters, name) === value),
  )
  return { ...advice, values, used: advice.chose || Object.keys(values).length > 0 }
}
