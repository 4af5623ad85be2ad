// Owns how findings are printed: one line each, or as JSON; never with a secret in it.
import { maskOf } from '../../adapters/endpoints/mask.ts'
import { printable } from '../terminal.ts'
import type { Finding } from './finding.ts'

/** Findings with every secret masked, wherever it stands. */
export function masked(findings: readonly Finding[], secrets: readonly string[]): readonly Finding[] {
  const mask = maskOf({ values: secrets, patterns: [] })
  const clean = (text: string): string => mask.text(printable(text))
  return findings.map(({ check, state, says, mend }) => ({
    check: clean(check),
    state,
    says: clean(says),
    ...(mend === undefined ? {} : { mend: clean(mend) }),
  }))
}

/** `FAILED  bot credential: what is wrong. Mend: what to do.` */
export const lineOf = ({ check, state, says, mend }: Finding): string =>
  `${state.padEnd(7)} ${check}: ${says}.${mend === undefined ? '' : ` Mend: ${mend}.`}`

/** How many there are of each. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding['state']): number => findings.filter((each) => each.state === state).length
  return `${count('ok')} ok, ${count('warn')} to look at, ${count('FAILED')} failed, ${count('skipped')} skipped`
}

export const jsonOf = (findings: readonly Finding[]): string =>
  JSON.stringify({ ok: isWell(findings), findings }, null, 2)

export const isWell = (findings: readonly Finding[]): boolean => findings.every(({ state }) => state !== 'FAILED')
