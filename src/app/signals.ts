// Owns asking a runbook's signals: side by side, each with a time limit, never failing; what cannot be read says why (P5).
import { type Fact, known, unknown } from '../core/incident.ts'
import type { Run } from '../core/run.ts'
import type { Operation, Runbook } from '../core/runbook.ts'
import { type Asked, askedOf, type PlannedSignal, signalScope, signalsOf } from '../core/signals.ts'
import type { SignalReading, Signals } from '../core/surroundings.ts'
import { evaluateBoolean, isObject, type Json, type Millis } from '../core/values.ts'
import type { History } from '../ports/endpoint.ts'
import type { Deps } from './deps.ts'
import { kept } from './kept.ts'
import { within } from './within.ts'

/** What is read again at each assessment is this old at most. */
const FRESH_MS: Millis = 30_000
/** A signal that takes longer is unknown. */
const PATIENCE_MS: Millis = 10_000
/** Remembered measurements; the oldest is forgotten. */
const REMEMBERED = 500
/** Points of a chart. */
const POINTS = 60

type World = Pick<Deps, 'endpoints' | 'clock' | 'compile' | 'hash'>

/** Whose question it is: for a system that writes down who asks. */
interface By {
  readonly run: string
  readonly requestedBy: string
}

/** A person's Entra object id, or the incident. */
export const byOf = ({ id, origin, context }: Pick<Run, 'id' | 'origin' | 'context'>): By => ({
  run: id,
  requestedBy: origin.kind === 'chat' ? origin.requester.id : (context.incident?.number ?? 'runbot'),
})

/** A number, or that there is none, with its past; `result` is what `shows` looks at. */
type Measurement = Pick<SignalReading, 'value' | 'points'> & { readonly result: Json }

type ReadSignals = (
  runbook: Pick<Runbook, 'signals'>,
  asked: Asked,
  operations: ReadonlyMap<string, Operation>,
  by: By,
) => Promise<Signals>

/** Reads all signals of a runbook; what another assessment read less than 30 s ago is taken from there. */
export function signalReader(deps: World): ReadSignals {
  const { clock, hash } = deps
  const remembered = kept<Fact<Measurement>>({
    clock,
    forMs: FRESH_MS,
    most: REMEMBERED,
    worth: (fact) => fact.known && fact.value.value !== null,
  })
  return async (runbook, asked, operations, by) => {
    const read = signalsOf(runbook, asked, operations).map(async (each) => {
      const { name } = each.terms
      if (!('request' in each)) return [name, unknown(each.reason, each.system || name, clock.now())] as const
      const { url, detail, with: values, signal, do: operation } = each.request
      const key = hash.canonicalize([operation, url, detail, values, signal.rangeMs])
      const measurement = await remembered(key, () => measure(deps, each.request, askedOf(asked), by))
      return [name, judged(deps, each.request, measurement, asked)] as const
    })
    return Object.fromEntries(await Promise.all(read))
  }
}

/** One signal, asked now. Never rejects. */
export async function readSignal(
  deps: World,
  request: PlannedSignal,
  asked: Asked,
  by: By,
): Promise<Fact<SignalReading>> {
  return judged(deps, request, await measure(deps, request, askedOf(asked), by), asked)
}

async function measure(deps: World, planned: PlannedSignal, target: string, by: By): Promise<Fact<Measurement>> {
  const { clock, endpoints, hash } = deps
  const { signal, ...request } = { ...planned, timeoutMs: Math.min(planned.timeoutMs, PATIENCE_MS) }
  const at = clock.now()
  const untold = (reason: string): Fact<never> => unknown(reason, planned.system, clock.now())
  const ask = async (): Promise<Fact<Measurement>> => {
    const endpoint = endpoints(request)
    if (!endpoint) return untold(`this version cannot call ${request.kind} (${request.do})`)
    const key = hash.digest(hash.canonicalize([by.run, 'signal', signal.name, at])).slice(0, 40)
    const asking = endpoint.history?.(request, { from: at - signal.rangeMs, to: at, points: POINTS })
    // A chart that cannot be drawn says nothing of the number.
    const charted = asking?.catch((): History => [])
    const progress = await endpoint.launch({
      request,
      key,
      target,
      ...by,
      deadlineAt: at + request.timeoutMs,
      // It only reads.
      mayLeave: async () => {},
    })
    if (progress.state === 'running') return untold(`${request.do} did not answer at once`)
    if (progress.outcome !== 'succeeded') return untold(progress.reason)
    if (!isObject(progress.result)) return untold(`${request.do} gave no value`)
    const { value, points, ...more } = progress.result
    if (value !== null && (typeof value !== 'number' || !Number.isFinite(value)))
      return untold(`${request.do} gave no number`)
    const past = points === undefined ? ((await charted) ?? []) : pointsIn(points)
    return known({ value, points: past, result: { ...more, value } }, planned.do, at)
  }
  const late = () => untold(`it did not answer within ${request.timeoutMs / 1000} s`)
  const failed = (error: unknown) => untold(error instanceof Error ? error.message : 'it failed')
  return within(clock, request.timeoutMs, ask().catch(failed), late)
}

/** An endpoint's own points, as far as they are such. */
function pointsIn(points: Json): History {
  const list: readonly Json[] = Array.isArray(points) ? points : []
  return list.slice(-POINTS).flatMap((each): History => {
    const [at, value] = Array.isArray(each) ? (each as readonly Json[]) : []
    return typeof at === 'number' ? [[at, typeof value === 'number' ? value : null]] : []
  })
}

/** Whether the issue shows; an absent series shows nothing, and is no health either: then it cannot be told. */
function judged(
  { compile }: World,
  { signal, system }: PlannedSignal,
  measured: Fact<Measurement>,
  asked: Asked,
): Fact<SignalReading> {
  if (!measured.known) return measured
  const { value, points, result } = measured.value
  const { title, unit, shows } = signal
  const scope = { ...signalScope(asked), result }
  const answer = shows === null || value === null ? null : evaluateBoolean(compile(shows), scope)
  const reading: SignalReading = { title, unit, system, value, shows: answer?.ok ? answer.value : null, points }
  return { ...measured, value: reading }
}
