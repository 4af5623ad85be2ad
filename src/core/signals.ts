// Owns a runbook's signals as exact requests: what is asked of the CI, how it is shown, and what tells whether the issue shows.
import type { IncidentContext } from './incident.ts'
import type { PlannedRequest, Target } from './plan.ts'
import type { Operation, Runbook } from './runbook.ts'
import { scopeOf } from './scope.ts'
import type { JsonObject, Millis, Scope } from './values.ts'

/** How a signal is shown and judged; `shows` is CEL over `result`, kept as text. */
export interface SignalTerms {
  readonly name: string
  readonly title: string
  readonly unit: string
  /** How far back a chart looks. */
  readonly rangeMs: Millis
  readonly shows: string | null
}

/** A read-only request of a plan; with `signal` its answer is a reading, which is compared before and after. */
export type PlannedLook = PlannedRequest & { readonly signal?: SignalTerms }
export type PlannedSignal = PlannedRequest & { readonly signal: SignalTerms }

/** A signal that cannot be asked says why: it is unknown, and keeps no plan from being made (P5). */
export type Askable =
  | { readonly terms: SignalTerms; readonly request: PlannedSignal }
  | { readonly terms: SignalTerms; readonly system: string; readonly reason: string }

/** What a signal is asked about: the incident's CI, or without an incident the only target's. */
export interface Asked {
  readonly context: IncidentContext
  readonly targets: readonly Target[]
  readonly parameters: JsonObject
}

/** What a signal's `with` and `shows` see; nothing of another signal (P9). */
export function signalScope({ context, targets, parameters }: Asked): Scope {
  const { signals: _, ...rest } = context
  const [only] = targets
  const target = !context.ci && only && targets.length === 1 ? only : undefined
  return scopeOf({ context: rest, parameters, ...(target ? { target } : {}) })
}

/** Whose signals they are, by name. */
export const askedOf = ({ context, targets }: Asked): string => context.ci?.name ?? targets[0]?.name ?? ''

/** Every signal of the runbook, in its order. */
export function signalsOf(
  runbook: Pick<Runbook, 'signals'>,
  asked: Asked,
  operations: ReadonlyMap<string, Operation>,
): readonly Askable[] {
  const scope = signalScope(asked)
  return Object.entries(runbook.signals).map(([name, signal]): Askable => {
    const { title, unit, rangeMs } = signal
    const terms: SignalTerms = { name, title, unit, rangeMs, shows: signal.shows?.source ?? null }
    const operation = operations.get(signal.do)
    if (!operation) return { terms, system: '', reason: `there is no operation ${signal.do} in connectors.yaml` }
    const { system, kind, url, tier, detail } = operation
    const values = signal.with.render(scope)
    if (!values.ok) return { terms, system, reason: `${signal.do}: ${values.reason}` }
    const base = { do: operation.name, system, kind, url, tier, detail, timeoutMs: signal.timeoutMs }
    return { terms, request: { ...base, with: values.value, signal: terms } }
  })
}

/** The signals as evidence of a plan: captured before the ask and at the end, like any other look. */
export const signalEvidence = (
  runbook: Pick<Runbook, 'signals'>,
  asked: Asked,
  operations: ReadonlyMap<string, Operation>,
): readonly { readonly target: string; readonly request: PlannedLook }[] =>
  signalsOf(runbook, asked, operations).flatMap((each) =>
    'request' in each ? [{ target: askedOf(asked), request: each.request }] : [],
  )
