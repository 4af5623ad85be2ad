// Owns `watch` and `unwatch`: which channel gets whose incidents, and who may say so.
import type { CommandOf } from '../../core/commands.ts'
import type { Person } from '../../core/run.ts'
import { remember, unwatch, watch } from '../conversations.ts'
import { answer, type CommandContext, type Handle, refusal, refuse } from './context.ts'

export const watchChannel: Handle<CommandOf<'watch'>> = async (context, message, { subject }) => {
  const { deps, journal } = context
  if (subject === null) return refusal('say whose incidents this channel should get', 'watch <group|service>')
  if (message.place === 'personal')
    return refusal('incidents go to a channel or a group chat', 'say it there: @runbot watch <group>')
  const refused = await whyNot(context, message.person)
  if (refused) return refuse(context, message.person, 'watch', refused)
  const known = deps.files.current().governance.groups
  await remember(deps, message.conversation, true)
  await watch(deps, subject, message.conversation)
  await journal.control({ type: 'watched', subject, by: message.person, conversation: message.conversation })
  const note = Object.hasOwn(known, subject)
    ? ''
    : ' (it is taken as the name of a ServiceNow assignment group or of a service)'
  return answer(`This channel now gets the incidents of ${subject}${note}. unwatch ${subject} ends that.`, 500)
}

export const unwatchChannel: Handle<CommandOf<'unwatch'>> = async (context, message, { subject }) => {
  const { deps, journal } = context
  const refused = await whyNot(context, message.person)
  if (refused) return refuse(context, message.person, 'unwatch', refused)
  const gone = await unwatch(deps, subject, message.conversation)
  for (const each of gone)
    await journal.control({ type: 'unwatched', subject: each, by: message.person, conversation: message.conversation })
  return gone.length > 0
    ? answer(`This channel no longer gets the incidents of ${gone.join(', ')}.`, 500)
    : refusal(subject === null ? 'this channel watches nothing' : `this channel does not watch ${subject}`)
}

/** `commands.watch` in governance; without it the owner of any runbook. */
async function whyNot({ deps, authority }: CommandContext, person: Person) {
  const { governance, catalog } = deps.files.current()
  const named = Object.hasOwn(governance.commands, 'watch') ? governance.commands['watch'] : undefined
  const groups = named ?? [...new Set([...catalog.runbooks.values()].map((runbook) => runbook.owner))]
  const allowed = await authority.inAny(person.id, groups, '')
  if (allowed.known && allowed.value) return null
  return allowed.known
    ? {
        reason: `you may not bind channels: that takes a member of ${groups.join(', ')}`,
        fix: `ask a member of ${groups.join(', ')}`,
      }
    : { reason: `whether you may cannot be told: ${allowed.reason}`, fix: 'try again when the directory answers' }
}
