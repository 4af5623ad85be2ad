// Owns the inputs with which a card offers other values: one for each declared parameter, within its bounds.
import type { Run } from '../../core/run.ts'
import type { Parameter, Runbook } from '../../core/runbook.ts'
import { type Json, type JsonObject, own } from '../../core/values.ts'
import { literal } from './escape.ts'

/** More would not fit a card: then the values change with the command `run`. */
const MOST = 8
const LONGEST = 200

/** The fields of a run that waits for approval; empty where nothing may change any more, or there are too many. */
export function editFields(runbook: Pick<Runbook, 'parameters'>, run: Run): readonly JsonObject[] {
  const names = Object.keys(runbook.parameters)
  if (run.status !== 'awaitingApproval' || run.edit || !run.draft || names.length > MOST) return []
  return names.flatMap((name) => {
    const parameter = own(runbook.parameters, name)
    return parameter ? [fieldOf(name, parameter, own(run.draft?.parameters ?? {}, name) ?? null)] : []
  })
}

function fieldOf(name: string, parameter: Parameter, value: Json): JsonObject {
  const common = {
    id: name,
    label: literal(parameter.description ?? name, LONGEST),
    value: value === null ? '' : literal(String(value), LONGEST),
  }
  if (parameter.enum && parameter.type !== 'boolean')
    return {
      ...common,
      kind: 'choice',
      hint: '',
      choices: parameter.enum.map((each) => ({ title: literal(String(each), LONGEST), value: String(each) })),
    }
  switch (parameter.type) {
    case 'boolean':
      return { ...common, kind: 'toggle', hint: '' }
    case 'integer':
    case 'number':
      return { ...common, kind: 'number', hint: bounds(parameter), ...limits(parameter) }
    case 'string':
      return { ...common, kind: 'text', hint: parameter.pattern ? literal(parameter.pattern.source, LONGEST) : '' }
  }
}

const limits = ({ min, max }: Parameter): JsonObject => ({
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
})

const bounds = ({ min, max }: Parameter): string =>
  [min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`].filter(Boolean).join(', ')
