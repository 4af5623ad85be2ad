// Owns what shadow runs have shown, in words: for whoever raises autonomy, for the page of rules, and for the report.
import type { Autonomy } from '../../core/governance.ts'
import type { ShadowRecord } from '../../core/shadow.ts'
import type { Millis } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { first } from './caps.ts'
import { code, markdown } from './escape.ts'
import { span } from './figures.ts'

const words = voiced({
  nothing: 'no recorded run has been compared with what people did',
  compared: (n: number, agreed: number) =>
    `${n} ${n === 1 ? 'recorded run' : 'recorded runs'} compared with what people did: ${agreed} would have been right`,
  wrong: (n: number) => `${n} would have been wrong`,
  unknown: (n: number) => `of ${n} it cannot be told`,
  saved: (time: string) => `it would have been over ${time} sooner in all`,
  lost: (time: string) => `people were ${time} faster in all`,
  soFar: 'So far: ',
  wrongCases: 'Would have been wrong:',
  wrongCase: (run: string, incident: string) => `\`${run}\`, ${incident}`,
  noIncident: 'no incident',
  everyRunbook: 'every runbook',
  everyEnvironment: 'every environment',
  raised: (runbook: string, environment: string, level: string) =>
    `⏫ Autonomy of **${runbook}** in ${environment} is **${level}** now. Tier 3 is never automatic.`,
  byFile: (runbook: string, environment: string) =>
    `⏫ Autonomy of **${runbook}** in ${environment} is what governance.yaml says again. Tier 3 is never automatic.`,
  unraised: (runbook: string, environment: string) =>
    `🚫 This would let runbot go further with **${runbook}** in ${environment}: that takes a reason.`,
  fix: (command: string) => `➡️ Look at what is known, then say \`${command} because "…"\``,
  more: (n: number) => `… and ${n} more`,
} as const)

interface Raise {
  readonly runbook: string | null
  readonly environment: string | null
  /** null, or `default`: as the file says. */
  readonly level: Autonomy | 'default' | null
  readonly records: readonly { readonly runbook: string; readonly environment: string; readonly record: ShadowRecord }[]
  readonly together: ShadowRecord
}

const SHOWN = 10

/** `12 recorded runs compared …: 10 would have been right; 1 would have been wrong; of 1 it cannot be told; …`. */
export function recordWords(record: ShadowRecord): string {
  const { compared, agreed, wrong, unknown, savedMs } = record
  if (compared === 0) return words.nothing
  return [
    words.compared(compared, agreed),
    ...(wrong > 0 ? [words.wrong(wrong)] : []),
    ...(unknown > 0 ? [words.unknown(unknown)] : []),
    ...(savedMs === null ? [] : [savedWords(savedMs)]),
  ].join('; ')
}

/** Time that was saved, or lost. */
const savedWords = (ms: Millis): string => (ms < 0 ? words.lost(span(-ms)) : words.saved(span(ms)))

/** The cases that would have been wrong, a line each, for a list in markdown. */
export function wrongLines({ wrong, wrongCases }: ShadowRecord): readonly string[] {
  const { shown } = first(wrongCases, SHOWN)
  const more = wrong - shown.length
  return [
    ...shown.map(
      ({ run, incident, reason }) =>
        `- ${words.wrongCase(code(run, 40), incident === '' ? words.noIncident : markdown(incident, 40))}: ${markdown(say(reason), 200)}`,
    ),
    ...(more > 0 ? [`- ${words.more(more)}`] : []),
  ]
}

/** The answer to whoever has raised a level. */
export function raisedText(raise: Raise): string {
  const [runbook, environment] = namesOf(raise)
  const isLevel = raise.level !== null && raise.level !== 'default'
  const head = isLevel ? words.raised(runbook, environment, raise.level) : words.byFile(runbook, environment)
  return [head, ...known(raise)].join('\n\n')
}

/** The answer to whoever wants to raise a level without a reason. */
export function unraisedText(raise: Raise, typed: string): string {
  const [runbook, environment] = namesOf(raise)
  return [words.unraised(runbook, environment), ...known(raise), words.fix(code(typed, 200))].join('\n\n')
}

const namesOf = ({ runbook, environment }: Raise): readonly [string, string] => [
  runbook === null ? words.everyRunbook : markdown(runbook, 80),
  environment === null ? words.everyEnvironment : markdown(environment, 80),
]

function known({ records, together }: Raise): readonly string[] {
  const { shown, more } = first(records, SHOWN)
  const each =
    records.length > 1
      ? shown.map(
          ({ runbook, environment, record }) =>
            `- **${markdown(runbook, 80)}**, ${markdown(environment, 80)}: ${recordWords(record)}`,
        )
      : []
  const lines = [...each, ...(more > 0 ? [`- ${words.more(more)}`] : [])]
  return [
    `${words.soFar}${recordWords(together)}.`,
    ...(lines.length > 0 ? [lines.join('\n')] : []),
    ...(together.wrong > 0 ? [words.wrongCases, wrongLines(together).join('\n')] : []),
  ]
}
