// Owns how what is around an incident is shown: one short line for each part, with where it was read and when.
import type { Fact } from '../../core/incident.ts'
import type { Run } from '../../core/run.ts'
import type { NearChange, NearDeploy, Neighbour, PastIncident } from '../../core/surroundings.ts'
import type { Instant, Json, Millis } from '../../core/values.ts'
import { voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { literal, markdown } from './escape.ts'
import { day, inText, onCard } from './figures.ts'
import { type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  title: 'Around it',
  unknown: (n: number) => `${n} unknown`,
  cannot: 'cannot be told: ',
  none: 'None:',
  nothing: 'none',
  commander: 'Commander',
  owner: 'Owner',
  onCall: 'On call',
  affected: 'Affected',
  deploys: 'Deployed',
  changes: 'Changes',
  history: 'Before',
  dependsOn: 'Depends on',
  usedBy: 'Used by',
  users: (n: number) => `${n} ${n === 1 ? 'user' : 'users'}`,
  unknownUsers: 'unknown number of users',
  until: (time: string) => `until ${time}`,
  ended: (time: string) => `ended ${time}`,
  from: (time: string) => `from ${time}`,
  alike: 'same signature',
  open: 'still open',
  more: (n: number) => `… and ${n} more`,
  readAt: (when: string) => `read ${when}`,
} as const)

/** One part: what it is, what is known of it in short texts, and the fact behind. */
interface Part {
  readonly label: string
  readonly fact: Fact
  readonly entries: readonly string[]
  readonly most: number
}

const MINUTE_MS: Millis = 60_000
const DAY_MS: Millis = 24 * 3_600_000

/** How an instant is written. */
type Time = (at: Instant) => string

/**
 * The fold of a card; without lines where nothing was read. Every text run costs room that a card does not have: what is
 * known to be empty shares a line, and the time of reading stands once, but for a part that was read at another.
 */
export function aroundFold(run: Run, at: Instant, caps: Caps) {
  // A time within a quoted text is no macro of a card.
  const time = (instant: Instant) => (Math.abs(instant - at) < DAY_MS / 2 ? inText(instant) : day(instant))
  const parts = partsOf(run, time)
  const unknown = parts.filter(({ fact }) => !fact.known).length
  const empty = parts.filter(({ fact, entries }) => fact.known && entries.length === 0)
  const readAt = Math.max(...parts.map(({ fact }) => fact.readAt))
  const when = (fact: Fact) => (readAt - fact.readAt < MINUTE_MS ? '' : ` · ${words.readAt(onCard(fact.readAt, at))}`)
  const lines = [
    ...parts.filter((each) => !empty.includes(each)).map((part) => lineOf(part, when(part.fact), caps)),
    ...(empty.length > 0
      ? [line(said(`${words.none}  `, 'subtle'), said(empty.map((each) => each.label).join(', ')))]
      : []),
  ]
  const { shown, more } = first(lines, caps.list(12))
  const left = more > 0 ? [said(`${words.more(more)} · `, 'subtle')] : []
  return {
    title: words.title,
    count: unknown > 0 ? words.unknown(unknown) : '',
    lines: lines.length > 0 ? [...shown, line(...left, said(words.readAt(onCard(readAt, at)), 'subtle'))] : [],
  }
}

function lineOf({ label, fact, entries, most }: Part, when: string, caps: Caps): Line {
  // Where room is short the sources give way first: `explain` has them.
  const source = caps.text(60) < 30 ? [] : [said(`  ${literal(fact.source, caps.text(60))}${when}`, 'subtle')]
  const name = said(`${label}  `, 'subtle')
  if (!fact.known) return line(name, quoted(`? ${words.cannot}${fact.reason}`, 160, caps, 'warn'), ...source)
  const { shown, more } = first(entries, caps.list(most))
  const left = more > 0 ? [said(` ${words.more(more)}`, 'subtle')] : []
  return line(name, quoted(shown.join(' · '), 220, caps), ...left, ...source)
}

/** The same for a chat message. */
export function aroundText(run: Run): readonly string[] {
  const time = (instant: Instant) => `${day(instant)} ${inText(instant)}`
  return partsOf(run, time).map(({ label, fact, entries }) => {
    const from = `(${markdown(fact.source, 80)}, ${words.readAt(time(fact.readAt))})`
    if (!fact.known) return `❓ ${label}: ${words.cannot}${markdown(fact.reason, 200)} ${from}`
    const { shown, more } = first(entries, 5)
    const left = more > 0 ? ` ${words.more(more)}` : ''
    const known = shown.length === 0 ? words.nothing : shown.map((each) => markdown(each, 200)).join(' · ')
    return `${label}: ${known}${left} ${from}`
  })
}

export const aroundTitle = (): string => words.title

/** Who has it and whom it hits first; then what may be the cause; then what stands around it. */
function partsOf({ context }: Run, time: Time): readonly Part[] {
  const around = context.surroundings ?? {}
  const part = <T extends Json>(
    label: string,
    fact: Fact<T> | undefined,
    show: (value: T) => readonly string[],
    most = 3,
  ): readonly Part[] => (fact ? [{ label, fact, entries: fact.known ? show(fact.value) : [], most }] : [])
  const towards = (direction: Neighbour['direction']) => (all: readonly Neighbour[]) =>
    all.filter((each) => each.direction === direction).map((each) => each.name)
  return [
    ...part(words.commander, around.commander, (name) => (name === '' ? [] : [name])),
    ...part(words.owner, around.owner, ({ name, group }) => [name, group ?? ''].filter((each) => each !== '')),
    ...part(words.onCall, around.onCall, (names) => names),
    ...part(words.affected, around.affected, ({ users, vips }) => [
      users === null ? words.unknownUsers : words.users(users),
      ...vips.map((name) => `VIP ${name}`),
    ]),
    ...part(words.deploys, around.deploys, (all) => all.map((each) => deployed(each, time))),
    ...part(words.changes, around.changes, (all) => all.map((each) => changed(each, time))),
    ...part(words.history, around.history, (all) => all.map((each) => before(each, time))),
    ...part(words.dependsOn, around.neighbours, towards('up'), 5),
    ...part(words.usedBy, around.neighbours, towards('down'), 5),
  ]
}

const deployed = ({ service, version, previous, at, by }: NearDeploy, time: Time): string =>
  `${service} ${previous === null ? '' : `${previous} → `}${version}, ${time(at)}${by === null ? '' : `, ${by}`}`

function changed({ number, title, state, ci, start, end, over }: NearChange, time: Time): string {
  const now = over || start === null ? end : start
  const when =
    now === null ? '' : over ? words.ended(time(now)) : end === null ? words.from(time(now)) : words.until(time(end))
  return [`${number} ${state}`, ci, title, when].filter((each) => each.trim() !== '').join(', ')
}

function before(
  { number, openedAt, resolvedAt, closeCode, closeNotes, title, alike }: PastIncident,
  time: Time,
): string {
  const how = [closeCode ?? '', closeNotes].filter((each) => each !== '').join(': ')
  const ended = how !== '' ? how : resolvedAt === null ? `${title} (${words.open})` : title
  return `${number} ${time(openedAt)}${alike ? `, ${words.alike}` : ''}: ${ended}`
}
