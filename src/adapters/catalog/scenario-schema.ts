// Owns the shape of a scenario: a test of a runbook.
import { z } from 'zod'
import type { TargetEnd } from '../../core/progress.ts'
import type { RunStatus } from '../../core/run.ts'
import { answersSchema, texts } from './answer-schema.ts'
import { anything, duration, flag, keys, list, mapOf, name, oneOf, operationName, some, text, whole } from './schema.ts'

const facts = mapOf(text, anything)

/** `2026-03-02T02:10:00Z`, as an instant. */
const time = z.unknown().transform((value, context): number => {
  const written = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(value)
  const at = written ? Date.parse(value) : Number.NaN
  if (Number.isFinite(at)) return at
  context.addIssue({ code: 'custom', message: 'expected a time such as 2026-03-02T02:10:00Z' })
  return z.NEVER
})

/** Somebody answers, or does something: a group, the n-th of a group (`owner/2`), or a person by name. */
const answer = keys({ by: text, note: text.exactOptional(), scope: text.exactOptional() })
const act = keys({ by: text, note: text.exactOptional() })
const actOnStep = keys({
  by: text,
  note: text.exactOptional(),
  target: text.exactOptional(),
  step: text.exactOptional(),
})
const frost = keys({ by: text, scope: text.exactOptional(), because: text.exactOptional() })

/** What happens, in order: exactly one of these per entry. */
export const happenings = {
  approve: answer.exactOptional(),
  reject: answer.exactOptional(),
  stop: act.exactOptional(),
  wait: duration.exactOptional(),
  freeze: frost.exactOptional(),
  unfreeze: frost.exactOptional(),
  confirm: keys({ works: flag, note: text.exactOptional() }).exactOptional(),
  takeover: actOnStep.exactOptional(),
  resume: actOnStep.exactOptional(),
  retry: actOnStep.exactOptional(),
  rollback: actOnStep.exactOptional(),
  close: actOnStep.exactOptional(),
}

/** Everything that a run can be in: a status that is added there has to be added here. */
const statuses = Object.keys({
  proposed: 0,
  awaitingApproval: 0,
  executing: 0,
  awaitingStepApproval: 0,
  verifying: 0,
  rollingBack: 0,
  succeeded: 0,
  stoppedByPolicy: 0,
  refused: 0,
  expired: 0,
  cancelled: 0,
  failed: 0,
  rolledBack: 0,
  rollbackFailed: 0,
  needsHuman: 0,
  recorded: 0,
} satisfies Record<RunStatus, 0>) as RunStatus[]

type TargetWord = Extract<TargetEnd, { done: true }>['end'] | 'notDone'
const targetWords = Object.keys({
  succeeded: 0,
  failed: 0,
  rolledBack: 0,
  unknown: 0,
  rollbackFailed: 0,
  notDone: 0,
} satisfies Record<TargetWord, 0>) as TargetWord[]

export const scenarioSchema = keys({
  scenario: text,
  runbook: name,
  given: keys({
    incident: facts.exactOptional(),
    ci: facts.exactOptional(),
    cis: mapOf(text, facts).exactOptional(),
    change: keys({ number: text, open: flag, conflicts: list(text).exactOptional() }).exactOptional(),
    blast: keys({
      users: whole(0).exactOptional(),
      cis: whole(0).exactOptional(),
      vip: flag.exactOptional(),
    }).exactOptional(),
    parameters: facts.exactOptional(),
    world: mapOf(operationName, answersSchema).exactOptional(),
    people: mapOf(text, list(text)).exactOptional(),
    requester: text.exactOptional(),
    run: keys({
      by: text,
      targets: some(text).exactOptional(),
      parameters: facts.exactOptional(),
      because: text.exactOptional(),
    }).exactOptional(),
    caller: text.exactOptional(),
    time: time.exactOptional(),
    earlier: keys({ incidents: whole(1, 100), every: duration }).exactOptional(),
    lastRun: duration.exactOptional(),
    frozen: text.exactOptional(),
  }),
  when: list(keys(happenings)).exactOptional(),
  expect: keys({
    match: text.exactOptional(),
    decision: keys({
      effect: oneOf(['allow', 'ask', 'stop', 'record']).exactOptional(),
      rule: text.exactOptional(),
      because: some(text).exactOptional(),
    }).exactOptional(),
    steps: list(operationName).exactOptional(),
    requests: some(
      keys({ do: operationName, target: text.exactOptional(), with: facts.exactOptional() }),
    ).exactOptional(),
    end: oneOf(statuses).exactOptional(),
    reason: texts.exactOptional(),
    targets: mapOf(text, oneOf(targetWords)).exactOptional(),
    incident: keys({
      resolved: flag.exactOptional(),
      note: texts.exactOptional(),
      assigned: text.exactOptional(),
    }).exactOptional(),
    card: texts.exactOptional(),
    says: texts.exactOptional(),
    refused: texts.exactOptional(),
  }),
})

export type Scenario = z.infer<typeof scenarioSchema>
export type Given = Scenario['given']
export type Happening = NonNullable<Scenario['when']>[number]
