// Owns the reading of `learn` and `suppress`: what a person says of an incident, and of a storm.
import type { Parsed } from '../../core/commands.ts'
import { type Clauses, incidentNumber } from './clauses.ts'
import { type Known, no, ok, plainWords } from './run-command.ts'
import { nearest, sameAs } from './suggest.ts'
import { shown } from './words.ts'

/** `learn <INC|run> [runbook] [yes|no|forget] [because "…"]`: at least one of them says something. */
export function readLearn(clauses: Clauses, known: Known, usage: string): Parsed {
  const [typed, ...words] = plainWords(clauses)
  if (typed === undefined) return no(`\`learn\` needs an incident or a run. ${usage}`)
  const { because } = clauses
  let runbook: string | null = null
  let helped: boolean | null = null
  let forget = false
  for (const word of words) {
    const said = yesOrNo(word)
    const name = sameAs(word, known.runbooks)
    if (said !== undefined && helped === null && !forget) helped = said
    else if (word.toLowerCase() === 'forget' && helped === null) forget = true
    else if (name && runbook === null) runbook = name
    else return no(`\`${shown(word)}\` is no runbook, nor yes, no or forget. ${usage}`, nearest(word, known.runbooks))
  }
  if (runbook === null && helped === null && because === '' && !forget)
    return no(`Say what helped: a runbook, yes or no, or your own words after \`because\`. ${usage}`)
  return ok({
    do: 'learn',
    subject: incidentNumber(typed) ?? typed,
    runbook,
    helped,
    because,
    ...(forget ? { forget } : {}),
  })
}

const UNITS: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000 }

/** `suppress <run> [30m] [because "…"]`; `0m` ends it. */
export function readSuppress(clauses: Clauses, usage: string): Parsed {
  const [run, time, ...more] = plainWords(clauses)
  if (run === undefined) return no(`\`suppress\` needs a run; \`status\` lists them. ${usage}`)
  const [, count = '', unit = ''] = /^(0|[1-9]\d{0,3})([mh])$/i.exec(time ?? '') ?? []
  if (more.length > 0 || (time !== undefined && count === ''))
    return no(`For how long is a time such as \`30m\` or \`2h\`. ${usage}`)
  const forMs = time === undefined ? null : Number(count) * (UNITS[unit.toLowerCase()] ?? 0)
  return ok({ do: 'suppress', run, forMs, because: clauses.because })
}

/** What a person means by a word; undefined: neither. */
export const yesOrNo = (word: string | undefined): boolean | undefined =>
  /^(yes|y|happened|done|works)$/i.test(word ?? '') ? true : /^(no|n|not)$/i.test(word ?? '') ? false : undefined
