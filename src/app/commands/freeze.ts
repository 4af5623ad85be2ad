// Owns `freeze` and `unfreeze`: the kill switch, who may use it, and its trail in the control chain.
import type { CommandOf } from '../../core/commands.ts'
import { activeFreezes, addFreeze, properScope, removeFreeze } from '../freezes.ts'
import { forOpenRuns } from '../open-runs.ts'
import { answer, type CommandContext, type Handle, refusal, refuse, whyNotIn } from './context.ts'

export const freeze: Handle<CommandOf<'freeze'>> = async (context, { person }, command) => {
  const { deps, journal } = context
  const { may } = deps.files.current().governance.freeze
  const refused = await whyNotIn(context, person, may, 'freeze')
  if (refused) return refuse(context, person, 'freeze', refused)
  const named = command.scope === null ? { scope: 'all' } : properScope(deps.files.current(), command.scope)
  if ('reason' in named) return refusal(named.reason, named.fix)
  const { scope } = named
  const added = await addFreeze(deps.store, {
    scope,
    by: person.name,
    byId: person.id,
    reason: command.because,
    at: deps.clock.now(),
  })
  if (!added) return refusal(`${scope} is frozen already`, `unfreeze${command.scope ? ` ${scope}` : ''} ends it`)
  await journal.control({ type: 'frozen', scope, by: person, reason: command.because })
  await redraw(context)
  const what = scope === 'all' ? 'Everything' : scope
  return answer(`${what} is frozen: no new mutating request leaves. What is in flight finishes and is reported.`, 500)
}

export const unfreeze: Handle<CommandOf<'unfreeze'>> = async (context, { person }, command) => {
  const { deps, journal } = context
  const rules = deps.files.current().governance.freeze
  const refused = await whyNotIn(context, person, rules.unfreeze?.may ?? rules.may, 'unfreeze')
  if (refused) return refuse(context, person, 'unfreeze', refused)
  const wanted = command.scope ?? 'all'
  const active = (await activeFreezes(deps.store)).find((each) => sameName(each.scope, wanted))
  if (!active) return refusal(`${wanted === 'all' ? 'everything' : wanted} is not frozen`)
  const { scope } = active
  if (rules.unfreeze?.not.includes('freezer') && active.byId === person.id)
    return refuse(context, person, 'unfreeze', {
      reason: 'who froze it may not unfreeze it',
      fix: `ask another member of ${rules.unfreeze.may.join(', ')}`,
    })
  // First the trail, then the effect: nothing is unfrozen without an entry.
  await journal.control({ type: 'unfrozen', scope, by: person, reason: command.because })
  const holds = await removeFreeze(deps.store, active)
  if (holds)
    return refuse(context, person, 'unfreeze', {
      reason: `${scope === 'all' ? 'everything' : scope} was frozen again meanwhile by ${holds.by}: ${holds.reason}`,
      fix: 'look at why, and say it again if it is to end',
    })
  await redraw(context)
  return answer(`${scope === 'all' ? 'Everything' : scope} is no longer frozen.`, 500)
}

/** A freeze is no event of a run, yet every open card shows it. */
const redraw = ({ deps, wake }: CommandContext): Promise<number> => forOpenRuns(deps.store, wake)

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
