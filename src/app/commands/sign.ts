// Owns `sign` and `unsign`: two people's signatures under a standing exception, bound to what it says.
import type { CommandOf } from '../../core/commands.ts'
import type { Person } from '../../core/run.ts'
import { own } from '../../core/values.ts'
import { signersOf } from '../../core/waivers.ts'
import { addSignature, removeSignature, signatures } from '../signatures.ts'
import { inText } from '../views/figures.ts'
import { answer, type CommandContext, type Handle, refusal, refuse, whyNotIn } from './context.ts'

export const sign: Handle<CommandOf<'sign'>> = async (context, { person }, command) => {
  const { deps, journal } = context
  const found = await exceptionFor(context, person, command.exception)
  if ('reply' in found) return found.reply
  const { exception } = found
  if (deps.clock.now() >= exception.until)
    return refusal(
      `${exception.name} is over since ${inText(exception.until)}`,
      'give it another day in governance.yaml',
    )
  const { name, content } = exception
  // First the trail, then the effect.
  await journal.control({ type: 'exceptionSigned', exception: name, content, by: person })
  const by = { id: person.id, name: person.name }
  const added = await addSignature(deps.store, { exception: name, content, by, at: deps.clock.now() })
  const signers = signersOf(exception, await signatures(deps.store))
  const missing = 2 - signers.length
  const state =
    missing > 0
      ? 'One more person has to sign it; until then it sets nothing aside.'
      : `It holds until ${inText(exception.until)}: ${exception.guardrails.join(', ')} need not pass for ${exception.runbook}.`
  const who = signers.map((each) => each.by.name).join(' and ')
  return answer(
    `${added ? 'Signed' : 'You have signed it already'}: ${name} (${exception.reason}). Signed by ${who}. ${state}`,
    700,
  )
}

export const unsign: Handle<CommandOf<'unsign'>> = async (context, { person }, command) => {
  const { deps, journal } = context
  const found = await exceptionFor(context, person, command.exception)
  if ('reply' in found) return found.reply
  const { name, content } = found.exception
  const removed = await removeSignature(deps.store, name, person.id)
  if (!removed) return refusal(`you have not signed ${name}`)
  await journal.control({ type: 'exceptionUnsigned', exception: name, content, by: person })
  return answer(`Your signature under ${name} is taken back.`, 300)
}

async function exceptionFor(context: CommandContext, person: Person, typed: string) {
  const { governance, catalog } = context.deps.files.current()
  const { may, standing } = governance.exceptions
  const exception = own(standing, typed)
  const owner = exception && catalog.runbooks.get(exception.runbook)?.owner
  const refused = await whyNotIn(context, person, may, 'sign exceptions', owner)
  if (refused) return { reply: await refuse(context, person, 'sign', refused) }
  if (exception) return { exception }
  const names = Object.keys(standing)
  const fix = names.length > 0 ? `name one of ${names.join(', ')}` : 'governance.yaml declares none'
  return { reply: refusal(`there is no standing exception ${typed}`, fix) }
}
