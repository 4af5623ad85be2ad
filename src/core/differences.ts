// Owns what changed between two plans of a run, for the people who are asked again.
import type { Ci } from './incident.ts'
import type { Draft, PlannedCheck, PlannedRequest, PlannedStep } from './plan.ts'
import type { Decision, GuardrailResult } from './policy.ts'
import { isSame } from './rule.ts'
import type { Run } from './run.ts'
import { type Json, type JsonObject, own } from './values.ts'

/** One thing that changed, as plain text; an absent side is empty. */
export interface Difference {
  readonly what: string
  readonly before: string
  readonly after: string
}

/** What this ask differs in from the one before it; empty where nothing was asked before. */
export function differencesOf(run: Pick<Run, 'previous' | 'draft' | 'decision' | 'link'>): readonly Difference[] {
  const { previous, draft, decision, link } = run
  if (!draft) return []
  if (!previous) return link?.parameters ? parameterDifferences(link.parameters, draft.parameters) : []
  return [...planDifferences(previous.draft, draft), ...decisionDifferences(previous.decision, decision)]
}

function planDifferences(before: Draft, after: Draft): readonly Difference[] {
  const found: Difference[] = []
  const compare = (what: string, one: Json, other: Json) => {
    const [left, right] = [words(one), words(other)]
    if (left !== right) found.push({ what, before: left, after: right })
  }
  found.push(...parameterDifferences(before.parameters, after.parameters))
  compare('targets', names(before), names(after))
  for (const { name, ci } of after.targets) {
    const same = before.targets.find((each) => each.name === name)
    if (same) compare(`CI behind ${name}`, idOf(same.ci), idOf(ci))
  }
  compare(
    'waves',
    before.waves.map((wave) => wave.join(' + ')).join(', then '),
    after.waves.map((wave) => wave.join(' + ')).join(', then '),
  )
  compare('approval of waves', before.waveApproval, after.waveApproval)
  compare('stops after', before.stopAfterFailures, after.stopAfterFailures)
  for (const target of after.targets.map(({ name }) => name))
    found.push(...stepDifferences(target, own(before.steps, target) ?? [], own(after.steps, target) ?? []))
  compare('on success', before.onSuccess, after.onSuccess)
  compare('on failure', before.onFailure, after.onFailure)
  if (found.length === 0 && before.runbook.content !== after.runbook.content)
    found.push({
      what: 'runbook',
      before: before.runbook.content.slice(0, 12),
      after: after.runbook.content.slice(0, 12),
    })
  return found
}

const parameterDifferences = (before: JsonObject, after: JsonObject): readonly Difference[] =>
  keysOf(before, after).flatMap((name) => {
    const [one, other] = [before, after].map((values) => words(own(values, name) ?? null))
    return one === other ? [] : [{ what: `parameter ${name}`, before: one ?? '', after: other ?? '' }]
  })

const PARTS = ['preflight', 'action', 'verify', 'rollback'] as const

function stepDifferences(
  target: string,
  before: readonly PlannedStep[],
  after: readonly PlannedStep[],
): readonly Difference[] {
  const found: Difference[] = []
  const ids = [...new Set([...before, ...after].map(({ id }) => id))]
  for (const id of ids) {
    const [one, other] = [before, after].map((steps) => steps.find((step) => step.id === id))
    if (!one || !other) {
      found.push({ what: `${target}, step ${id}`, before: one ? 'planned' : '', after: other ? 'planned' : '' })
      continue
    }
    for (const part of PARTS) {
      const [left, right] = [requestWords(one[part]), requestWords(other[part])]
      if (left !== right) found.push({ what: `${target}, ${part} of ${id}`, before: left, after: right })
    }
    for (const [what, left, right] of [
      ['tier', `${one.tier}`, `${other.tier}`],
      ['approval', one.approval ?? '', other.approval ?? ''],
      ['condition', one.when ?? '', other.when ?? ''],
    ] as const)
      if (left !== right) found.push({ what: `${what} of ${id}`, before: left, after: right })
  }
  if (before.map(({ id }) => id).join() !== after.map(({ id }) => id).join() && found.length === 0)
    found.push({
      what: `${target}, order of steps`,
      before: before.map(({ id }) => id).join(', '),
      after: after.map(({ id }) => id).join(', '),
    })
  return found
}

/** Another rule, and every guardrail that answers otherwise than before. */
function decisionDifferences(before: Decision | null, after: Decision | null): readonly Difference[] {
  if (!before || !after) return []
  const rule = (decision: Decision) => decision.rule?.name ?? 'no approval'
  const answer = (result: GuardrailResult | undefined) => (result ? `${result.answer}: ${result.reason}` : '')
  const guardrails = [...new Set([...before.guardrails, ...after.guardrails].map(({ name }) => name))]
  return [
    ...((before.rule && after.rule ? isSame(before.rule, after.rule) : before.rule === after.rule)
      ? []
      : [{ what: 'approval rule', before: ruleWords(before), after: ruleWords(after) }].map((each) =>
          each.before === each.after ? { ...each, before: rule(before), after: `${rule(after)}, changed` } : each,
        )),
    ...guardrails.flatMap((name) => {
      const [one, other] = [before, after].map(({ guardrails: list }) => list.find((each) => each.name === name))
      return one?.answer === other?.answer ? [] : [{ what: name, before: answer(one), after: answer(other) }]
    }),
  ]
}

const ruleWords = ({ rule }: Decision): string =>
  rule ? rule.lines.map(({ from, quorum }) => `${quorum} of ${from.join(' or ')}`).join(' and ') : 'no approval'

const requestWords = (request: PlannedRequest | PlannedCheck | null): string =>
  request === null
    ? ''
    : `${request.do} ${words(request.with)} at ${request.url}${'expect' in request && request.expect !== null ? `, expecting ${request.expect}` : ''}`

const names = ({ targets }: Draft): string => targets.map(({ name }) => name).join(', ')
const idOf = (ci: Ci | undefined): string => ci?.sysId ?? 'not in the CMDB'
const keysOf = (one: object, other: object): readonly string[] => [
  ...new Set([...Object.keys(one), ...Object.keys(other)]),
]

/** A value as one line; plain text stays as it is. */
const words = (value: Json): string => (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))
