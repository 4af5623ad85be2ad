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
  word,
} from './schema.ts'

const values = mapOf(text, anything)
const call = { do: operationName, with: values.exactOptional(), timeout: duration.exactOptional() }
const expected = { ...call, expect: expression.exactOptional() }
const times = { every: duration.exactOptional(), hold: duration.exactOptional(), within: duration.exactOptional() }

const number = z.custom<number>((value) => typeof value === 'number', 'expected a number')
const scalar = z.custom<string | number | boolean>(
  (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
  'expected text, a number, true or false',
)
const bounds = {
  type: oneOf(['string', 'integer', 'number', 'boolean']),
  pattern: text.exactOptional(),
  enum: some(scalar).exactOptional(),
  min: number.exactOptional(),
  max: number.exactOptional(),
}
const parameter = keys({ ...bounds, description: text.exactOptional(), default: scalar.exactOptional() })

const share = z.unknown().transform((value, context): { count: number } | { percent: number } => {
  if (Number.isSafeInteger(value) && (value as number) > 0) return { count: value as number }
  const percent = typeof value === 'string' ? /^(\d{1,3})%$/.exec(value) : null
  if (percent && Number(percent[1]) >= 1 && Number(percent[1]) <= 100) return { percent: Number(percent[1]) }
  context.addIssue({ code: 'custom', message: 'expected a count such as 1, or a share from 1% to 100%' })
  return z.NEVER
})

/** A value of `result` that later requests may use, within these bounds. */
const capture = keys({ from: expression, ...bounds })

const step = keys({
  id: name,
  title: text.exactOptional(),
  tier,
  when: expression.exactOptional(),
  approval: name.exactOptional(),
  preflight: keys({ ...expected, ...times, capture: mapOf(identifier, capture).exactOptional() }).exactOptional(),
  action: keys(call).exactOptional(),
  verify: keys({
    ...expected,
    ...times,
    do: operationName.exactOptional(),
    confirm: oneOf(['caller']).exactOptional(),
  }).exactOptional(),
  rollback: keys({ ...call, check: keys(expected).exactOptional() }).exactOptional(),
  retry: keys({ max: whole(1, 5), after: duration.exactOptional() }).exactOptional(),
})

export const runbookSchema = keys({
  runbook: name,
  title: text,
  description: text.exactOptional(),
  owner: text,
  approval: oneOf(['each-step']).exactOptional(),
  match: keys({
    class: name.exactOptional(),
    when: expression.exactOptional(),
    recurrence: keys({ count: whole(2, 1000), within: duration, by: some(identifier) }).exactOptional(),
  }).exactOptional(),
  parameters: mapOf(identifier, parameter).exactOptional(),
  targets: keys({
    from: expression.exactOptional(),
    max: whole(1, 1000).exactOptional(),
    waves: some(share).exactOptional(),
    concurrency: whole(1, 100).exactOptional(),
    batch: whole(1, 1000).exactOptional(),
    stopAfterFailures: share.exactOptional(),
    alarm: keys(expected).exactOptional(),
    approval: name.exactOptional(),
  }).exactOptional(),
  limits: keys({
    environments: list(name).exactOptional(),
    antiFlap: antiFlap.exactOptional(),
    changeWindow: keys({ in: list(name), conflicts: oneOf(['ask', 'stop']).exactOptional() }).exactOptional(),
    blastRadius: blastRadius.exactOptional(),
    doNotTouch: expression.exactOptional(),
    corroborated: whole(1, 20).exactOptional(),
    commander: oneOf(['ask', 'stop']).exactOptional(),
    recentDeploy: keys({ within: duration, is: oneOf(['ask', 'stop']).exactOptional() }).exactOptional(),
    reopenWithin: duration.exactOptional(),
  }).exactOptional(),
  evidence: list(keys(call)).exactOptional(),
  signals: mapOf(
    identifier,
    keys({
      ...call,
      title: text.exactOptional(),
      unit: text.exactOptional(),
      shows: expression.exactOptional(),
      range: duration.exactOptional(),
    }),
  ).exactOptional(),
  shadow: keys({ agrees: expression.exactOptional(), takes: duration.exactOptional() }).exactOptional(),
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
    page: word.exactOptional(),
  }).exactOptional(),
})

export type RunbookFile = z.infer<typeof runbookSchema>
export type CallFile = NonNullable<RunbookFile['evidence']>[number]
export type SignalFile = NonNullable<RunbookFile['signals']>[string]
export type CheckFile = CallFile & { readonly expect?: string }
export type TimesFile = Pick<NonNullable<StepFile['verify']>, 'every' | 'hold' | 'within'>
export type StepFile = RunbookFile['steps'][number]
