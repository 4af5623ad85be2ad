// Owns holding what happened in a scenario against what it expects: each difference with its place in the file.
import { isDeepStrictEqual } from 'node:util'
import { targetEnd } from '../../core/progress.ts'
import type { Run } from '../../core/run.ts'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'
import type { Left } from './endpoints.ts'
import type { Played } from './play.ts'
import type { World } from './world.ts'

/** An expectation that did not hold. `expected` and `got` are for a person to read. */
export interface Difference {
  readonly at: readonly (string | number)[]
  readonly what: string
  readonly expected: string
  readonly got: string
}

type Note = (at: readonly (string | number)[], what: string, expected: string, got: string) => void

/** Every expectation that did not hold, in the order of the file's keys. */
export function differences(world: World, played: Played): readonly Difference[] {
  const found: Difference[] = []
  const note: Note = (at, what, expected, got) => found.push({ at, what, expected, got })
  const { run, hung } = played
  const { expect } = world.scenario
  const none = `there is no run: ${played.declined}`

  if (expect.match !== undefined && expect.match !== (run?.runbook?.id ?? 'none'))
    note(
      ['expect', 'match'],
      'match',
      expect.match,
      run?.runbook?.id ?? (run ? (run.finished?.reason ?? 'none') : none),
    )
  decisionOf(world, run, none, note)
  requestsOf(world, played, note)
  if (expect.end !== undefined && (expect.end !== run?.status || hung !== null))
    note(['expect', 'end'], 'end', expect.end, run ? (hung ?? standing(run)) : none)
  else if (hung !== null && expect.end === undefined) note(['expect'], 'an end', 'one', hung)
  contained(expect.reason, run?.finished ? [run.finished.reason] : [], ['expect', 'reason'], note)
  for (const [name, wanted] of Object.entries(expect.targets ?? {})) {
    const got = run ? endOf(run, name) : none
    if (got !== wanted) note(['expect', 'targets', name], name, wanted, got)
  }
  incidentOf(world, note)
  contained(expect.card, world.channel.shown, ['expect', 'card'], note)
  contained(expect.says, world.channel.said, ['expect', 'says'], note)
  refusals(world, played, note)
  return found
}

function decisionOf({ scenario }: World, run: Run | undefined, none: string, note: Note): void {
  const { effect, rule, because } = scenario.expect.decision ?? {}
  const decision = run?.decision
  const at = ['expect', 'decision']
  const missing = run ? standing(run) : none
  if (effect !== undefined && effect !== decision?.effect)
    note([...at, 'effect'], 'effect', effect, decision?.effect ?? missing)
  if (rule !== undefined && rule !== decision?.rule?.name)
    note([...at, 'rule'], 'rule', rule, decision ? (decision.rule?.name ?? 'no rule') : missing)
  contained(because, decision?.because ?? [], [...at, 'because'], note)
}

function requestsOf({ scenario, endpoints }: World, { left }: Played, note: Note): void {
  const { steps, requests } = scenario.expect
  const called = left.map((each) => each.do).filter((name, index, all) => name !== all[index - 1])
  if (steps && !isDeepStrictEqual(steps, called)) {
    const wrong = steps.findIndex((name, index) => name !== called[index])
    const place = wrong < 0 ? [] : [wrong]
    note(['expect', 'steps', ...place], 'steps', listOf(steps), listOf(called))
  }
  requests?.forEach((wanted, index) => {
    if (endpoints.left.some((each) => fits(each, wanted))) return
    const same = endpoints.left.filter((each) => each.do === wanted.do)
    const got = same.map((each) => `${each.target} ${JSON.stringify(each.with)}`).join(', ')
    note(['expect', 'requests', index], 'request', JSON.stringify(wanted), got === '' ? `no ${wanted.do} left` : got)
  })
}

/** What is named must be the same; what is not named may be anything. */
function fits(
  left: Left,
  wanted: { readonly do: string; readonly target?: string; readonly with?: JsonObject },
): boolean {
  const values: JsonObject = isObject(left.with) ? left.with : {}
  return (
    left.do === wanted.do &&
    (wanted.target === undefined || wanted.target === left.target) &&
    Object.entries(wanted.with ?? {}).every(([name, value]: [string, Json]) => isDeepStrictEqual(values[name], value))
  )
}

function incidentOf({ scenario, tickets }: World, note: Note): void {
  const { resolved, assigned, note: texts } = scenario.expect.incident ?? {}
  const { state, notes, group } = tickets.written()
  const at = ['expect', 'incident']
  if (resolved !== undefined && resolved !== (state === 'resolved'))
    note([...at, 'resolved'], 'the incident is resolved', String(resolved), `it is ${state}`)
  contained(texts, notes, [...at, 'note'], note)
  if (assigned !== undefined && assigned !== group)
    note([...at, 'assigned'], 'the incident is assigned to', assigned, group ?? 'nobody by runbot')
}

/** What was refused must be expected, and what is expected refused. */
function refusals({ scenario }: World, { refused }: Played, note: Note): void {
  const wanted = scenario.expect.refused ?? []
  for (const { at, text } of refused)
    if (!wanted.some((each) => holds(text, each))) note(at, 'it is done', 'no refusal', text)
  const texts = refused.map(({ text }) => text)
  contained(wanted, texts, ['expect', 'refused'], note, 'nothing was refused')
}

/** Each of the wanted texts is a part of one of those that there are. */
function contained(
  wanted: readonly string[] | undefined,
  among: readonly string[],
  at: readonly string[],
  note: Note,
  nothing = 'nothing',
): void {
  wanted?.forEach((text, index) => {
    if (!among.some((each) => holds(each, text)))
      note(
        [...at, index],
        at.at(-1) ?? '',
        `one that contains ${JSON.stringify(text)}`,
        among.at(-1) === undefined ? nothing : listOf(among.slice(-3)),
      )
  })
}

const holds = (text: string, part: string): boolean => oneLine(text).includes(oneLine(part))
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
const listOf = (texts: readonly string[]): string => `[${texts.map(oneLine).join(', ')}]`

function endOf(run: Run, target: string): string {
  if (!run.draft?.targets.some(({ name }) => name === target)) return 'it is no target of this run'
  const state = targetEnd(run, target)
  return state.done ? state.end : 'notDone'
}

const standing = (run: Run): string => (run.finished ? `${run.status} (${run.finished.reason})` : run.status)
