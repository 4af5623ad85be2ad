// Owns `autonomy`: how far runbot may go by itself, set by people of its own role, with a trail and what shadow runs showed.
import type { CommandOf } from '../../core/commands.ts'
import { type Autonomy, autonomyOf, type Governance } from '../../core/governance.ts'
import { recordOf, type ShadowRecord } from '../../core/shadow.ts'
import type { Reply } from '../../ports/inbound.ts'
import { type AutonomyScope, autonomySettings, governanceWith, setAutonomy, withSetting } from '../autonomy.ts'
import { spoken } from '../locale/voice.ts'
import { allRecords, type NamedRecord } from '../shadow-records.ts'
import { raisedText, unraisedText } from '../views/shadow-record.ts'
import { answer, type Handle, refusal, refuse, whyNotIn } from './context.ts'

type Command = CommandOf<'autonomy'>

/** Without `commands.autonomy` it is up to the runbook's owner; for all runbooks at once then nobody may. */
export const autonomy: Handle<Command> = async (context, { person }, command) => {
  const { deps, journal } = context
  const { governance, catalog } = deps.files.current()
  const { runbook, level, because } = command
  const owner = runbook === null ? undefined : catalog.runbooks.get(runbook)?.owner
  const groups = governance.commands['autonomy'] ?? (owner === undefined ? [] : [owner])
  const refused = await whyNotIn(context, person, groups, 'set autonomy', owner)
  if (refused) return refuse(context, person, 'autonomy', refused)
  const names = governance.environments.map(({ name }) => name)
  const typed = command.environment?.toLowerCase()
  const environment = typed === undefined ? null : (names.find((name) => name.toLowerCase() === typed) ?? undefined)
  if (environment === undefined)
    return refusal(`there is no environment ${command.environment ?? ''}`, `name one of ${names.join(', ')}`)
  const set = level === 'default' ? null : level
  const about = { runbook, environment }
  const reason = because === '' ? {} : { reason: because }
  const setting = set && { ...about, level: set, by: person.name, at: deps.clock.now(), ...reason }
  const before = await autonomySettings(deps)
  const isRaised = raises(
    governanceWith(governance, before),
    governanceWith(governance, withSetting(before, about, setting)),
    [...catalog.runbooks.keys()],
    about,
  )
  const records = isRaised ? (await allRecords(deps)).filter((each) => isAbout(each, about)) : []
  const together = recordOf(records.flatMap(({ cases }) => cases).toSorted((a, b) => b.at - a.at))
  if (isRaised && because === '') return unreasoned(command, about, records, together)
  // First the trail, then the effect: nothing goes further than before without an entry.
  await journal.control({
    type: 'autonomySet',
    level: set,
    ...about,
    by: person,
    ...reason,
    ...(isRaised ? { record: { ...together, wrongCases: together.wrongCases.map((each) => ({ ...each })) } } : {}),
  })
  await setAutonomy(deps, about, setting)
  if (isRaised) return spoken(() => ({ text: raisedText({ ...about, level: set, records, together }) }))
  const where = `${runbook ?? 'every runbook'} in ${environment ?? 'every environment'}`
  const what = set === null ? 'is what governance.yaml says again' : `is ${set} now`
  return answer(`Autonomy of ${where} ${what}. Tier 3 is never automatic. explain shows the whole page.`, 400)
}

/** A level is raised on what shadow runs have shown: whoever does it sees that first, and says why (P12). */
function unreasoned(
  { level }: Command,
  about: AutonomyScope,
  records: readonly NamedRecord[],
  together: ShadowRecord,
): Reply {
  const typed = ['autonomy', level, about.runbook, about.environment].filter((each) => each !== null).join(' ')
  return spoken(() => ({ text: unraisedText({ ...about, level, records, together }, typed) }))
}

/** The targets of one run may lie in several environments. */
const isAbout = (record: NamedRecord, { runbook, environment }: AutonomyScope): boolean =>
  (runbook === null || runbook === record.runbook) &&
  (environment === null || record.environment.split(', ').includes(environment))

const ORDER: readonly Autonomy[] = ['shadow', 'advise', 'approve', 'auto']

/** Whether anything may go further by itself than before, for any runbook in any environment that this is about. */
function raises(before: Governance, after: Governance, runbooks: readonly string[], about: AutonomyScope): boolean {
  // No runbook has this name: what holds for those that are still to come.
  const ids = about.runbook === null ? ['', ...runbooks] : [about.runbook]
  const rank = (governance: Governance, id: string, environment: string) =>
    ORDER.indexOf(autonomyOf(governance, id, environment))
  return before.environments
    .filter(({ name }) => about.environment === null || about.environment === name)
    .some(({ name }) => ids.some((id) => rank(after, id, name) > rank(before, id, name)))
}
