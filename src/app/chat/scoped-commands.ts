// Owns the arguments of the commands that set how far runbot may go: freeze, unfreeze, autonomy, and of report.
import type { Parsed } from '../../core/commands.ts'
import type { Clauses } from './clauses.ts'
import { type Known, no, ok, plainWords } from './run-command.ts'
import { nearest, sameAs } from './suggest.ts'
import { shown } from './words.ts'

const kinds = ['env', 'service', 'runbook', 'endpoint'] as const
const levels = ['shadow', 'advise', 'approve', 'auto', 'default'] as const

/** Scopes: none = everything, `env:`, `service:`, `runbook:`, `endpoint:` (DESIGN §9). A freeze needs its reason. */
export function readFreeze(name: 'freeze' | 'unfreeze', clauses: Clauses, known: Known, usage: string): Parsed {
  const [typed, ...more] = plainWords(clauses)
  if (more.length > 0) return no(`A reason stands behind \`because\`, and there is one scope at a time. ${usage}`)
  const scope = typed === undefined || /^(all|everything)$/i.test(typed) ? null : scopeOf(typed)
  if (scope === undefined)
    return no(
      `\`${shown(typed ?? '')}\` is no scope: ${kinds.map((kind) => `\`${kind}:…\``).join(', ')}. ${usage}`,
      guess(typed ?? ''),
    )
  const runbook = scope?.startsWith('runbook:') ? scope.slice('runbook:'.length) : null
  if (name === 'freeze' && runbook !== null && !sameAs(runbook, known.runbooks)) {
    const near = nearest(runbook, known.runbooks)
    return no(`There is no runbook \`${shown(runbook)}\` to freeze.`, near && `runbook:${near}`)
  }
  if (name === 'freeze' && clauses.because === '') return no(`A freeze needs its reason. ${usage}`)
  return ok({ do: name, scope, because: clauses.because })
}

function scopeOf(typed: string): string | undefined {
  const [, kind = '', value = ''] = /^([a-z]+):\s*(.+)$/is.exec(typed) ?? []
  const exact = kinds.find((each) => each === kind.toLowerCase())
  return exact && value.trim() ? `${exact}:${value.trim()}` : undefined
}

function guess(typed: string): string | null {
  const [, kind = '', value = ''] = /^([a-z]+):(.*)$/is.exec(typed) ?? []
  const near = nearest(kind, kinds)
  return near && value ? `${near}:${value.slice(0, 80)}` : null
}

/** `autonomy <level> [runbook] [environment] [because "…"]`: a single word behind the level may be either. */
export function readAutonomy(clauses: Clauses, known: Known, usage: string): Parsed {
  const [typed, second, third, ...more] = plainWords(clauses)
  const { because } = clauses
  if (typed === undefined) return no(`\`autonomy\` needs a level: ${levels.join(', ')}. ${usage}`)
  const level = levels.find((each) => each === typed.toLowerCase())
  if (!level) return no(`\`${shown(typed)}\` is no level: ${levels.join(', ')}. ${usage}`, nearest(typed, levels))
  if (more.length > 0) return no(`I do not know what \`${shown(more[0] ?? '')}\` is for here. ${usage}`)
  if (second === undefined) return ok({ do: 'autonomy', level, runbook: null, environment: null, because })
  const runbook = sameAs(second, known.runbooks)
  if (runbook) return ok({ do: 'autonomy', level, runbook, environment: third ?? null, because })
  const near = nearest(second, known.runbooks)
  if (third !== undefined || near) return no(`There is no runbook \`${shown(second)}\`. ${usage}`, near)
  return ok({ do: 'autonomy', level, runbook: null, environment: second, because })
}

/** `report [7d]`. */
export function readReport(clauses: Clauses, usage: string): Parsed {
  const [period, ...more] = plainWords(clauses)
  if (period === undefined) return ok({ do: 'report', period: null })
  if (more.length > 0 || !/^[1-9]\d{0,3}[mhd]$/i.test(period))
    return no(`A report covers a time such as \`24h\` or \`7d\`. ${usage}`)
  return ok({ do: 'report', period: period.toLowerCase() })
}
