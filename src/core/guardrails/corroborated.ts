// Owns the guardrail that the issue shows in enough independent signals, so that no single broken probe starts a change.
import type { Fact } from '../incident.ts'
import type { SignalReading } from '../surroundings.ts'
import { type Guardrail, pass, stop, unknownAnswer } from './input.ts'

const NAME = 'corroborated'

/** Signals of one system are one witness. What cannot be told neither shows nor does not (P5). */
export const corroboratedGuardrail: Guardrail = ({ runbook, facts }) => {
  const wanted = runbook.limits.corroborated
  if (wanted === undefined) return pass(NAME, 'no limit is set')
  // What is better by now is better because of this run: it never counts against itself (P2).
  if (facts.begun) return pass(NAME, 'something was sent already: what showed before that counts')
  const readings = Object.entries(facts.context.signals ?? {})
  const showing = new Map<string, string>()
  const unclear = new Map<string, string>()
  const quiet: string[] = []
  for (const [name, fact] of readings) {
    if (fact.known && fact.value.shows === true) showing.set(fact.value.system, fact.value.title)
    else if (fact.known && fact.value.shows === false) quiet.push(fact.value.title)
    else unclear.set(fact.known ? fact.value.system : fact.source, `${title(name, fact)} (${why(fact)})`)
  }
  const shows = [...showing.values()].join(', ')
  if (showing.size >= wanted) return pass(NAME, `the issue shows in ${shows} (${wanted} wanted)`)
  const possible = new Set([...showing.keys(), ...unclear.keys()]).size
  if (readings.length === 0 || possible >= wanted)
    return unknownAnswer(
      NAME,
      `whether the issue shows in ${wanted} independent signals cannot be told: ${[...unclear.values()].join(', ') || 'none was read'}`,
      'try again when the systems that are asked answer',
    )
  return stop(
    NAME,
    `the issue shows in ${showing.size} of ${wanted} independent signals: ${quiet.length > 0 ? `not in ${quiet.join(', ')}` : shows || 'there are no others'}`,
    'look whether it is over already, otherwise have a person do it',
  )
}

const title = (name: string, fact: Fact<SignalReading>): string => (fact.known ? fact.value.title : name)

function why(fact: Fact<SignalReading>): string {
  if (!fact.known) return fact.reason
  return fact.value.value === null ? 'nothing was measured' : 'it says not what would show'
}
