// Owns how planned requests are named on a card: which of them an approval covers, and each as a call with its values.
import { askedStep, type PlannedRequest, type PlannedStep } from '../../core/plan.ts'
import type { At, Run } from '../../core/run.ts'
import { isObject, type Json, type JsonObject, type Place } from '../../core/values.ts'
import { voiced } from '../locale/voice.ts'
import type { Caps } from './caps.ts'
import { quoted, said } from './text-run.ts'

const words = voiced({
  eachTarget: '‹target›',
  varies: ' · values differ between targets',
  captured: ' (‹…› is read by the preflight)',
  onlyIf: 'If ',
  failed: 'failed',
} as const)

/** How a request reads on a card. */
export interface Exact {
  /** The exact request as a person reads it, without secrets. */
  readonly describe: (request: PlannedRequest) => string
  /** The request with the values that a preflight captured on this target, as far as there are any. */
  readonly fill?: (request: PlannedRequest, target: string) => PlannedRequest
}

/** The steps as they are planned for one target; the same ones for each, with other values. */
export const stepsOf = (run: Run, target?: string): readonly PlannedStep[] =>
  run.draft?.steps[target ?? run.draft.targets[0]?.name ?? ''] ?? []

/** How many attempts a step may have: the first and those that its runbook allows; at least `attempt`. */
export const attemptsOf = (run: Run, { step, target }: At, attempt: number): number =>
  Math.max(attempt, 1 + (stepsOf(run, target).find(({ id }) => id === step)?.retry?.max ?? 0))

/** The targets that an approval of this scope is for: one in a guided run of several, a wave's, else all. */
export function targetsOf(run: Run, scope: string): readonly string[] {
  const all = run.draft?.targets.map(({ name }) => name) ?? []
  const wave = /^wave:(\d{1,4})$/.exec(scope)?.[1]
  if (wave !== undefined) return run.draft?.waves[Number(wave) - 1] ?? all
  const only = /^step:[^@]*@([^]*)$/.exec(scope)?.[1]
  return only === undefined ? all : all.filter((name) => name === only)
}

/** The acting steps that an approval of this scope lets run, and those that will ask for themselves. */
export function covered(
  run: Run,
  scope: string,
): { readonly now: readonly PlannedStep[]; readonly later: readonly PlannedStep[] } {
  const acting = stepsOf(run, targetsOf(run, scope)[0]).filter((step) => step.action !== null)
  const asked = run.draft && askedStep(run.draft, scope)
  if (asked) return { now: acting.filter(({ id }) => id === asked.id), later: [] }
  return {
    now: acting.filter((step) => step.approval === null),
    later: acting.filter((step) => step.approval !== null),
  }
}

/**
 * The call of one step, as text runs; `whole`: the request as it is sent. With several targets it is shown once, and says
 * so where they differ in more than the name.
 */
export function callRuns(
  run: Run,
  {
    step,
    part,
    scope,
    whole,
  }: { readonly step: string; readonly part: Part; readonly scope: string; readonly whole?: true },
  caps: Caps,
  exact: Exact,
): readonly JsonObject[] {
  const targets = targetsOf(run, scope)
  const calls = targets.flatMap((target) => {
    const planned = stepsOf(run, target).find((each) => each.id === step)?.[part]
    if (!planned) return []
    const request = exact.fill?.(planned, target) ?? planned
    const text = whole ? exact.describe(withoutHoles(request)) : callText(request)
    const open = request.deferred !== undefined
    return [{ text: targets.length > 1 ? text.replaceAll(target, words.eachTarget) : text, open }]
  })
  const [shown] = calls
  return [
    quoted(shown?.text ?? '', whole ? 320 : 160, caps, 'mono'),
    ...(calls.some(({ text }) => text !== shown?.text) ? [said(words.varies, 'warn')] : []),
    ...(shown?.open ? [said(words.captured, 'subtle')] : []),
  ]
}

type Part = 'action' | 'rollback'

/** The exact request for this target; what only a preflight can tell stands there as `‹…›`. */
export const exactText = (planned: PlannedRequest, target: string, { describe, fill }: Exact): string =>
  describe(withoutHoles(fill?.(planned, target) ?? planned))

/** `ops.recycle_pool host=web-01 pool=DefaultAppPool`. */
export function callText(planned: PlannedRequest): string {
  const { do: name, with: values } = withoutHoles(planned)
  if (!isObject(values)) return name
  const text = (json: Json): string => (typeof json === 'string' ? json : JSON.stringify(json))
  return [name, ...Object.entries(values).map(([key, json]) => `${key}=${text(json)}`)].join(' ')
}

/** What is left to be filled, for people: `${steps["read"].captured.size}` reads `‹size›`. */
function withoutHoles(request: PlannedRequest): PlannedRequest {
  const { deferred = [] } = request
  if (deferred.length === 0) return request
  const places = new Set(deferred.map((place) => JSON.stringify(place)))
  return { ...request, with: marked(request.with, [], places) }
}

function marked(value: Json, place: Place, places: ReadonlySet<string>): Json {
  if (typeof value === 'string')
    return places.has(JSON.stringify(place)) ? value.replace(/\$\{([^}]*)\}/g, hole) : value
  if (Array.isArray(value)) return value.map((each: Json, index) => marked(each, [...place, index], places))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, marked(each, [...place, key], places)]))
}

const hole = (_: string, inner: string): string =>
  `‹${inner.replace(/\bsteps(?:\["[^"]*"\]|\.\w+)\.captured\.(\w+)/g, '$1')}›`

/** `If recycle-pool failed: `; any other condition as it is written; nothing where there is none. */
export function condition(step: PlannedStep, caps: Caps): readonly JsonObject[] {
  if (step.when === null) return []
  const failed = /^steps(?:\["([^"]{1,64})"\]|\.(\w{1,64}))\.failed$/.exec(step.when)
  const id = failed?.[1] ?? failed?.[2]
  return [
    said(words.onlyIf, 'subtle'),
    quoted(id === undefined ? step.when : `${id} ${words.failed}`, 80, caps, 'subtle'),
    said(': ', 'subtle'),
  ]
}
