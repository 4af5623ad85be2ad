// Owns how a rule of governance.yaml reads as a sentence: who has to agree, who may stand in, when it expires.
import type { ApprovalLine, ApprovalRule, Autonomy, Exclusion, Group, MatrixEntry } from '../../core/governance.ts'
import type { Instant, Millis } from '../../core/values.ts'
import { dated } from './figures.ts'

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten']
const number = (n: number): string => NUMBERS[n] ?? String(n)
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const UNITS: readonly (readonly [Millis, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

/** A length of time exactly as somebody wrote it: `30 min`, `1 h`, `90 s`. */
export function lasting(ms: Millis): string {
  const [size, unit] = UNITS.find(([each]) => ms >= each && ms % each === 0) ?? [1, 'ms']
  return `${ms / size} ${unit}`
}

const DAY = 86_400_000

/** Until when something counts, for a person: a day that counts wholly is named, not the midnight after it. */
export const untilWords = (until: Instant): string =>
  until % DAY === 0 ? `to the end of ${dated(until - DAY).slice(0, 10)} (UTC)` : `until ${dated(until)}`

/** `the runbook's owners or small-team`. */
export function groupWords(names: readonly string[]): string {
  const words = names.map((name) =>
    name === 'owner' ? "the runbook's owners" : name === 'everyone' ? 'everybody in your tenant' : name,
  )
  if (words.length < 2) return words[0] ?? 'nobody'
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

export function entryWords(entry: MatrixEntry): string {
  switch (entry.kind) {
    case 'auto':
      return 'by itself'
    case 'rule':
      return `asks ${entry.rule}`
    case 'people-only':
      return 'people only'
    case 'forbidden':
      return 'forbidden'
  }
}

const AUTONOMY: { readonly [level in Autonomy]: string } = {
  shadow: 'shadow: records only',
  advise: 'advise: proposes only',
  approve: 'approve: always asks',
  auto: 'auto: as the matrix says',
}
export const autonomyWords = (level: Autonomy): string => AUTONOMY[level]

const EXCLUDED: { readonly [each in Exclusion]: string } = {
  requester: 'the requester',
  author: 'the author',
  opener: 'who opened the incident',
}

/** `Two different people: one of …, and one of …. Not the requester. Expires after 1 h, reminds every 15 min.` */
export function ruleSentence({ lines, not, expiresMs, remindMs, page }: ApprovalRule): string {
  const times = [
    `Expires after ${lasting(expiresMs)}`,
    ...(remindMs === undefined ? [] : [`reminds every ${lasting(remindMs)}`]),
    ...(page === undefined ? [] : [`pages ${page}`]),
  ]
  const excluded = not.map((each, index) => `${index === 0 ? 'Not' : 'not'} ${EXCLUDED[each]}`)
  return [peopleWords(lines), ...(excluded.length > 0 ? [excluded.join(', ')] : []), times.join(', ')]
    .map((sentence) => `${sentence}.`)
    .join(' ')
}

function peopleWords(lines: readonly ApprovalLine[]): string {
  const people = lines.reduce((sum, line) => sum + line.quorum, 0)
  const [only] = lines
  if (only && lines.length === 1)
    return people === 1 ? `One of ${fromWords(only)}` : `${number(people)} different people of ${fromWords(only)}`
  const seats = lines.map((line) => `${lower(number(line.quorum))} of ${fromWords(line)}`)
  return `${number(people)} different people: ${seats.slice(0, -1).join(', ')}, and ${seats.at(-1) ?? ''}`
}

const fromWords = ({ from, substitute }: ApprovalLine): string =>
  substitute
    ? `${groupWords(from)} (after ${lasting(substitute.afterMs)} also ${groupWords(substitute.from)})`
    : groupWords(from)

/** Where the members of a group are written down. */
export function sourceWords(group: Group): string {
  switch (group.kind) {
    case 'entra':
      return `the members of the Microsoft Entra group ${group.id}`
    case 'servicenow':
      return `the members of the ServiceNow group ${group.name}`
    case 'onCall':
      return `whoever is on call in ServiceNow for ${group.name}`
    case 'members':
      return `${lower(number(group.ids.length))} ${group.ids.length === 1 ? 'person' : 'people'}, listed in governance.yaml`
  }
}
