// Owns short answers to chat commands: status, runbooks, whoami, and a no with what would help.
import type { Person, Run } from '../../core/run.ts'
import type { CatalogProblem, Runbook } from '../../core/runbook.ts'
import type { TextMessage } from '../../ports/channel.ts'
import type { Membership } from '../../ports/directory.ts'
import { spoken, voiced } from '../locale/voice.ts'
import type { Stale } from '../stale.ts'
import { openAsk } from './asks.ts'
import { code, markdown } from './escape.ts'
import { inText } from './figures.ts'
import { standingOf } from './status.ts'

const words = voiced({
  noRuns: 'Nothing is open. `runbooks` shows what I can do.',
  newer: (id: string) => `\`${id}\` was written by a newer runbot, which this one cannot read`,
  runs: (n: number) => `**${n} open ${n === 1 ? 'run' : 'runs'}**`,
  waits: (time: string) => `, waits until ${time}`,
  noRunbooks: (about: string) => `No runbook is about ${about}. \`runbooks\` shows all.`,
  emptyCatalog: 'There is no runbook yet.',
  runbooks: (n: number) => `**${n} ${n === 1 ? 'runbook' : 'runbooks'}**`,
  stale: (run: string, reason: string) => `⚠️ **possibly stale**, run \`${run}\` found: ${reason}`,
  owner: 'owner',
  off: (n: number) => `**${n} ${n === 1 ? 'is' : 'are'} off**, because of a mistake in a file`,
  you: (name: string) => `You are **${name}**`,
  id: 'Entra object id',
  member: 'In',
  noMember: 'You are in no group that governance.yaml names.',
  unsure: 'Cannot be told',
  may: 'You may',
  more: (n: number) => `… and ${n} more`,
} as const)

const longest = { runs: 20, runbooks: 30, problems: 5, groups: 20 } as const

/** The open runs in the order given, one a line. */
/** `unread`: runs whose log this version cannot read. */
export const statusReply = (runs: readonly Run[], unread: readonly string[] = []): TextMessage =>
  spoken(() => statusText(runs, unread))

function statusText(runs: readonly Run[], unread: readonly string[]): TextMessage {
  if (runs.length + unread.length === 0) return { text: words.noRuns }
  const lines = runs.map((run) => {
    const ask = openAsk(run)
    const subject = [run.context.incident?.number, run.draft?.targets[0]?.name ?? run.context.ci?.name]
    const about = subject.flatMap((each) => (each === undefined ? [] : [`, ${markdown(each, 60)}`])).join('')
    const title = markdown(run.runbook?.title ?? '—', 80)
    const until = ask ? words.waits(inText(ask.expiresAt)) : ''
    return `\`${code(run.id, 160)}\` **${title}**${about}: ${standingOf(run)}${until}`
  })
  const others = unread.map((id) => words.newer(id))
  return { text: list(words.runs(runs.length + others.length), [...others, ...lines], longest.runs) }
}

/** The runbooks that were found by these words, and those that are off because their file has a mistake. */
export const runbooksReply = (
  runbooks: readonly Listed[],
  problems: readonly CatalogProblem[],
  wanted: readonly string[] = [],
  stale: ReadonlyMap<string, Stale> = new Map(),
): TextMessage => spoken(() => runbooksText(runbooks, problems, wanted, stale))

type Listed = Pick<Runbook, 'id' | 'title' | 'owner' | 'parameters'>

function runbooksText(
  runbooks: readonly Listed[],
  problems: readonly CatalogProblem[],
  wanted: readonly string[],
  stale: ReadonlyMap<string, Stale>,
): TextMessage {
  const lines = runbooks.map(({ id, title, owner, parameters }) => {
    const usage = ['run', id, ...Object.keys(parameters).map((name) => `${name}=…`)].join(' ')
    const line = `**${markdown(title, 100)}**, ${words.owner} ${markdown(owner, 60)}: \`${code(usage, 160)}\``
    const found = stale.get(id)
    return found ? `${line} · ${words.stale(code(found.run, 40), markdown(found.reason, 160))}` : line
  })
  const nothing = wanted.length > 0 ? words.noRunbooks(markdown(wanted.join(' '), 80)) : words.emptyCatalog
  const off = problems.map(
    (each) => `${markdown(each.file, 100)}:${each.line}:${each.column} ${markdown(each.message, 200)}`,
  )
  return {
    text: [
      runbooks.length > 0 ? list(words.runbooks(runbooks.length), lines, longest.runbooks) : nothing,
      ...(off.length > 0 ? [list(words.off(off.length), off, longest.problems)] : []),
    ].join('\n\n'),
  }
}

/** Who the token says the person is, in which groups, of which it cannot be told, and which commands that allows. */
export const whoamiReply = (who: Who): TextMessage => spoken(() => whoamiText(who))

interface Who {
  readonly person: Pick<Person, 'id' | 'name'>
  readonly groups: readonly { readonly name: string; readonly membership: Membership }[]
  readonly may: readonly string[]
}

function whoamiText(who: Who): TextMessage {
  const within = who.groups.filter((group) => group.membership.is === 'yes').map((group) => markdown(group.name, 60))
  const unsure = who.groups.flatMap(({ name, membership }) =>
    membership.is === 'unknown' ? [`${markdown(name, 60)} (${markdown(membership.reason, 160)})`] : [],
  )
  return {
    text: [
      `${words.you(markdown(who.person.name, 80))}, ${words.id} \`${code(who.person.id, 160)}\`.`,
      within.length > 0 ? `${words.member}: ${joined(within)}.` : words.noMember,
      ...(unsure.length > 0 ? [`${words.unsure}: ${joined(unsure)}.`] : []),
      ...(who.may.length > 0 ? [`${words.may}: ${who.may.map((each) => `\`${code(each, 160)}\``).join(', ')}.`] : []),
    ].join('\n\n'),
  }
}

/** A no that the person reads: why, and what would make it pass (P12). Both may be outside text. */
export const refusalReply = ({ reason, fix }: { readonly reason: string; readonly fix?: string }): TextMessage => ({
  text: `🚫 ${markdown(reason, 1500)}${fix === undefined ? '' : `\n\n➡️ ${markdown(fix, 500)}`}`,
})

function list(title: string, entries: readonly string[], max: number): string {
  const shown = entries.slice(0, max).map((entry) => `- ${entry}`)
  const more = entries.length > max ? [`- ${words.more(entries.length - max)}`] : []
  return [title, '', ...shown, ...more].join('\n')
}

function joined(names: readonly string[]): string {
  const shown = names.slice(0, longest.groups).join(', ')
  return names.length > longest.groups ? `${shown} ${words.more(names.length - longest.groups)}` : shown
}
