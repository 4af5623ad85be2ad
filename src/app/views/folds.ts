// Owns what folds away below a card: every guardrail, the exact requests, incident and evidence, reasons, audit ids.
import type { Run } from '../../core/run.ts'
import type { Instant } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { adviceLines } from './advice-lines.ts'
import { type Caps, first } from './caps.ts'
import { dated, shortHash } from './figures.ts'
import { bySeverity, guardrailCount, guardrailLine, passingLine } from './guardrail-lines.ts'
import { handOffFold } from './handoff-lines.ts'
import { memoryLines, ruleReasons } from './memory-lines.ts'
import type { Exact } from './planned-calls.ts'
import { requests } from './request-lines.ts'
import { shadowLines } from './shadow-lines.ts'
import { signalFold } from './signal-lines.ts'
import { stormFold } from './storm-lines.ts'
import { aroundFold } from './surroundings-lines.ts'
import { type Line, line, quoted, said } from './text-run.ts'

/** A section that a tap opens. `id` is unique on the card. */
type Fold = {
  readonly id: string
  readonly title: string
  readonly count: string
  readonly lines: readonly Line[]
}

interface FoldContext extends Exact {
  readonly at: Instant
  readonly publicUrl?: string
}

const words = voiced({
  checks: 'Guardrails',
  requests: 'Exact requests',
  incident: 'Incident and evidence',
  reasons: 'Why this runbook',
  audit: 'Parameters and audit',
  autonomy: 'Autonomy',
  evidence: (n: number) => `${n} captured`,
  targets: (n: number) => (n === 1 ? '1 target' : `${n} targets`),
  more: (n: number) => `… and ${n} more`,
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
} as const)

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
    { id: 'around', ...aroundFold(run, context.at, caps) },
    { id: 'signals', ...signalFold(run, caps) },
    { id: 'storm', ...stormFold(run, caps) },
    ...(caps.list(20) > 2 ? [{ id: 'handoff', ...handOffFold(run, caps) }] : []),
    // Where room is short, where a run stands comes before why its runbook was chosen.
    {
      id: 'reasons',
      title: words.reasons,
      count: '',
      lines: caps.list(20) > 2 ? [...reasons(run, caps), ...adviceLines(run, caps)] : [],
    },
    { id: 'autonomy', title: words.autonomy, count: '', lines: shadowLines(run, caps) },
    { id: 'audit', title: words.audit, count: '', lines: audit(run, context, caps) },
  ]
  return all.filter((each) => each.lines.length > 0)
}

/** Every guardrail is named, however long the texts are; where room is short those that pass share one line. */
function checks(run: Run, caps: Caps): readonly Line[] {
  const all = bySeverity(run.decision?.guardrails ?? [])
  if (caps.text(100) > 60) return limited(all, 24, { ...caps, list: (max) => max }, (each) => guardrailLine(each, caps))
  const concerns = all.filter(({ answer }) => answer !== 'pass')
  const passing = all.filter(({ answer }) => answer === 'pass')
  return [...concerns.map((each) => guardrailLine(each, caps)), ...passingLine(passing)]
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
    ...limited(because, 5, caps, (each) => line(said('•  ', 'subtle'), quoted(say(each), 160, caps))),
    ...memoryLines(run, caps),
    ...limited(run.candidates, 5, caps, (each) =>
      line(
        said(each.fits ? '✓  ' : '–  ', each.fits ? 'good' : 'subtle', 'bold'),
        quoted(each.runbook, 60, caps, 'bold'),
        said(` ${each.fits ? words.fits : words.fitsNot}: `, 'subtle'),
        quoted(say(ruleReasons(each).join('; ')) || words.noReason, 200, caps, 'subtle'),
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
