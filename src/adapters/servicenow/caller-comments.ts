// Owns what the caller themself wrote under an incident: from the journal's rows or, where those are hidden, from what
// the record shows (CONTRACTS 1.3).
import type { Instant } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import type { Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { dateTimeOf, instantOf, queryName } from './values.ts'

export interface Author {
  readonly sysId: string
  readonly userName: string
  /** As the user record bears it. */
  readonly name: string
}

export interface Comment {
  readonly text: string
  readonly at: Instant
}

/** Clocks differ: so much earlier than `since` our own question may stand and show that comments can be read. */
const MARGIN = 3_600_000
/** How much of the record's comments is looked at; the newest stand first. */
const maxShown = 100_000
const ofRunbot = /\[runbot [^\s[\]]{1,120}\]/

/**
 * The author's comments after the question, newest first. The question stands there: whoever sees no comment at all
 * sees a journal that is hidden. Throws PortError: as the Table API; `denied` where no way shows the comments, or shows
 * only a name that several users bear; `malformed` where they are too many, or shown in another form.
 */
export async function commentsBy(
  table: TableApi,
  incident: string,
  author: Author,
  since: Instant,
): Promise<readonly Comment[]> {
  return (await fromJournal(table, incident, author, since)) ?? fromRecord(table, incident, author, since)
}

/** undefined where rows, or what they say, are hidden from the account: then they look like no rows. */
async function fromJournal(
  table: TableApi,
  incident: string,
  author: Author,
  since: Instant,
): Promise<readonly Comment[] | undefined> {
  const from = dateTimeOf(since - MARGIN)
  const query = `element_id=${incident}^element=comments^name=incident^sys_created_on>=${from}`
  const columns = ['element_id', 'element', 'value', 'sys_created_on', 'sys_created_by']
  const { rows, complete, hidden } = await table.list('sys_journal_field', query, columns)
  const ours = rows.filter((row) => row['element_id']?.value === incident && row['element']?.value === 'comments')
  if (!complete) throw new PortError('malformed', 'ServiceNow: more comments than can be read')
  const entries = ours.map(entryOf).filter((entry) => entry !== undefined)
  if (hidden > 0 || entries.length === 0 || entries.length < ours.length) return undefined
  // A comment between the wish to ask and the question itself answers somebody else.
  const asked = entries.filter(
    ({ by, at, text }) => by !== author.userName && at >= Math.floor(since / 1000) * 1000 && ofRunbot.test(text),
  )
  const after = asked.length > 0 ? Math.min(...asked.map(({ at }) => at)) : since
  return entries.filter(({ by, at }) => by === author.userName && at > after).toSorted((a, b) => b.at - a.at)
}

function entryOf(row: Row): (Comment & { readonly by: string }) | undefined {
  const at = instantOf(row['sys_created_on']?.value ?? '')
  const [by, text] = [row['sys_created_by']?.value, row['value']?.value]
  return at === undefined || by === undefined || text === undefined ? undefined : { by, at, text }
}

/**
 * The column shows blocks of `<time> - <name> (<label>)` and the text, newest first. Anybody's text may hold lines that
 * look like the head of a block, but the first line of all is ServiceNow's own, and so all is the author's down to the
 * first head that names somebody else. What stands below that cannot be told from a forgery and is not looked at.
 * All of it is newer than the question, which bears runbot's name.
 */
async function fromRecord(
  table: TableApi,
  incident: string,
  author: Author,
  since: Instant,
): Promise<readonly Comment[]> {
  const row = await table.get('incident', incident, ['comments', 'sys_updated_on'])
  const shown = row['comments']?.display ?? ''
  if (!ofRunbot.test(shown)) throw hiddenComments()
  const [first = '', ...lines] = shown.slice(0, maxShown).split(/\r?\n/)
  const newest = headOf(first)
  if (!newest) throw new PortError('malformed', 'ServiceNow shows comments in another form: who wrote them is unknown')
  const blocks = newest.name === author.name ? [{ stamp: newest.stamp, text: '' }] : []
  for (const line of blocks.length > 0 ? lines : []) {
    const block = blocks.at(-1)
    const head = headOf(line)
    if (!line.trimEnd().endsWith(`(${newest.label})`)) {
      if (block) block.text += `${line}\n`
    } else if (head?.name === author.name) blocks.push({ stamp: head.stamp, text: '' })
    else break
  }
  const comments = blocks.map(({ stamp, text }) => ({ text, at: timeOf(stamp, row) })).filter(({ at }) => at > since)
  if (comments.length > 0) await mustBeOnlyOne(table, author)
  return comments
}

/** Time formats are the reader's own: digits or a month's name, and no ` - ` that could be part of a name. */
const head =
  /^(?<stamp>[\p{L}\d./-]{6,12}[ T]\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[AP]M)?) - (?<name>.+) \((?<label>[^()]+)\)$/iu

function headOf(line: string): { stamp: string; name: string; label: string } | undefined {
  const { stamp, name, label } = head.exec(line.trimEnd())?.groups ?? {}
  return stamp && name && label ? { stamp, name, label } : undefined
}

/**
 * Heads show the reader's wall clock. How far that is from UTC the record's update time tells, which is read both ways;
 * in another notation, or where clocks changed in between, it is no later than that update.
 */
function timeOf(stamp: string, row: Row): Instant {
  const updated = instantOf(row['sys_updated_on']?.value ?? '')
  if (updated === undefined) throw hiddenComments()
  const [local, shown] = [instantOf(stamp), instantOf(row['sys_updated_on']?.display ?? '')]
  return local === undefined || shown === undefined ? updated : Math.min(local - (shown - updated), updated)
}

/** A head bears a name, not a user: it counts where exactly one user has that name (P10). */
async function mustBeOnlyOne(table: TableApi, author: Author): Promise<void> {
  const name = queryName(author.name)
  const query = `name=${name}^ORuser_name=${name}`
  const { rows, complete, hidden } = await table.list('sys_user', query, ['name', 'user_name'], { max: 50 })
  const bears = (row: Row, column: string): boolean =>
    row[column] === undefined || row[column].value.trim().toLowerCase() === author.name.trim().toLowerCase()
  const same = rows.filter((row) => bears(row, 'name') || bears(row, 'user_name'))
  if (complete && hidden === 0 && same.length === 1 && same[0]?.['sys_id']?.value === author.sysId) return
  throw new PortError(
    'denied',
    `ServiceNow hides sys_journal_field from this account, and "${plainText(author.name, 60)}" may be the name of several users: who wrote a comment cannot be told`,
  )
}

const hiddenComments = (): PortError =>
  new PortError(
    'denied',
    'ServiceNow hides comments from this account: what the caller answers there cannot be read; let it read sys_journal_field, or the comments of incidents',
  )
