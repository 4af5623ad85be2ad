// Owns the opening facts of a card: what runs, where, how far it reaches, what undoes it, what was captured.
import type { Fact as Known } from '../../core/incident.ts'
import type { Run } from '../../core/run.ts'
import { type Caps, first } from './caps.ts'
import { callRuns, condition, covered } from './planned-calls.ts'
import { type Fact, fact, type Line, line, quoted, said } from './text-run.ts'

const words = {
  runs: 'Runs',
  where: 'Where',
  reach: 'Reach',
  undo: 'Undo',
  evidence: 'Evidence',
  readOnly: 'Only reads, changes nothing',
  asksAgain: 'asks again for ',
  production: 'production',
  more: (n: number) => `… and ${n} more`,
  targets: (n: number) => `${n} targets: `,
  waves: (sizes: readonly number[], stopAfter: number) =>
    `in waves of ${sizes.join(', then ')} · stops after ${stopAfter} ${stopAfter === 1 ? 'failure' : 'failures'}`,
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
  noEvidence: 'None captured',
} as const

/** What the approval of `scope` lets run, as calls with their values; then what would ask again. */
export function whatRuns(run: Run, scope: string, caps: Caps): Fact {
  const title = line(quoted(run.draft?.runbook.title ?? run.runbook?.title ?? '', 120, caps, 'bold'))
  const { now, later } = covered(run, scope)
  if (run.draft && now.length + later.length === 0) return fact(words.runs, title, line(said(words.readOnly, 'good')))
  const steps = first(now, caps.list(4))
  const rungs = first(later, caps.list(2))
  return fact(
    words.runs,
    title,
    ...steps.shown.map((step, index) =>
      line(
        said(now.length > 1 ? `${index + 1}. ` : '', 'subtle'),
        ...condition(step, caps),
        ...callRuns(run, step.id, 'action', caps),
      ),
    ),
    ...moreLine(steps.more),
    ...rungs.shown.map((step) =>
      line(...condition(step, caps), said(words.asksAgain, 'subtle'), quoted(step.title, 60, caps, 'subtle')),
    ),
    ...moreLine(rungs.more),
  )
}

export function whereItRuns(run: Run, caps: Caps): Fact {
  const names = run.draft ? run.draft.targets.map((target) => target.name) : run.requested.targets
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
  const waves = run.draft?.waves.map((wave) => wave.length) ?? []
  const inWaves =
    waves.length > 1 ? [line(said(words.waves(waves.slice(0, 8), run.draft?.stopAfterFailures ?? 1), 'subtle'))] : []
  return fact(words.where, line(...count, ...list, ...left, ...place), ...inWaves)
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
export function whatUndoes(run: Run, scope: string, caps: Caps): Fact {
  const { now } = covered(run, scope)
  const acting = now.filter((step) => step.action !== null && step.action.tier > 0)
  if (acting.length === 0) return fact(words.undo, line(said(words.nothingToUndo)))
  const undone = acting.filter((step) => step.rollback !== null)
  if (undone.length === 0) return fact(words.undo, line(said(words.nothingUndoes, 'bad', 'bold')))
  const alone = acting.length === 1
  const { shown, more } = first(undone, caps.list(3))
  return fact(
    words.undo,
    ...shown.map((step) =>
      line(
        ...callRuns(run, step.id, 'rollback', caps),
        said(alone ? words.ifItFails : words.afterStep, 'subtle'),
        ...(alone ? [] : [quoted(step.id, 48, caps, 'subtle')]),
      ),
    ),
    ...moreLine(more),
    ...acting
      .filter((step) => step.rollback === null)
      .slice(0, 2)
      .map((step) => line(quoted(step.title, 60, caps, 'warn', 'bold'), said(words.noUndo, 'warn', 'bold'))),
    ...(run.draft?.onFailure.rollback === 'all' && !alone ? [line(said(words.undoesAll, 'subtle'))] : []),
  )
}

export function whatWasCaptured(run: Run, caps: Caps): Fact {
  if (run.evidence.length === 0) return fact(words.evidence, line(said(words.noEvidence, 'subtle')))
  const { shown, more } = first(run.evidence, caps.list(2))
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
