// Owns `freeze` and `unfreeze`: the kill switch, who may use it, and its trail in the control chain.
import type { CommandOf } from '../../core/commands.ts'
import { OPEN } from '../../core/run.ts'
import { own } from '../../core/values.ts'
import { activeFreezes, addFreeze, removeFreeze } from '../freezes.ts'
import { markdown } from '../views/escape.ts'
import { type CommandContext, type Handle, refusal, refuse, whyNotIn } from './context.ts'

export const freeze: Handle<CommandOf<'freeze'>> = async (context, { person }, command) => {
  const { deps, journal } = context
  const { may } = deps.files.current().governance.freeze
  const refused = await whyNotIn(context, person, may, 'freeze')
  if (refused) return refuse(context, person, 'freeze', refused)
  const named = scopeOf(context, command.scope)
  if ('reason' in named) return refusal(named.reason, named.fix)
  const { scope } = named
  const added = await addFreeze(deps.store, {
    scope,
    by: person.name,
    byId: person.id,
    reason: command.because,
    at: deps.clock.now(),
  })
  // Whoever repeats an own freeze whose entry was lost writes it now; the freeze itself held all the time.
  const mine =
    added || (await activeFreezes(deps.store)).some((each) => each.scope === scope && each.byId === person.id)
  if (!mine) return refusal(`${scope} is frozen already`, `unfreeze${command.scope ? ` ${scope}` : ''} ends it`)
  await journal.control({ type: 'frozen', scope, by: person, reason: command.because })
  await redraw(context)
  const what = scope === 'all' ? 'Everything' : scope
  return {
    text: markdown(
      `${what} is frozen: no new mutating request leaves. What is in flight finishes and is reported.`,
      500,
    ),
  }
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
  await removeFreeze(deps.store, scope)
  await redraw(context)
  return { text: markdown(`${scope === 'all' ? 'Everything' : scope} is no longer frozen.`, 500) }
}

/** A freeze is no event of a run, yet every open card shows it. */
async function redraw({ deps, wake }: CommandContext): Promise<void> {
  for (const { chain } of await deps.store.list({ statuses: OPEN, limit: 1000 })) await wake(chain)
}

/** The scope by its proper name. A freeze of what does not exist would freeze nothing, so it is refused (P11, P12). */
function scopeOf({ deps }: CommandContext, typed: string | null) {
  if (typed === null) return { scope: 'all' }
  const { governance, catalog, systems } = deps.files.current()
  const [kind, name] = [typed.slice(0, typed.indexOf(':')), typed.slice(typed.indexOf(':') + 1)]
  const known: { readonly [kind: string]: readonly string[] } = {
    env: governance.environments.map((each) => each.name),
    runbook: [...catalog.runbooks.keys()],
    endpoint: Object.keys(systems),
  }
  // Which services there are, only the CMDB knows.
  const names = own(known, kind)
  if (!names) return { scope: typed }
  const proper = names.find((each) => sameName(each, name))
  return proper === undefined
    ? {
        reason: `there is no ${typed} to freeze`,
        fix: `name one of ${names.map((each) => `${kind}:${each}`).join(', ')}`,
      }
    : { scope: `${kind}:${proper}` }
}

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
