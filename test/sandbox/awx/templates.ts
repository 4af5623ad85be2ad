// Owns the words of the sandbox AWX: templates, what they prompt for, and the plays behind them. CONTRACTS 2
import { setTimeout as sleep } from 'node:timers/promises'

export type Play = {
  status?: 'successful' | 'failed' | 'error'
  artifacts?: unknown
  hosts?: Record<string, number>
  explanation?: string
  stdout?: string
}

export type PlayContext = {
  limit: string
  signal: AbortSignal
  /** Waits; throws when the job is cancelled meanwhile. */
  sleep: (ms: number) => Promise<void>
}

export type Template = {
  id: number
  kind: 'job_templates' | 'workflow_job_templates'
  name: string
  organization: { id: number; name: string } | null
  asks: { variables?: boolean; limit?: boolean; labels?: boolean }
  /** Variables of the survey, where there is one; `type: password` is shown as $encrypted$. */
  survey?: { variable: string; type?: string; required?: boolean }[]
  limit: string
  /** The variables of the template, as YAML or JSON text. */
  extraVars: string
  slices: number
  passwords: string[]
  inventory: boolean
  /** The token may not see it: 403, which a named URL turns into 404. */
  forbidden: boolean
  play: (variables: Record<string, unknown>, context: PlayContext) => Play | Promise<Play>
}

export const templateOf = (fields: Partial<Template> & Pick<Template, 'id' | 'name'>): Template => ({
  kind: 'job_templates',
  organization: { id: 1, name: 'Default' },
  asks: { variables: true, limit: true, labels: true },
  limit: '',
  extraVars: '---',
  slices: 1,
  passwords: [],
  inventory: true,
  forbidden: false,
  play: () => ({ status: 'successful', artifacts: {}, hosts: { ok: 1 } }),
  ...fields,
})

export const contextOf = (limit: string, signal: AbortSignal): PlayContext => ({
  limit,
  signal,
  sleep: async (ms) => await sleep(ms, undefined, { signal }),
})

/** The variables that a launch must bring. CONTRACTS 2 (variables_needed_to_start) */
export const neededBy = ({ survey = [] }: Template): string[] =>
  survey.flatMap(({ variable, required }) => (required ? [variable] : []))

/**
 * Named URLs: `++` between name and organisation, `[+]` for a plus, the rest percent-decoded once more. A job template's
 * bare name still works, for whichever organisation comes first. CONTRACTS 2 (Named URL)
 */
export const templateAt = (templates: Template[], kind: string, text: string): Template | undefined => {
  const all = templates.filter((template) => template.kind === kind)
  if (/^\d+$/.test(text)) return all.find(({ id }) => id === Number(text))
  const parts = text.replaceAll('[+]', '%2B').split('++')
  const [name, organization] = parts.map((part) => (part.includes('+') ? '' : decodeURIComponent(part)))
  if (parts.length === 1) return kind === 'job_templates' ? all.find((each) => each.name === name) : undefined
  return all.find((each) => each.name === name && (each.organization?.name ?? '') === organization)
}
