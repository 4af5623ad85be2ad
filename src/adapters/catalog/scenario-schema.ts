// Owns the shape of a scenario: a test of a runbook.
import { anything, duration, flag, keys, list, mapOf, name, oneOf, operationName, some, text } from './schema.ts'

const answer = keys({ by: text, note: text.exactOptional() })
const facts = mapOf(text, anything)

/** What happens, in order: exactly one of these per entry. */
const happening = keys({
  approve: answer.exactOptional(),
  reject: answer.exactOptional(),
  stop: answer.exactOptional(),
  wait: duration.exactOptional(),
})

export const scenarioSchema = keys({
  scenario: text,
  runbook: name,
  given: keys({
    incident: facts,
    ci: facts.exactOptional(),
    change: facts.exactOptional(),
    parameters: facts.exactOptional(),
    world: mapOf(operationName, anything).exactOptional(),
  }),
  when: list(happening).exactOptional(),
  expect: keys({
    match: text.exactOptional(),
    decision: keys({
      effect: oneOf(['allow', 'ask', 'stop', 'record']).exactOptional(),
      rule: text.exactOptional(),
      because: some(text).exactOptional(),
    }).exactOptional(),
    steps: list(operationName).exactOptional(),
    end: text.exactOptional(),
    incident: keys({ resolved: flag.exactOptional() }).exactOptional(),
  }),
})
