// Owns the help card: what a person can say, from the one list of commands, in the order of an incident.
import type { ChatCommand } from '../../core/commands.ts'
import type { CardMessage } from '../../ports/channel.ts'
import { commandList, usageOf } from '../chat/command-list.ts'
import { say, spoken, voiced } from '../locale/voice.ts'
import type { RenderCard } from './run-card.ts'
import { line, said } from './text-run.ts'

const words = voiced({
  title: 'What you can say',
  hint: 'In a channel, mention me first. Approvals happen on the card, never by text.',
  summary: 'What you can say to runbot',
  look: 'Look',
  run: 'Run',
  govern: 'Govern',
} as const)

const looking: readonly ChatCommand['do'][] = [
  'help',
  'status',
  'runbooks',
  'plan',
  'explain',
  'audit',
  'report',
  'whoami',
]
const running: readonly ChatCommand['do'][] = ['run', 'stop', 'rollback', 'takeover']

/** The help card: every command, once. */
export const helpReply = (render: RenderCard): CardMessage => spoken(() => helpCard(render))

function helpCard(render: RenderCard): CardMessage {
  const group = (title: string, fits: (name: ChatCommand['do']) => boolean) => ({
    title,
    lines: commandList
      .filter(({ name }) => fits(name))
      .map((command) => line(said(usageOf(command), 'mono'), said(`  ${say(command.description)}`, 'subtle'))),
  })
  const data = {
    title: words.title,
    hint: words.hint,
    groups: [
      group(words.look, (name) => looking.includes(name)),
      group(words.run, (name) => running.includes(name)),
      group(words.govern, (name) => !looking.includes(name) && !running.includes(name)),
    ],
  }
  return { card: render('help', data), summary: words.summary }
}
