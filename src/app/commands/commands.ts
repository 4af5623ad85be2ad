// Owns the way from what a person typed to the command's handler, and back to a reply.
import type { ChatCommand, CommandOf } from '../../core/commands.ts'
import { isPortError } from '../../ports/errors.ts'
import type { ChatMessage, Reply } from '../../ports/inbound.ts'
import { RESTING_FIX } from '../active-content.ts'
import { parseCommand } from '../chat/parse.ts'
import { heardFrom } from '../locale/readers.ts'
import { heardIn, say, spoken, voiced } from '../locale/voice.ts'
import { helpReply } from '../views/help.ts'
import { audit } from './audit.ts'
import { autonomy } from './autonomy.ts'
import { breakGlass } from './break-glass.ts'
import { type CommandContext, type Handle, refusal } from './context.ts'
import { explain } from './explain.ts'
import { freeze, unfreeze } from './freeze.ts'
import { intervene } from './intervene.ts'
import { learn } from './learn.ts'
import { report } from './report.ts'
import { planRun, startRun } from './run.ts'
import { runbooks, status, whoami } from './show.ts'
import { sign, unsign } from './sign.ts'
import { suppress } from './suppress.ts'
import { unwatchChannel, watchChannel } from './watch.ts'

type Handlers = { readonly [name in ChatCommand['do']]: Handle<CommandOf<name>> }

const handlers = {
  help: ({ deps }: CommandContext) => Promise.resolve(helpReply(deps.card)),
  runbooks,
  plan: planRun,
  run: startRun,
  status,
  explain,
  stop: intervene,
  takeover: intervene,
  resume: intervene,
  rollback: intervene,
  retry: intervene,
  settle: intervene,
  confirm: intervene,
  freeze,
  unfreeze,
  watch: watchChannel,
  unwatch: unwatchChannel,
  audit,
  whoami,
  breakglass: breakGlass,
  sign,
  unsign,
  autonomy,
  report,
  learn,
  suppress,
} as Handlers

/** The parser's sentences are ours: what a person typed is already made harmless in them. */
const unreadable = (reason: string, suggestion: string | null): Reply =>
  spoken(() => ({
    text: suggestion === null ? say(reason) : `${say(reason)} ${words.meant(suggestion)}`,
  }))

const words = voiced({ meant: (suggestion: string) => `Did you mean \`${suggestion}\`?` })

/** Answers a chat message. What a person typed never makes it reject; an outside system that is down is said so. */
export function commands(context: CommandContext): (message: ChatMessage) => Promise<Reply | undefined> {
  const { deps } = context
  const replied = async (message: ChatMessage): Promise<Reply | undefined> => {
    const known = { runbooks: [...deps.files.current().catalog.runbooks.keys()] }
    const parsed = parseCommand(message.text, known)
    if (!parsed.ok) return unreadable(parsed.reason, parsed.suggestion)
    const { command } = parsed
    const problem = context.problem()
    // A freeze is taken by any replica, whatever its files.
    if (problem !== null && command.do !== 'freeze') return refusal(problem, RESTING_FIX)
    try {
      const handle = handlers[command.do] as Handle<ChatCommand>
      return await handle(context, message, command)
    } catch (error) {
      if (isPortError(error)) return refusal(error.message, 'try again in a moment')
      deps.log.error({ command: command.do, err: error }, 'a bug stopped this command')
      return refusal('runbot met a bug with this; its log says which', 'tell whoever runs runbot')
    }
  }
  return async (message) => {
    const reply = await replied(message)
    return reply && heardIn(await heardFrom(deps, message), reply)
  }
}
