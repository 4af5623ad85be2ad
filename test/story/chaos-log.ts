// Owns what the chaos test reads out of a run log: every name of an event that it knows stands here.
import type { RunEvent } from '../../src/core/run.ts'
import type { Asked } from './chaos-asked.ts'
import type { Effect } from './chaos-farm.ts'
import type { RunLog } from './crash-stage.ts'

/** A mutating request whose start is on record, and what became of it. */
export interface Started extends Omit<Effect, 'key'> {
  readonly key: string
  readonly startedAt: number
  /** After this it must not leave any more. */
  readonly deadlineAt: number
  /** When its handle, or its end, was on record. */
  readonly answeredAt: number | null
  readonly end: {
    readonly outcome: 'succeeded' | 'failed' | 'unknown'
    readonly never: boolean
    /** A freeze kept it from leaving: its sender knows that at once. */
    readonly kept: boolean
  } | null
}

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>
type Timed = { readonly at: number; readonly event: RunEvent }

const WHAT: Readonly<Partial<Record<RunEvent['type'], Effect['what']>>> = {
  actionStarted: 'action',
  rollbackStarted: 'rollback',
}
const ANSWERS: ReadonlySet<string> = new Set(['actionAccepted', 'actionEnded', 'rollbackAccepted', 'rollbackEnded'])
const ENDS: ReadonlySet<string> = new Set(['actionEnded', 'rollbackEnded'])

/** Every mutating request of a run, in order. */
export function startedIn({ record, entries }: RunLog): readonly Started[] {
  return entries.flatMap(({ at, event }, index) => {
    const what = WHAT[event.type]
    if (what === undefined) return []
    const { key, step, target, deadlineAt } = event as Of<'actionStarted' | 'rollbackStarted'>
    const about = entries.slice(index).filter((each) => (each.event as { key?: string }).key === key)
    return [{ run: record.chain, key, step, target, what, startedAt: at, deadlineAt, ...answered(about) }]
  })
}

function answered(about: readonly Timed[]): Pick<Started, 'answeredAt' | 'end'> {
  const answeredAt = about.find(({ event }) => ANSWERS.has(event.type))?.at ?? null
  const ended = about.find(({ event }) => ENDS.has(event.type))?.event as
    | Of<'actionEnded' | 'rollbackEnded'>
    | undefined
  if (!ended) return { answeredAt, end: null }
  const never = 'effect' in ended ? ended.effect === 'none' : /never started/.test(ended.reason)
  return { answeredAt, end: { outcome: ended.outcome, never, kept: never && ended.reason.startsWith('freeze: ') } }
}

const first = <T extends RunEvent['type']>({ entries }: RunLog, type: T): Of<T> | undefined =>
  entries.find(({ event }) => event.type === type)?.event as Of<T> | undefined

/** The end of a run: its status and its reason. */
export const endOf = (run: RunLog): Of<'finished'> | undefined => first(run, 'finished')
export const isOver = (run: RunLog): boolean => endOf(run) !== undefined
export const isApproved = (run: RunLog): boolean => first(run, 'approved') !== undefined
export const hasBegun = (run: RunLog): boolean => first(run, 'executionStarted') !== undefined

/** From when to when a run was alive; to the end of time where it has none. */
export const lifeOf = (run: RunLog): readonly [number, number] => [
  run.entries[0]?.at ?? 0,
  run.entries.find(({ event }) => event.type === 'finished')?.at ?? Number.POSITIVE_INFINITY,
]

/** What was approved, and that nothing was sent before. */
export function sentBeforeApproval({ entries }: RunLog): boolean {
  const at = (type: string) => entries.findIndex(({ event }) => event.type === type)
  const [sent, approved] = [at('actionStarted'), at('approved')]
  return sent >= 0 && (approved < 0 || sent < approved)
}

export const wasAskedFor = (run: RunLog, { from, targets }: Asked): boolean => {
  const { origin, context, requested } = first(run, 'proposed') ?? {}
  if (from === 'chat') return origin?.kind === 'chat' && requested?.targets.join() === targets.join()
  return origin?.kind === 'event' && context?.ci?.name === targets[0]
}

/** Entries of which ServiceNow certainly gets a work note. */
const NOTED: ReadonlySet<RunEvent['type']> = new Set(['actionEnded', 'verified', 'rollbackEnded', 'finished'])

/** The entries (their seq) that a run owes a work note, at least. */
export const notesOwed = ({ entries }: RunLog): readonly number[] =>
  entries.filter(({ event }) => NOTED.has(event.type)).map(({ seq }) => seq)

export const incidentOf = (run: RunLog): string | undefined => first(run, 'proposed')?.context.incident?.sysId

/** A run log in a few words for each entry. */
export const storyOf = ({ record, entries }: RunLog): string =>
  [
    `${record.chain} ${record.status}`,
    ...entries.map(({ at, seq, event }) => {
      const { step, target, outcome, reason, key } = event as Partial<Record<string, string>>
      const words = [event.type, step, target, outcome, key, reason].filter((word) => typeof word === 'string')
      return `  #${seq} +${at - (entries[0]?.at ?? at)} ${words.join(' ')}`
    }),
  ].join('\n')
