// Owns the report as a chat message: a line for each runbook and environment, then what recorded runs have shown.
import type { Report, ReportRow } from '../../core/report.ts'
import { recordOf } from '../../core/shadow.ts'
import { say, voiced } from '../locale/voice.ts'
import { first } from './caps.ts'
import { markdown } from './escape.ts'
import { dated, span } from './figures.ts'
import { recordWords, wrongLines } from './shadow-record.ts'

const words = voiced({
  title: (since: string, until: string) => `**Runs from ${since} to ${until}**`,
  nothing: 'Nothing ran, and nothing was proposed.',
  where: (runbook: string, environment: string) => `**${runbook}** in ${environment}`,
  undecided: (runbook: string) => `**${runbook}**, not decided`,
  noRunbook: 'no runbook',
  runs: (n: number) => `${n} ${n === 1 ? 'run' : 'runs'}`,
  succeeded: (n: number) => `${n} succeeded`,
  rolledBack: (n: number) => `${n} rolled back`,
  failed: (n: number) => `${n} failed`,
  needsHuman: (n: number) => `${n} ${n === 1 ? 'needs' : 'need'} a person`,
  declined: (n: number) => `${n} not wanted by people`,
  stopped: (n: number) => `${n} stopped by policy`,
  recorded: (n: number) => `${n} only recorded`,
  open: (n: number) => `${n} open`,
  because: (reasons: string) => `mostly for ${reasons}`,
  times: (reason: string, n: number) => `${reason} (${n}×)`,
  saved: (time: string) => `about ${time} saved`,
  lost: (time: string) => `about ${time} slower than people`,
  shadow: '**What recorded runs have shown**',
  wrong: '**Would have been wrong**',
  more: (n: number) => `… and ${n} more`,
  cut: 'There were more runs than one report reads: the oldest are left out. Ask for a shorter time.',
  unread: (n: number) => `${n} more ${n === 1 ? 'was' : 'were'} written by a newer runbot, which this one cannot read.`,
} as const)

const ROWS = 20

/** At most 20 runbooks and ten cases; `audit -- report` has all of it as JSON. */
export function reportText({ since, until, rows, isCut, unread }: Report): string {
  const { shown, more } = first(rows, ROWS)
  const list = (lines: readonly string[], left: number) =>
    [...lines.map((each) => `- ${each}`), ...(left > 0 ? [`- ${words.more(left)}`] : [])].join('\n')
  const compared = rows.filter(({ shadow }) => shadow.compared > 0)
  const records = first(compared, ROWS)
  const wrong = compared.flatMap(({ shadow }) => shadow.wrongCases)
  const together = {
    ...recordOf([]),
    wrong: compared.reduce((sum, { shadow }) => sum + shadow.wrong, 0),
    wrongCases: wrong,
  }
  return [
    words.title(dated(since), dated(until)),
    rows.length === 0 ? words.nothing : list(shown.map(rowText), more),
    ...(compared.length === 0
      ? []
      : [
          words.shadow,
          list(
            records.shown.map((row) => `${nameOf(row)}: ${recordWords(row.shadow)}`),
            records.more,
          ),
        ]),
    ...(together.wrong === 0 ? [] : [words.wrong, wrongLines(together).join('\n')]),
    ...(isCut ? [words.cut] : []),
    ...(unread > 0 ? [words.unread(unread)] : []),
  ].join('\n\n')
}

const COUNTS = ['succeeded', 'rolledBack', 'failed', 'needsHuman', 'declined', 'stopped', 'recorded', 'open'] as const

function rowText(row: ReportRow): string {
  const counts = COUNTS.flatMap((name) => (row[name] > 0 ? [words[name](row[name])] : []))
  const reasons = row.reasons.map(({ reason, count }) => words.times(markdown(say(reason), 80), count))
  const { savedMs } = row
  return [
    `${nameOf(row)}: ${words.runs(row.runs)}`,
    counts.join(', '),
    ...(reasons.length > 0 ? [words.because(reasons.join(', '))] : []),
    ...(savedMs === null ? [] : [savedMs < 0 ? words.lost(span(-savedMs)) : words.saved(span(savedMs))]),
  ].join(' · ')
}

function nameOf({ runbook, environment }: ReportRow): string {
  const name = runbook === '' ? words.noRunbook : markdown(runbook, 80)
  return environment === '' ? words.undecided(name) : words.where(name, markdown(environment, 80))
}
