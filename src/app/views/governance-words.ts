// Owns how a rule of governance.yaml reads as a sentence: who has to agree, who may stand in, when it expires.
import type { ApprovalLine, ApprovalRule, Autonomy, Exclusion, Group, MatrixEntry } from '../../core/governance.ts'
import type { Instant, Millis } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { dated, day } from './figures.ts'

const words = voiced({
  endOf: (date: string) => `to the end of ${date} (UTC)`,
  until: (time: string) => `until ${time}`,
  owners: "the runbook's owners",
  everybody: 'everybody in your tenant',
  nobody: 'nobody',
  or: ' or ',
  itself: 'by itself',
  asks: (rule: string) => `asks ${rule}`,
  peopleOnly: 'people only',
  forbidden: 'forbidden',
  expires: (time: string) => `Expires after ${time}`,
  reminds: (time: string) => `reminds every ${time}`,
  pages: (pager: string) => `pages ${pager}`,
  notFirst: 'Not',
  not: 'not',
  one: (groups: string) => `One of ${groups}`,
  several: (n: string, groups: string) => `${n} different people of ${groups}`,
  seat: (n: string, groups: string) => `${n} of ${groups}`,
  seats: (n: string, first: string, last: string) => `${n} different people: ${first}, and ${last}`,
  later: (time: string, groups: string) => ` (after ${time} also ${groups})`,
  entra: (id: string) => `the members of the Microsoft Entra group ${id}`,
  servicenow: (name: string) => `the members of the ServiceNow group ${name}`,
  onCall: (name: string) => `whoever is on call in ServiceNow for ${name}`,
  person: 'one person, listed in governance.yaml',
  people: (n: string) => `${n} people, listed in governance.yaml`,
})

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten']
const number = (n: number): string => say(NUMBERS[n] ?? String(n))
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
  until % DAY === 0 ? words.endOf(day(until - DAY)) : words.until(dated(until))

/** `the runbook's owners or small-team`. */
export function groupWords(names: readonly string[]): string {
  const all = names.map((name) => (name === 'owner' ? words.owners : name === 'everyone' ? words.everybody : name))
  if (all.length < 2) return all[0] ?? words.nobody
  return `${all.slice(0, -1).join(', ')}${words.or}${all.at(-1) ?? ''}`
}

export function entryWords(entry: MatrixEntry): string {
  switch (entry.kind) {
    case 'auto':
      return words.itself
    case 'rule':
      return words.asks(entry.rule)
    case 'people-only':
      return words.peopleOnly
    case 'forbidden':
      return words.forbidden
  }
}

const AUTONOMY: { readonly [level in Autonomy]: string } = {
  shadow: 'shadow: records only',
  advise: 'advise: proposes only',
  approve: 'approve: always asks',
  auto: 'auto: as the matrix says',
}
export const autonomyWords = (level: Autonomy): string => say(AUTONOMY[level])

const EXCLUDED: { readonly [each in Exclusion]: string } = {
  requester: 'the requester',
  author: 'the author',
  opener: 'who opened the incident',
}

/** `Two different people: one of …, and one of …. Not the requester. Expires after 1 h, reminds every 15 min.` */
export function ruleSentence({ lines, not, expiresMs, remindMs, page }: ApprovalRule): string {
  const times = [
    words.expires(lasting(expiresMs)),
    ...(remindMs === undefined ? [] : [words.reminds(lasting(remindMs))]),
    ...(page === undefined ? [] : [words.pages(page)]),
  ]
  const excluded = not.map((each, index) => `${index === 0 ? words.notFirst : words.not} ${say(EXCLUDED[each])}`)
  return [peopleWords(lines), ...(excluded.length > 0 ? [excluded.join(', ')] : []), times.join(', ')]
    .map((sentence) => `${sentence}.`)
    .join(' ')
}

function peopleWords(lines: readonly ApprovalLine[]): string {
  const people = lines.reduce((sum, line) => sum + line.quorum, 0)
  const [only] = lines
  if (only && lines.length === 1)
    return people === 1 ? words.one(fromWords(only)) : words.several(number(people), fromWords(only))
  const seats = lines.map((line) => words.seat(lower(number(line.quorum)), fromWords(line)))
  return words.seats(number(people), seats.slice(0, -1).join(', '), seats.at(-1) ?? '')
}

const fromWords = ({ from, substitute }: ApprovalLine): string =>
  substitute
    ? `${groupWords(from)}${words.later(lasting(substitute.afterMs), groupWords(substitute.from))}`
    : groupWords(from)

/** Where the members of a group are written down. */
export function sourceWords(group: Group): string {
  switch (group.kind) {
    case 'entra':
      return words.entra(group.id)
    case 'servicenow':
      return words.servicenow(group.name)
    case 'onCall':
      return words.onCall(group.name)
    case 'members':
      return group.ids.length === 1 ? words.person : words.people(lower(number(group.ids.length)))
  }
}
