// Owns the inputs with which a card offers other values: one for each declared parameter, within its bounds.
import type { Run } from '../../core/run.ts'
import type { Parameter, Runbook } from '../../core/runbook.ts'
import { type Json, type JsonObject, own } from '../../core/values.ts'
import { voiced } from '../locale/voice.ts'
import { literal } from './escape.ts'

/** More would not fit a card: then the values change with the command `run`. */
const MOST = 8
const LONGEST = 200

/** The fields of a run that waits for approval; empty where nothing may change any more, or there are too many. */
export function editFields(runbook: Pick<Runbook, 'parameters'>, run: Run): readonly JsonObject[] {
  const names = Object.keys(runbook.parameters)
  if (run.status !== 'awaitingApproval' || run.edit || !run.draft || names.length > MOST) return []
  const values = run.draft.parameters
  // A value that does not fit an input would come back cut or on one line: an edit that nobody made.
  const fits = (text: string) => text.length <= LONGEST && !/[\r\n]/.test(text)
  if (!names.every((name) => fits(String(own(values, name) ?? '')))) return []
  return names.flatMap((name) => {
    const parameter = own(runbook.parameters, name)
    return parameter ? [fieldOf(name, parameter, own(values, name) ?? null)] : []
  })
}

/** An input shows its value literally by itself: nothing is escaped in it, for it comes back as it stands. */
function fieldOf(name: string, parameter: Parameter, value: Json): JsonObject {
  const common = {
    id: name,
    label: literal(parameter.description ?? name, LONGEST),
    value: value === null ? '' : String(value),
  }
  if (parameter.enum && parameter.type !== 'boolean')
    return {
      ...common,
      kind: 'choice',
      hint: '',
      choices: parameter.enum.map((each) => ({ title: String(each), value: String(each) })),
    }
  switch (parameter.type) {
    case 'boolean':
      return { ...common, kind: 'toggle', hint: '' }
    case 'integer':
    case 'number':
      return { ...common, kind: 'number', hint: bounds(parameter) }
    case 'string':
      return { ...common, kind: 'text', hint: parameter.pattern ? literal(parameter.pattern.source, LONGEST) : '' }
  }
}

const words = voiced({
  atLeast: (n: number) => `at least ${n}`,
  atMost: (n: number) => `at most ${n}`,
})

const bounds = ({ min, max }: Parameter): string =>
  [min === undefined ? '' : words.atLeast(min), max === undefined ? '' : words.atMost(max)].filter(Boolean).join(', ')
