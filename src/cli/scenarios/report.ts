// Owns the lines that a scenario's result is told in: one where all held, and where not, why, with what happened.
import type { ScenarioFile } from '../../adapters/catalog/scenarios.ts'
import type { Candidate } from '../../core/match.ts'
import { printable } from '../terminal.ts'
import type { Left } from './endpoints.ts'
import type { Difference } from './expectations.ts'
import type { Played } from './play.ts'
import type { World } from './world.ts'

const MOST = { requests: 40, said: 20, length: 400 }

export interface Happened {
  readonly world: World
  readonly played: Played
}

/** `place` turns a file of the folder into the path that a person can open. */
export function passed({ source, scenario }: ScenarioFile, place: (file: string) => string): readonly string[] {
  return [`ok      ${printable(place(source.file))} ${printable(scenario.scenario)}`]
}

/** The first of the differences stands in the scenario's own line, the others below it; then what happened. */
export function failed(
  { source, scenario }: ScenarioFile,
  found: readonly Difference[],
  happened: Happened,
  place: (file: string) => string,
): readonly string[] {
  const placed = found.map((each) => ({ ...each, ...source.problem(each.at, '') }))
  const ordered = placed.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const lines = ordered.map(({ line, column, what, expected, got }, index) => {
    const head = index === 0 ? 'failed' : '      '
    const name = index === 0 ? `${scenario.scenario}: ` : ''
    return `${head}  ${place(source.file)}:${line}:${column} ${name}${what}: expected ${expected}, got ${got}`
  })
  return [...lines, ...story(happened, found)].map(printable)
}

/** A scenario that cannot be played at all. */
export const broken = ({ source, scenario }: ScenarioFile, why: string, place: (file: string) => string): string =>
  printable(`failed  ${place(source.file)}:1:1 ${scenario.scenario}: ${why}`)

/** What left, what policy said and what people were told: enough to see why it came otherwise. */
function story({ world, played: { run } }: Happened, found: readonly Difference[]): readonly string[] {
  const { endpoints, channel, tickets, errors } = world
  const requests = leftOf(endpoints.left)
  const isAbout = (key: string) => found.some(({ at }) => at.includes(key))
  return [
    ...block('left', requests.slice(0, MOST.requests), requests.length),
    ...block('decided', run?.decision ? [`${run.decision.effect}: ${run.decision.because.join('; ')}`] : []),
    ...block('weighed', isAbout('match') ? (run?.candidates ?? []).map(weighed) : []),
    ...block('card', isAbout('card') ? channel.shown.slice(-1) : []),
    ...block('said', channel.said.slice(-MOST.said)),
    ...block('noted', isAbout('incident') ? tickets.written().notes.slice(-MOST.said) : []),
    ...block('waits', run?.waiting && !run.finished ? [run.waiting.reason] : []),
    ...block('errors', errors),
  ]
}

/** Looks that gave the same answer again are counted, not repeated. */
function leftOf(left: readonly Left[]): readonly string[] {
  const began = left[0]?.at ?? 0
  const lines: { readonly text: string; readonly at: number; times: number; lastAt: number }[] = []
  for (const each of left) {
    const text = `${each.do} on ${each.target} ${JSON.stringify(each.with)}: ${each.answer}`
    const last = lines.at(-1)
    if (last?.text === text) {
      last.times += 1
      last.lastAt = each.at
    } else lines.push({ text, at: each.at, times: 1, lastAt: each.at })
  }
  return lines.map(({ text, at, times, lastAt }) => {
    const again = times > 1 ? ` (${times} times, until ${seconds(lastAt - began)})` : ''
    return `${seconds(at - began)} ${text}${again}`
  })
}

const weighed = ({ runbook, fits, reasons }: Candidate): string =>
  `${runbook} ${fits ? 'fits' : 'does not'}: ${reasons.join('; ')}`

function block(title: string, lines: readonly string[], all = lines.length): readonly string[] {
  const short = lines
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .map((line) => (line.length > MOST.length ? `${line.slice(0, MOST.length - 1)}…` : line))
  const more = all > lines.length ? [`… and ${all - lines.length} more`] : []
  return [...short, ...more].map((line, index) => `          ${(index === 0 ? `${title}:` : '').padEnd(12)}${line}`)
}

const seconds = (ms: number): string => `+${Math.round(ms / 1000)}s`
