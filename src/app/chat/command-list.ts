// Owns the list of what people can say: one line per command, for `help`, for usage hints and for the app manifest.
import type { ChatCommand } from '../../core/commands.ts'

export interface CommandLine {
  readonly name: ChatCommand['do']
  /** What follows the name; `[…]` is optional, `…` means one or more. */
  readonly takes: string
  /** One line, at most 128 characters: it stands in Teams' command menu. */
  readonly description: string
  /** Whose command menu in Teams shows it; a menu holds twelve at most. It works everywhere. */
  readonly menus: readonly ('team' | 'personal' | 'groupChat')[]
}

const everywhere = ['team', 'personal', 'groupChat'] as const

export const commandList: readonly CommandLine[] = [
  { name: 'help', takes: '', description: 'Show what you can say', menus: everywhere },
  {
    name: 'runbooks',
    takes: '[words]',
    description: 'List the runbooks, or those that fit the words',
    menus: ['personal'],
  },
  {
    name: 'plan',
    takes: '<runbook|INC> [target…] [name=value…] [for INC…]',
    description: 'Dry run: show exactly what would be sent, and what policy says of it',
    menus: ['team', 'personal'],
  },
  {
    name: 'run',
    takes: '<runbook> [target…] [name=value…] [for INC…] [because "…"]',
    description: 'Run a runbook, with the approvals that policy asks for',
    menus: everywhere,
  },
  {
    name: 'status',
    takes: '[run|INC]',
    description: 'Where a run stands, or everything that is open',
    menus: everywhere,
  },
  {
    name: 'explain',
    takes: '[run|INC]',
    description: 'Why: evidence, what matched, every check, who may do what; alone: the rules on one page',
    menus: ['team', 'personal'],
  },
  {
    name: 'stop',
    takes: '<run> [because "…"]',
    description: 'Stop a run before its next request, or close one that needs a person',
    menus: everywhere,
  },
  {
    name: 'rollback',
    takes: '<run> [because "…"]',
    description: 'Undo what a run changed, in the way its runbook declares',
    menus: ['team'],
  },
  {
    name: 'takeover',
    takes: '<run> [because "…"]',
    description: 'Take a run into your own hands; runbot sends nothing more for it until you resume it',
    menus: ['team'],
  },
  {
    name: 'resume',
    takes: '<run> [because "…"]',
    description: 'Let runbot go on with a run that needed a person; everything is checked again',
    menus: ['groupChat'],
  },
  {
    name: 'retry',
    takes: '<run> [target] [because "…"]',
    description: 'Try again what failed, and nothing else, where the runbook allows it',
    menus: ['groupChat'],
  },
  {
    name: 'settle',
    takes: '<run> yes|no [target] [because "…"]',
    description: 'You looked: say whether a request happened whose outcome is unknown',
    menus: ['groupChat'],
  },
  {
    name: 'confirm',
    takes: '<run> yes|no [because "…"]',
    description: 'You reported it: say whether it works again',
    menus: ['personal'],
  },
  {
    name: 'freeze',
    takes: '[scope] because "…"',
    description: 'Kill switch: no new changes, for everything or for env:, service:, runbook:, endpoint:',
    menus: ['team'],
  },
  { name: 'unfreeze', takes: '[scope] [because "…"]', description: 'End a freeze', menus: ['team'] },
  {
    name: 'breakglass',
    takes: '<run> because "…"',
    description: 'Emergency: have two people of its own role decide instead; everybody hears of it',
    menus: ['team'],
  },
  {
    name: 'sign',
    takes: '<exception>',
    description: 'Sign a standing exception of governance.yaml; it takes two people',
    menus: ['personal'],
  },
  { name: 'unsign', takes: '<exception>', description: 'Take your signature back', menus: ['groupChat'] },
  {
    name: 'autonomy',
    takes: '<level> [runbook] [environment] [because "…"]',
    description: 'Set how far runbot may go: shadow, advise, approve, auto; default takes it back',
    menus: ['personal'],
  },
  {
    name: 'watch',
    takes: '<group|service>',
    description: 'This conversation gets the incidents of that group or service',
    menus: ['team'],
  },
  {
    name: 'unwatch',
    takes: '[group|service]',
    description: 'This conversation gets no more incidents',
    menus: ['groupChat'],
  },
  {
    name: 'audit',
    takes: '<run>',
    description: 'The audit trail of a run, and whether its chain holds',
    menus: ['personal'],
  },
  {
    name: 'report',
    takes: '[7d]',
    description: 'What ran, what it saved and what was refused, over a time',
    menus: ['groupChat'],
  },
  {
    name: 'learn',
    takes: '<INC|run> [runbook] [yes|no|forget] [because "…"]',
    description: 'Say what helped, or did not: runbot remembers only what people say',
    menus: ['groupChat'],
  },
  {
    name: 'suppress',
    takes: '<run> [30m] [because "…"]',
    description: 'Keep further alerts of a storm quiet for a time; new symptoms and recoveries are always told',
    menus: ['groupChat'],
  },
  {
    name: 'whoami',
    takes: '',
    description: 'Who runbot thinks you are, and what you may do',
    menus: ['personal'],
  },
]

/** A command as a person types it, for example `freeze [scope] because "…"`. */
export const usageOf = ({ name, takes }: CommandLine): string => (takes ? `${name} ${takes}` : name)
