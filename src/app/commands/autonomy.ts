// Owns `autonomy`: how far runbot may go by itself, set by people of its own role, with a trail.
import type { CommandOf } from '../../core/commands.ts'
import { setAutonomy } from '../autonomy.ts'
import { answer, type Handle, refusal, refuse, whyNotIn } from './context.ts'

/** Without `commands.autonomy` it is up to the runbook's owner; for all runbooks at once then nobody may. */
export const autonomy: Handle<CommandOf<'autonomy'>> = async (context, { person }, command) => {
  const { deps, journal } = context
  const { governance, catalog } = deps.files.current()
  const { runbook, level } = command
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
  // First the trail, then the effect: nothing goes further than before without an entry.
  await journal.control({ type: 'autonomySet', level: set, runbook, environment, by: person })
  const about = { runbook, environment }
  await setAutonomy(deps, about, set && { ...about, level: set, by: person.name, at: deps.clock.now() })
  const where = `${runbook ?? 'every runbook'} in ${environment ?? 'every environment'}`
  const what = set === null ? 'is what governance.yaml says again' : `is ${set} now`
  return answer(`Autonomy of ${where} ${what}. Tier 3 is never automatic. explain shows the whole page.`, 400)
}
