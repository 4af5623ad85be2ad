// Owns the shape of a runbook file.
import { z } from 'zod'
import { antiFlap, blastRadius } from './governance-schema.ts'
import {
  anything,
  duration,
  expression,
  flag,
  identifier,
  keys,
  list,
  mapOf,
  name,
  oneOf,
  operationName,
  some,
  text,
  tier,
  whole,
} from './schema.ts'

const values = mapOf(text, anything)
const call = { do: operationName, with: values.exactOptional(), timeout: duration.exactOptional() }
const check = keys({
  ...call,
  expect: expression.exactOptional(),
  every: duration.exactOptional(),
  hold: duration.exactOptional(),
  within: duration.exactOptional(),
})

const number = z.custom<number>((value) => typeof value === 'number', 'expected a number')
const scalar = z.custom<string | number | boolean>(
  (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
  'expected text, a number, true or false',
)
const parameter = keys({
  type: oneOf(['string', 'integer', 'number', 'boolean']),
  description: text.exactOptional(),
  pattern: text.exactOptional(),
  enum: some(scalar).exactOptional(),
  min: number.exactOptional(),
  max: number.exactOptional(),
  default: scalar.exactOptional(),
})

const wave = z.unknown().transform((value, context): { count: number } | { percent: number } => {
  if (Number.isSafeInteger(value) && (value as number) > 0) return { count: value as number }
  const percent = typeof value === 'string' ? /^(\d{1,3})%$/.exec(value) : null
  if (percent && Number(percent[1]) >= 1 && Number(percent[1]) <= 100) return { percent: Number(percent[1]) }
  context.addIssue({ code: 'custom', message: 'expected a count such as 1, or a share from 1% to 100%' })
  return z.NEVER
})

const step = keys({
  id: name,
  title: text.exactOptional(),
  tier,
  when: expression.exactOptional(),
  approval: name.exactOptional(),
  preflight: check.exactOptional(),
  action: keys(call).exactOptional(),
  verify: check.exactOptional(),
  rollback: keys(call).exactOptional(),
})

export const runbookSchema = keys({
  runbook: name,
  title: text,
  description: text.exactOptional(),
  owner: text,
  match: keys({
    class: name.exactOptional(),
    when: expression.exactOptional(),
    recurrence: keys({ count: whole(2, 1000), within: duration, by: some(identifier) }).exactOptional(),
  }).exactOptional(),
  parameters: mapOf(identifier, parameter).exactOptional(),
  targets: keys({
    from: expression.exactOptional(),
    max: whole(1, 1000).exactOptional(),
    waves: some(wave).exactOptional(),
    stopAfterFailures: whole(1).exactOptional(),
    approval: name.exactOptional(),
  }).exactOptional(),
  limits: keys({
    environments: list(name).exactOptional(),
    antiFlap: antiFlap.exactOptional(),
    changeWindow: keys({ in: list(name), conflicts: oneOf(['ask', 'stop']).exactOptional() }).exactOptional(),
    blastRadius: blastRadius.exactOptional(),
    doNotTouch: expression.exactOptional(),
  }).exactOptional(),
  evidence: list(keys(call)).exactOptional(),
  steps: some(step),
  onSuccess: keys({
    resolve: flag.exactOptional(),
    closeCode: text.exactOptional(),
    resolveJoined: flag.exactOptional(),
  }).exactOptional(),
  onFailure: keys({
    escalate: text.exactOptional(),
    assign: text.exactOptional(),
    rollback: oneOf(['step', 'all']).exactOptional(),
  }).exactOptional(),
})

export type RunbookFile = z.infer<typeof runbookSchema>
export type CallFile = NonNullable<RunbookFile['evidence']>[number]
export type CheckFile = NonNullable<RunbookFile['steps'][number]['preflight']>
export type StepFile = RunbookFile['steps'][number]
