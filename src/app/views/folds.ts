// Owns what folds away below a card: every guardrail, the exact requests, incident and evidence, reasons, audit ids.
import type { PlannedCheck, PlannedRequest, PlannedStep } from '../../core/plan.ts'
import type { Run } from '../../core/run.ts'
import type { Instant } from '../../core/values.ts'
import { type Caps, first } from './caps.ts'
import { dated, shortHash, span } from './figures.ts'
import { bySeverity, guardrailCount, guardrailLine } from './guardrail-lines.ts'
import { type Line, line, quoted, said } from './text-run.ts'

/** A section that a tap opens. `id` is unique on the card. */
type Fold = {
  readonly id: string
  readonly title: string
  readonly count: string
  readonly lines: readonly Line[]
}

interface FoldContext {
  readonly at: Instant
  readonly publicUrl?: string
  readonly describe: (request: PlannedRequest) => string
}

const words = {
  checks: 'Guardrails',
  requests: 'Exact requests',
  incident: 'Incident and evidence',
  reasons: 'Why this runbook',
  audit: 'Parameters and audit',
  evidence: (n: number) => `${n} captured`,
  targets: (n: number) => (n === 1 ? '1 target' : `${n} targets`),
  parts: { preflight: 'preflight', action: 'runs', verify: 'verifies', rollback: 'undoes' },
  until: ' until ',
  within: (held: string, within: string) => ` for ${held}, within ${within}`,
  forTarget: 'For ',
  more: (n: number) => `… and ${n} more`,
  moreTargets: (n: number) => `… and the same steps for ${n} more`,
  readAt: (when: string) => `read ${when}`,
  fits: 'fits',
  fitsNot: 'does not fit',
  noReason: '—',
  requestedBy: 'Asked by ',
  because: ' because ',
  byEvent: 'Started by an event',
  owner: 'Owner ',
  run: 'Run ',
  plan: 'Plan ',
  content: 'Runbook content ',
  entry: (seq: number) => ` · log entry ${seq}`,
  joined: 'Joined: ',
  served: 'Served by ',
} as const

/** The sections in their order; one without lines is left out. */
export function folds(run: Run, context: FoldContext, caps: Caps): readonly Fold[] {
  const guardrails = run.decision?.guardrails ?? []
  const all: readonly Fold[] = [
    { id: 'checks', title: words.checks, count: guardrailCount(guardrails), lines: checks(run, caps) },
    {
      id: 'requests',
      title: words.requests,
      count: run.draft ? words.targets(run.draft.targets.length) : '',
      lines: requests(run, context, caps),
    },
    {
      id: 'incident',
      title: words.incident,
      count: run.evidence.length > 0 ? words.evidence(run.evidence.length) : '',
      lines: [...incident(run, caps), ...evidence(run, caps)],
    },
    { id: 'reasons', title: words.reasons, count: '', lines: reasons(run, caps) },
    { id: 'audit', title: words.audit, count: '', lines: audit(run, context, caps) },
  ]
  return all.filter((each) => each.lines.length > 0)
}

/** Every guardrail keeps its line, however long the texts are. */
const checks = (run: Run, caps: Caps): readonly Line[] =>
  limited(bySeverity(run.decision?.guardrails ?? []), 24, { ...caps, list: (max) => max }, (each) =>
    guardrailLine(each, caps),
  )

function requests(run: Run, context: FoldContext, caps: Caps): readonly Line[] {
  if (!run.draft) return []
  const { shown, more } = first(run.draft.targets, caps.list(2))
  return [
    ...shown.flatMap((target) => [
      ...(run.draft && run.draft.targets.length > 1
        ? [line(said(words.forTarget, 'bold'), quoted(target.name, 60, caps, 'bold'))]
        : []),
      ...limited(run.draft?.steps[target.name] ?? [], 6, caps, (step) => step).flatMap((step) =>
        'inlines' in step ? [step] : stepRequests(step, context, caps),
      ),
    ]),
    ...(more > 0 ? [line(said(words.moreTargets(more), 'subtle'))] : []),
  ]
}

function stepRequests(step: PlannedStep, { describe }: FoldContext, caps: Caps): readonly Line[] {
  const request = (part: string, each: PlannedRequest | null) =>
    each
      ? [
          line(
            said(`${part}  `, 'subtle'),
            quoted(step.id, 40, caps),
            said('  '),
            quoted(describe(each), 320, caps, 'mono'),
          ),
        ]
      : []
  const expectation = (each: PlannedCheck | null) =>
    each && each.expect !== null
      ? [
          line(
            said(words.until, 'subtle'),
            quoted(each.expect, 160, caps, 'mono'),
            ...(each.withinMs > 0 ? [said(words.within(span(each.holdMs), span(each.withinMs)), 'subtle')] : []),
          ),
        ]
      : []
  return [
    ...request(words.parts.preflight, step.preflight),
    ...request(words.parts.action, step.action),
    ...request(words.parts.verify, step.verify),
    ...expectation(step.verify),
    ...request(words.parts.rollback, step.rollback),
  ]
}

function incident(run: Run, caps: Caps): readonly Line[] {
  const { incident: record } = run.context
  if (!record) return []
  return [
    line(
      quoted(record.number, 40, caps, 'bold'),
      said('  '),
      quoted(record.text || record.shortDescription, 900, caps),
      said(`  ${words.readAt(dated(run.context.readAt))}`, 'subtle'),
    ),
    ...(run.joined.length > 0
      ? [line(said(words.joined, 'subtle'), quoted(run.joined.map((each) => each.number).join(', '), 200, caps))]
      : []),
  ]
}

const evidence = (run: Run, caps: Caps): readonly Line[] =>
  limited(run.evidence, 8, caps, (each) =>
    line(
      said(each.ok ? '✓  ' : '✗  ', each.ok ? 'good' : 'warn', 'bold'),
      quoted(`${each.do} ${each.target}`, 80, caps),
      said('  '),
      quoted(each.summary, 200, caps, 'subtle'),
      ...(each.sha256 === null ? [] : [said(`  sha256 ${shortHash(each.sha256)} · ${each.bytes} B`, 'subtle', 'mono')]),
    ),
  )

function reasons(run: Run, caps: Caps): readonly Line[] {
  const because = run.decision?.because ?? []
  return [
    ...limited(because, 5, caps, (each) => line(said('•  ', 'subtle'), quoted(each, 160, caps))),
    ...limited(run.candidates, 5, caps, (each) =>
      line(
        said(each.fits ? '✓  ' : '–  ', each.fits ? 'good' : 'subtle', 'bold'),
        quoted(each.runbook, 60, caps, 'bold'),
        said(` ${each.fits ? words.fits : words.fitsNot}: `, 'subtle'),
        quoted(each.reasons.join('; ') || words.noReason, 200, caps, 'subtle'),
      ),
    ),
  ]
}

function audit(run: Run, context: FoldContext, caps: Caps): readonly Line[] {
  const parameters = Object.entries(run.draft?.parameters ?? {})
  const { origin } = run
  return [
    ...limited(parameters, 8, caps, ([name, value]) =>
      line(
        quoted(name, 40, caps, 'subtle'),
        said(' = ', 'subtle'),
        quoted(typeof value === 'string' ? value : JSON.stringify(value), 120, caps, 'mono'),
      ),
    ),
    origin.kind === 'chat'
      ? line(
          said(words.requestedBy, 'subtle'),
          quoted(origin.requester.name, 80, caps),
          ...(origin.because === '' ? [] : [said(words.because, 'subtle'), quoted(origin.because, 200, caps)]),
        )
      : line(said(words.byEvent, 'subtle')),
    line(
      said(words.run, 'subtle'),
      quoted(run.id, 64, caps, 'mono'),
      said(words.entry(run.seq), 'subtle'),
      ...(run.runbook ? [said(` · ${words.owner}`, 'subtle'), quoted(run.runbook.owner, 60, caps)] : []),
    ),
    ...(run.plan === null ? [] : [line(said(words.plan, 'subtle'), said(shortHash(run.plan), 'mono'))]),
    ...(run.draft ? [line(said(words.content, 'subtle'), said(shortHash(run.draft.runbook.content), 'mono'))] : []),
    ...(context.publicUrl === undefined
      ? []
      : [line(said(words.served, 'subtle'), quoted(context.publicUrl, 120, caps))]),
  ]
}

function limited<T, R>(entries: readonly T[], max: number, caps: Caps, show: (entry: T) => R): readonly (R | Line)[] {
  const { shown, more } = first(entries, caps.list(max))
  return [...shown.map(show), ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : [])]
}
