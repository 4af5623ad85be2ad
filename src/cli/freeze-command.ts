// Owns the arguments of `npm run freeze`, read by the same rules as the chat commands freeze and unfreeze.
import { readFreeze } from '../app/chat/scoped-commands.ts'
import { properScope } from '../app/freezes.ts'
import type { Content } from '../ports/catalog.ts'
import { Complaint } from './terminal.ts'

export interface FreezeCommand {
  readonly do: 'freeze' | 'unfreeze' | 'list'
  /** `all`, or `env:`, `service:`, `runbook:`, `endpoint:` with a name. */
  readonly scope: string
  readonly because: string
}

const USAGE =
  'usage: npm run freeze -- [scope] because "…" | unfreeze [scope] because "…" | list (scope: env:, service:, runbook:, endpoint:; none: everything)'
const MAX_REASON = 1000

/**
 * The command, or a Complaint with what would make it one. `content` is asked for only where a name has to be checked:
 * without a scope a freeze must work although every file is broken.
 */
export function readFreezeCommand(args: readonly string[], content: () => Content | undefined): FreezeCommand {
  const [first, ...others] = args
  if (first === 'list' && others.length === 0) return { do: 'list', scope: 'all', because: '' }
  const verb = first === 'unfreeze' || first === 'freeze' ? first : undefined
  const rest = verb === undefined ? args : others
  const cut = rest.findIndex((word) => word.toLowerCase() === 'because')
  const because =
    cut < 0
      ? ''
      : rest
          .slice(cut + 1)
          .join(' ')
          .trim()
  const words = (cut < 0 ? rest : rest.slice(0, cut)).flatMap((text) => (text.trim() === '' ? [] : [text.trim()]))
  if (because === '') throw new Complaint(`a reason stands behind because: it is kept with the freeze. ${USAGE}`)
  if (because.length > MAX_REASON) throw new Complaint(`the reason is longer than ${MAX_REASON} characters`)
  const scope = scopeOf(words)
  return verb === 'unfreeze' ? { do: verb, scope, because } : { do: 'freeze', scope: named(scope, content), because }
}

/** `all`, or a kind and a name; which names there are, is not looked at here. */
function scopeOf(words: readonly string[]): string {
  const clauses = {
    words: words.map((text) => ({ text, quoted: false, equals: null, start: 0, end: text.length })),
    parameters: {},
    incident: null,
    because: '',
  }
  // Of the two commands unfreeze checks the form of a scope alone.
  const read = readFreeze('unfreeze', clauses, { runbooks: [] }, USAGE)
  if (!read.ok)
    throw new Complaint(read.suggestion === null ? read.reason : `${read.reason} Did you mean ${read.suggestion}?`)
  return ('scope' in read.command && read.command.scope) || 'all'
}

/** Which names there are, the files know; with broken files only everything can be frozen (P12). */
function named(typed: string, content: () => Content | undefined): string {
  if (typed === 'all' || typed.startsWith('service:')) return typed
  const files = content()
  if (!files)
    throw new Complaint(
      `whether there is ${typed} cannot be told, for the runbook files are invalid: freeze everything instead, without a scope`,
    )
  const proper = properScope(files, typed)
  if ('reason' in proper) throw new Complaint(`${proper.reason}${proper.fix ? `: ${proper.fix}` : ''}`)
  return proper.scope
}
