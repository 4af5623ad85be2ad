// Owns the opening facts of a card: what runs, where, how far it reaches, what undoes it, what was captured.
import type { Fact as Known } from '../../core/incident.ts'
import type { Run } from '../../core/run.ts'
import type { Millis } from '../../core/values.ts'
import { voiced } from '../locale/voice.ts'
import { capturedBefore } from './before-after.ts'
import { type Caps, first } from './caps.ts'
import { span } from './figures.ts'
import { callRuns, condition, covered, type Exact, targetsOf } from './planned-calls.ts'
import { rollout } from './rollout.ts'
import { type Fact, fact, type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  runs: 'Runs',
  where: 'Where',
  reach: 'Reach',
  undo: 'Undo',
  evidence: 'Evidence',
  readOnly: 'Only reads, changes nothing',
  asksAgain: 'asks again for ',
  eachAsks: 'Guided: every step shows its request, and waits for Proceed',
  production: 'production',
  more: (n: number) => `… and ${n} more`,
  targets: (n: number) => `${n} targets: `,
  users: (n: number) => `${n} ${n === 1 ? 'user' : 'users'}`,
  cis: (n: number) => `${n} ${n === 1 ? 'CI' : 'CIs'}`,
  vip: 'VIPs among them',
  noVip: 'no VIPs',
  unknownUsers: 'unknown number of users',
  unknownCis: 'unknown number of CIs',
  unknownVip: 'unknown whether VIPs',
  nothingUndoes: 'Nothing undoes this',
  nothingToUndo: 'Nothing to undo',
  noUndo: ' cannot be undone',
  ifItFails: ' if it fails',
  afterStep: ' after ',
  undoesAll: 'Earlier steps are undone too',
  checkedFirst: 'Runs only if it could be undone: ',
  undoFor: (time: string) => `Can be undone for ${time} after its end`,
  undoNever: 'Cannot be undone after its end',
  noEvidence: 'None captured',
} as const)

/** What an approval is asked for, or the whole run; `early`: nothing of it has been sent. */
interface Asked {
  readonly scope: string
  readonly early: boolean
}

/** So long a run may be undone after its end, unless its runbook says something else: not worth a line. */
const REOPEN_WITHIN: Millis = 24 * 3_600_000

/**
 * What the approval of `scope` lets run, as calls with their values, a step's as it is sent; then, while it is still to
 * be decided (`early`), what would ask again.
 */
export function whatRuns(run: Run, { scope, early }: Asked, caps: Caps, exact: Exact): Fact {
  const { now, later } = covered(run, scope)
  const title = titleOf(run, scope.startsWith('step:') ? (now[0]?.title ?? '') : '', caps)
  if (run.draft && now.length + later.length === 0) return fact(words.runs, title, line(said(words.readOnly, 'good')))
  const whole = scope.startsWith('step:') ? ({ whole: true } as const) : {}
  const steps = first(now, caps.list(4))
  const rungs = first(early || now.length === 0 ? later : [], caps.list(run.draft?.guided ? 4 : 2))
  return fact(
    words.runs,
    title,
    ...(early && run.draft?.guided && later.length > 0 ? [line(said(words.eachAsks, 'accent'))] : []),
    ...steps.shown.map((step, index) =>
      line(
        said(now.length > 1 ? `${index + 1}. ` : '', 'subtle'),
        ...condition(step, caps),
        ...callRuns(run, { step: step.id, part: 'action', scope, ...whole }, caps, exact),
      ),
    ),
    ...moreLine(steps.more),
    ...rungs.shown.map((step) =>
      line(...condition(step, caps), said(words.asksAgain, 'subtle'), quoted(step.title, 60, caps, 'subtle')),
    ),
    ...moreLine(rungs.more),
  )
}

function titleOf(run: Run, step: string, caps: Caps): Line {
  const title = run.draft?.runbook.title ?? run.runbook?.title ?? ''
  if (step === '') return line(quoted(title, 120, caps, 'bold'))
  return line(quoted(step, 80, caps, 'bold'), said(' · ', 'subtle'), quoted(title, 120, caps, 'subtle'))
}

export function whereItRuns(run: Run, { scope, early }: Asked, caps: Caps): Fact {
  const names = run.draft ? targetsOf(run, scope) : run.requested.targets
  const { shown, more } = first(names.length > 0 ? names : [run.context.ci?.name ?? ''], caps.list(5))
  const environment = run.decision?.environment
  const place = environment
    ? [
        said(' · ', 'subtle'),
        quoted(
          environment.name,
          40,
          caps,
          ...(environment.production ? (['bad', 'bold'] as const) : (['subtle'] as const)),
        ),
        ...(environment.production && !/prod/i.test(environment.name)
          ? [said(` · ${words.production}`, 'bad', 'bold')]
          : []),
      ]
    : []
  const list = shown.flatMap((name, index) => [
    ...(index > 0 ? [said(', ')] : []),
    quoted(name, 48, caps, ...(names.length <= 1 ? (['bold'] as const) : [])),
  ])
  const count = names.length > 1 ? [said(words.targets(names.length), 'bold')] : []
  const left = more > 0 ? [said(` ${words.more(more)}`, 'subtle')] : []
  return fact(words.where, line(...count, ...list, ...left, ...place), ...(early ? rollout(run, scope, caps) : []))
}

export function howFar(run: Run): Fact {
  const { blast } = run
  if (!blast) return fact(words.reach, line(said('—')))
  const number = (known: Known<number>, name: (n: number) => string, otherwise: string) =>
    known.known ? said(name(known.value)) : said(otherwise, 'warn', 'bold')
  const vip = blast.vip.known
    ? blast.vip.value
      ? said(words.vip, 'bad', 'bold')
      : said(words.noVip)
    : said(words.unknownVip, 'warn', 'bold')
  const dot = said(' · ', 'subtle')
  return fact(
    words.reach,
    line(
      number(blast.users, words.users, words.unknownUsers),
      dot,
      number(blast.cis, words.cis, words.unknownCis),
      dot,
      vip,
    ),
  )
}

/** What is sent when it fails, for each step that this approval lets run; loud where there is nothing. */
export function whatUndoes(run: Run, scope: string, caps: Caps, exact: Exact): Fact {
  const { now, later } = covered(run, scope)
  // Where every step asks for itself, the run's own ask still says what would undo them.
  const acting = (now.length > 0 ? now : later).filter((step) => step.action !== null && step.action.tier > 0)
  if (acting.length === 0) return fact(words.undo, line(said(words.nothingToUndo)))
  const undone = acting.filter((step) => step.rollback !== null)
  if (undone.length === 0) return fact(words.undo, line(said(words.nothingUndoes, 'bad', 'bold')))
  const alone = acting.length === 1
  const { shown, more } = first(undone, caps.list(3))
  const checks = undone.flatMap(({ rollbackCheck: check }) => (check ? [check] : [])).slice(0, 2)
  return fact(
    words.undo,
    ...shown.map((step) =>
      line(
        ...callRuns(run, { step: step.id, part: 'rollback', scope }, caps, exact),
        said(alone ? words.ifItFails : words.afterStep, 'subtle'),
        ...(alone ? [] : [quoted(step.id, 48, caps, 'subtle')]),
      ),
    ),
    ...moreLine(more),
    ...acting
      .filter((step) => step.rollback === null)
      .slice(0, 2)
      .map((step) => line(quoted(step.title, 60, caps, 'warn', 'bold'), said(words.noUndo, 'warn', 'bold'))),
    ...checks.map((check) =>
      line(said(words.checkedFirst, 'subtle'), quoted(check.expect ?? check.do, 100, caps, 'mono')),
    ),
    ...(run.draft?.onFailure.rollback === 'all' && !alone ? [line(said(words.undoesAll, 'subtle'))] : []),
    ...undoWindow(run),
  )
}

function undoWindow({ draft }: Run): readonly Line[] {
  const within = draft?.reopenWithinMs ?? REOPEN_WITHIN
  if (within === REOPEN_WITHIN) return []
  return [line(said(within > 0 ? words.undoFor(span(within)) : words.undoNever, 'subtle'))]
}

export function whatWasCaptured(run: Run, caps: Caps): Fact {
  const before = capturedBefore(run)
  if (before.length === 0) return fact(words.evidence, line(said(words.noEvidence, 'subtle')))
  const { shown, more } = first(before, caps.list(2))
  return fact(
    words.evidence,
    ...shown.map((each) =>
      each.ok
        ? line(quoted(each.summary, 110, caps))
        : line(said('✗ ', 'warn'), quoted(each.summary, 110, caps, 'warn')),
    ),
    ...moreLine(more),
  )
}

const moreLine = (more: number): readonly Line[] => (more > 0 ? [line(said(words.more(more), 'subtle'))] : [])
