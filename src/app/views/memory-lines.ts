// Owns what a card says of the memory: what people said of the runbooks that fit, apart from the rules' own reasons.
import type { Candidate } from '../../core/match.ts'
import { isPastRecord } from '../../core/memory.ts'
import type { Run } from '../../core/run.ts'
import { say } from '../locale/voice.ts'
import { type Caps, first } from './caps.ts'
import { type Line, line, quoted, said } from './text-run.ts'

const SHOWN = 3

/** One line for each runbook that people said something of, in the order in which they are weighed. */
export function memoryLines(run: Pick<Run, 'candidates'>, caps: Caps): readonly Line[] {
  const told = run.candidates.flatMap(({ runbook, reasons }) =>
    reasons.filter(isPastRecord).map((sentence) => ({ runbook, sentence })),
  )
  return first(told, caps.list(SHOWN)).shown.map(({ runbook, sentence }) =>
    line(quoted(runbook, 60, caps, 'bold'), said('  '), quoted(say(sentence), 160, caps)),
  )
}

/** The rules' reasons of a candidate, without what people said of it. */
export const ruleReasons = ({ reasons }: Pick<Candidate, 'reasons'>): readonly string[] =>
  reasons.filter((reason) => !isPastRecord(reason))

/** What people said of it first: where room is short the rules' reasons are cut. */
export const recordFirst = (reasons: readonly string[]): readonly string[] => [
  ...reasons.filter(isPastRecord),
  ...ruleReasons({ reasons }),
]
