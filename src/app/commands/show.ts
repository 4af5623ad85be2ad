// Owns the commands that only look: status, runbooks, whoami.
import type { CommandOf } from '../../core/commands.ts'
import { OPEN, type Run } from '../../core/run.ts'
import type { Runbook } from '../../core/runbook.ts'
import { isPortError } from '../../ports/errors.ts'
import { asRunId } from '../ids.ts'
import { staleOf } from '../stale.ts'
import { runbooksReply, statusReply, whoamiReply } from '../views/chat.ts'
import { type CommandContext, type Handle, refusal } from './context.ts'

/** What is open, and what waits for a person. */
const SHOWN = [...OPEN, 'needsHuman']
const LISTED = 20

export const status: Handle<CommandOf<'status'>> = async (context, _message, { subject }) => {
  if (subject === null) {
    const records = await context.deps.store.list({ statuses: SHOWN, limit: LISTED })
    const runs: Run[] = []
    const unread: string[] = []
    for (const { chain } of records)
      try {
        const loaded = await context.journal.load(chain)
        if (loaded) runs.push(loaded.run)
      } catch (error) {
        // One that a newer runbot wrote must not hide the others.
        if (!isPortError(error, 'malformed')) throw error
        unread.push(chain)
      }
    return statusReply(runs, unread)
  }
  const run = await find(context, subject)
  return run ? context.cards.card(run) : notFound(subject)
}

export const runbooks: Handle<CommandOf<'runbooks'>> = async ({ deps }, _message, { words }) => {
  const { catalog } = deps.files.current()
  const wanted = words.map((word) => word.toLowerCase())
  const fits = ({ id, title, description = '', owner }: Runbook) =>
    wanted.every((word) => `${id} ${title} ${description} ${owner}`.toLowerCase().includes(word))
  const found = [...catalog.runbooks.values()].filter(fits)
  const marked = await Promise.all(
    found.map(async ({ id, content }) => [id, await staleOf(deps.store, id, content)] as const),
  )
  const stale = new Map(marked.flatMap(([id, mark]) => (mark ? [[id, mark] as const] : [])))
  return runbooksReply(found, wanted.length > 0 ? [] : catalog.problems, words, stale)
}

export const whoami: Handle<CommandOf<'whoami'>> = async ({ deps, authority }, { person }) => {
  const { governance } = deps.files.current()
  const groups = await Promise.all(
    Object.keys(governance.groups).map(async (name) => ({ name, membership: await authority.in(person.id, name) })),
  )
  const rights: readonly (readonly [string, readonly string[]])[] = [
    ...Object.entries(governance.commands),
    ['freeze', governance.freeze.may],
    ['unfreeze', governance.freeze.unfreeze?.may ?? governance.freeze.may],
    ['breakglass', governance.breakGlass?.may ?? []],
    ['sign', governance.exceptions.may],
  ]
  const may = rights.flatMap(([command, names]) =>
    groups.some(({ name, membership }) => membership.is === 'yes' && names.includes(name)) ? [command] : [],
  )
  return whoamiReply({ person, groups, may: [...new Set(may)] })
}

/** A run by its id, or the newest one of an incident. */
export async function find({ deps, journal }: CommandContext, subject: string): Promise<Run | undefined> {
  const id = asRunId(subject)
  if (id !== null) return (await journal.load(id))?.run
  const label = { name: 'incident', value: subject.toUpperCase() }
  const [newest] = await deps.store.list({ label, limit: 1 })
  return newest && (await journal.load(newest.chain))?.run
}

const notFound = (subject: string) => refusal(`there is no run ${subject} here`, 'status lists what is open')
