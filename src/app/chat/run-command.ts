// Owns the arguments of `run` and its dry run `plan`: a runbook (or an incident to plan for) and its targets.
import type { ChatCommand, Parsed } from '../../core/commands.ts'
import { type Clauses, incidentNumber } from './clauses.ts'
import { nearest, sameAs } from './suggest.ts'
import { shown } from './words.ts'

/** What the parser may know of the world. */
export interface Known {
  readonly runbooks: readonly string[]
}

export const ok = (command: ChatCommand): Parsed => ({ ok: true, command })
export const no = (reason: string, suggestion: string | null = null): Parsed => ({ ok: false, reason, suggestion })

export const plainWords = ({ words }: Clauses): readonly string[] => words.map(({ text }) => text)

/** `usage` closes the sentences that refuse. */
export function readRun(name: 'plan' | 'run', clauses: Clauses, known: Known, usage: string): Parsed {
  const [first, ...others] = clauses.words
  if (!first || first.text === '') return no(`\`${name}\` needs a runbook; \`runbooks\` lists them. ${usage}`)
  const subject = subjectOf(name, first.text, known)
  if (typeof subject !== 'string') return subject
  if (incidentNumber(subject) && clauses.incident) return no(`Two incidents are named; a plan belongs to one. ${usage}`)
  const targets = others.flatMap(({ text, quoted }) =>
    quoted ? [text] : text.split(',').filter((each) => each !== ''),
  )
  if (targets.includes('')) return no(`A target is empty. ${usage}`)
  const { parameters, incident, because } = clauses
  return ok({ do: name, subject, targets: [...new Set(targets)], parameters, incident, because })
}

/** The runbook's own name, or for `plan` an incident number; else why there is none. */
function subjectOf(name: 'plan' | 'run', typed: string, known: Known): string | Parsed {
  const runbook = sameAs(typed, known.runbooks)
  if (runbook) return runbook
  const incident = incidentNumber(typed)
  if (incident && name === 'plan') return incident
  if (incident)
    return no(`\`run\` needs a runbook; \`plan ${incident}\` shows which fit that incident.`, `plan ${incident}`)
  return no(`There is no runbook \`${shown(typed)}\`; \`runbooks\` lists them.`, nearest(typed, known.runbooks))
}
