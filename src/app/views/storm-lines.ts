// Owns what people read of a storm: on its card, in the thread, and in the work notes.
import type { Member } from '../../core/informed.ts'
import type { Run, RunEvent } from '../../core/run.ts'
import type { Instant } from '../../core/values.ts'
import type { TextMessage } from '../../ports/channel.ts'
import { say, voiced } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { markdown, plain } from './escape.ts'
import { dated, inText, onCard } from './figures.ts'
import { type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  title: 'Storm',
  count: (n: number) => (n === 1 ? '1 member' : `${n} members`),
  storm: (members: number, resolved: number) => `Storm: ${members} members of one cause, ${resolved} resolved`,
  one: 'The alert is resolved.',
  all: (n: number) => `All ${n} members of this cause are resolved.`,
  root: '. Likeliest root: ',
  for: ', for ',
  quietUntil: 'Quiet until ',
  quietBy: ': more of the same is counted and not told. By ',
  symptoms: 'Symptoms: ',
  more: (n: number) => `… and ${n} more`,
  grew: (members: number, resolved: number) => `⛈️ **Storm**: ${members} members of one cause, ${resolved} resolved`,
  newSymptoms: (names: string) => `. New: **${names}**`,
  rootIs: (ci: string, reason: string) => `. Likeliest root: **${ci}**, for ${reason}`,
  quiet: (name: string, until: string) =>
    `🔕 **${name}** keeps it quiet until ${until}: more of the same is counted and not told. A new symptom or a resolution is told all the same`,
  loud: (name: string) => `🔔 **${name}** ends the quiet time`,
} as const)

/** On top, where it is more than one alert: how much it is, and where it seems to come from. */
export function stormNotice({ knowledge: { storm, suppressed } }: Run, at: Instant, caps: Caps): readonly Line[] {
  if (!storm) return []
  const { members, resolved, root } = storm
  if (resolved >= members) return [line(said(members === 1 ? words.one : words.all(members), 'good', 'bold'))]
  return [
    line(
      said(words.storm(members, resolved), 'warn', 'bold'),
      ...(root
        ? [said(words.root), quoted(root.ci, 60, caps, 'bold'), said(words.for), quoted(say(root.reason), 120, caps)]
        : []),
    ),
    ...(suppressed && suppressed.until > at
      ? [
          line(
            said(words.quietUntil, 'subtle'),
            said(onCard(suppressed.until, at), 'subtle'),
            said(words.quietBy, 'subtle'),
            quoted(suppressed.by.name, 60, caps, 'subtle'),
          ),
        ]
      : []),
  ]
}

/** Its newest members, each with why it belongs here. */
export function stormFold(
  { knowledge: { storm } }: Run,
  caps: Caps,
): {
  readonly title: string
  readonly count: string
  readonly lines: readonly Line[]
} {
  const { title } = words
  if (!storm) return { title, count: '', lines: [] }
  const newest = storm.sample.toReversed()
  const { shown } = first(newest, caps.list(8))
  const more = storm.members - shown.length
  return {
    title,
    count: words.count(storm.members),
    lines: [
      ...(storm.symptoms.length > 0
        ? [line(said(words.symptoms, 'subtle'), quoted(storm.symptoms.join(', '), 200, caps))]
        : []),
      ...shown.map((each) => memberLine(each, caps)),
      ...(shown.length > 0 && more > 0 ? [line(said(words.more(more), 'subtle'))] : []),
    ],
  }
}

const memberLine = ({ title, ci, why }: Member, caps: Caps): Line =>
  line(
    said('•  ', 'subtle'),
    quoted(title, 90, caps),
    ...(ci === null ? [] : [said('  '), quoted(ci, 60, caps, 'bold')]),
    ...(why === '' ? [] : [said('  '), quoted(say(why), 80, caps, 'subtle')]),
  )

/** null: the event is none of these. */
export function stormReply(event: RunEvent): TextMessage | null {
  if (event.type === 'suppressed') {
    const { by, until, reason = '' } = event
    const text = until === 0 ? words.loud(name(by.name)) : words.quiet(name(by.name), inText(until))
    return { text: reason === '' ? text : `${text}: ${markdown(reason, 300)}` }
  }
  if (event.type !== 'stormGrew') return null
  const { members, resolved, root, symptoms } = event
  if (resolved >= members) return { text: `🟢 ${members === 1 ? words.one : words.all(members)}` }
  const fresh = symptoms.length > 0 ? words.newSymptoms(markdown(symptoms.slice(0, 5).join(', '), 200)) : ''
  const from = root ? words.rootIs(name(root.ci), markdown(say(root.reason), 160)) : ''
  return { text: `${words.grew(members, resolved)}${fresh}${from}` }
}

/** The lines of the work note, in English; null: the event is none of these. */
export function stormNote(event: RunEvent): readonly string[] | null {
  if (event.type === 'suppressed') {
    const { by, until, reason = '' } = event
    const why = reason === '' ? '' : `: ${plain(reason, 300)}`
    return [
      until === 0
        ? `${plain(by.name, 60)} ends the quiet time of this storm${why}`
        : `${plain(by.name, 60)} keeps this storm quiet until ${dated(until)}: more of the same is counted and not told${why}`,
    ]
  }
  if (event.type !== 'stormGrew') return null
  const { members, resolved, root, symptoms, sample } = event
  if (resolved >= members)
    return [members === 1 ? 'The alert is resolved at its source' : `All ${members} members of this cause are resolved`]
  return [
    `Storm: ${members} alerts or incidents of one cause, ${resolved} resolved`,
    ...(root ? [`Likeliest root: ${plain(root.ci, 80)}, for ${plain(root.reason, 160)}`] : []),
    ...(symptoms.length > 0 ? [`New symptoms: ${plain(symptoms.join(', '), 300)}`] : []),
    ...sample
      .slice(-10)
      .map((each) => `- ${plain(each.title, 120)}${each.ci === null ? '' : ` (${plain(each.ci, 80)})`}`),
  ]
}

const name = (text: string): string => markdown(text, 60)
