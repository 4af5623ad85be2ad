// Owns how a replay reads: tables for a person at a terminal, JSON for a program, and the difference of two.
import type { History } from './history.ts'
import type { Replayed } from './play.ts'
import type { Counts } from './sums.ts'

const SHOWN = 20

/** What the file held, before anything was replayed. */
export function historyLines({ updates, bad, from, to }: History): readonly string[] {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  return [
    `${updates} updates from ${day(from)} to ${day(to)}; ${bad.count} rows could not be read`,
    ...bad.first.map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...(bad.count > bad.first.length ? [`  … and ${bad.count - bad.first.length} more`] : []),
  ]
}

export function replayLines({ sums, outcomes }: Replayed, months: readonly string[]): readonly string[] {
  const { kinds } = sums
  return [
    `${outcomes.size} incidents: ${kinds.proposed} proposed, ${kinds.joined} joined, ${kinds.tie} with several that fit equally, ` +
      `${kinds.handedOver} handed over, ${kinds.declined} declined`,
    ...(sums.untold > 0
      ? [`the trigger cannot be told from history for ${sums.untold} updates: they count as if it held`]
      : []),
    '',
    ...table(
      ['runbook', 'proposed', 'joined', ...months, ...DECISIONS],
      Object.entries(sums.runbooks).map(([id, each]) => [
        id,
        each.proposed,
        each.joined,
        ...months.map((month) => each.months[month] ?? 0),
        ...DECISIONS.map((effect) => each.decisions[effect] ?? 0),
      ]),
    ),
    '',
    ...table(
      ['class', 'incidents', 'proposed', ...months],
      Object.entries(sums.classes).map(([name, each]) => [
        name === '-' ? '(no class)' : name,
        each.incidents,
        each.proposed,
        ...months.map((month) => each.months[month] ?? 0),
      ]),
    ),
    ...section('recurrence of', ['counted', 'reached', 'most', 'unknown'], Object.entries(sums.recurrence), (each) => [
      each.counted,
      each.reached,
      each.most,
      each.unknown,
    ]),
    ...listed('declined, by reason', sums.declined),
    ...listed('what holds plans back', sums.because),
  ]
}

/** Every month in which an incident came or something was proposed, the last ones. */
export const monthsOf = (replayed: readonly Replayed[]): readonly string[] => {
  const all = replayed.flatMap(({ sums }) => [...Object.values(sums.runbooks), ...Object.values(sums.classes)])
  return [...new Set(all.flatMap(({ months }) => Object.keys(months)))].toSorted().slice(-MONTHS)
}

/** More do not fit a line. JSON has all. */
const MONTHS = 12
const DECISIONS = ['allow', 'ask', 'stop', 'record', 'untold', 'noPlan']

export interface Difference {
  readonly incident: string
  readonly before: string
  readonly now: string
}

/** Incidents that would have become something else, in the order of the file. */
export const differencesOf = (before: Replayed, now: Replayed): readonly Difference[] =>
  [...now.outcomes].flatMap(([incident, outcome]) => {
    const was = before.outcomes.get(incident) ?? ''
    return was === outcome ? [] : [{ incident, before: was, now: outcome }]
  })

export function differenceLines(ref: string, before: Replayed, now: Replayed): readonly string[] {
  const all = differencesOf(before, now)
  const sums: Counts = {}
  for (const each of all) sums[`${each.before}  →  ${each.now}`] = (sums[`${each.before}  →  ${each.now}`] ?? 0) + 1
  return [
    '',
    `against ${ref}: ${all.length} of ${now.outcomes.size} incidents would have become something else`,
    ...listed('how often', sums).slice(1),
    ...all.slice(0, SHOWN).flatMap((each) => [`  ${each.incident}`, `    - ${each.before}`, `    + ${each.now}`]),
    ...(all.length > SHOWN ? [`  … and ${all.length - SHOWN} more`] : []),
  ]
}

/** The whole of it for a program. */
export const replayJson = (
  history: History,
  now: Replayed,
  against: { readonly ref: string; readonly before: Replayed } | null,
): object => ({
  format: 'runbot-replay-1',
  from: new Date(history.from).toISOString(),
  to: new Date(history.to).toISOString(),
  bad: history.bad,
  incidents: now.outcomes.size,
  ...now.sums,
  ...(against
    ? {
        against: {
          ref: against.ref,
          ...against.before.sums,
          differences: differencesOf(against.before, now),
        },
      }
    : {}),
})

function section<T>(
  title: string,
  names: readonly string[],
  entries: readonly (readonly [string, T])[],
  cells: (each: T) => readonly number[],
): readonly string[] {
  return entries.length === 0
    ? []
    : [
        '',
        ...table(
          [title, ...names],
          entries.map(([name, each]) => [name, ...cells(each)]),
        ),
      ]
}

function listed(title: string, counts: Counts): readonly string[] {
  const all = Object.entries(counts).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  if (all.length === 0) return []
  return [
    '',
    title,
    ...all.slice(0, SHOWN).map(([name, many]) => `${String(many).padStart(7)}  ${name}`),
    ...(all.length > SHOWN ? [`         … and ${all.length - SHOWN} more`] : []),
  ]
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const sorted = rows.toSorted((a, b) => Number(b[1]) - Number(a[1]) || (String(a[0]) < String(b[0]) ? -1 : 1))
  const all = [head, ...sorted.map((row) => row.map(String))]
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  return all.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
}
