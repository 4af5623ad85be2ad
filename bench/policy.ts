// Owns `npm run bench -- policy`: decisions per second beside plain JSON of the same facts, and what deciding takes of a run.
import { loadavg } from 'node:os'
import { canonicalJson, sha256Hex } from '../src/adapters/store/hashing.ts'
import { gate } from '../src/core/gate.ts'
import { draftPlan, planHash } from '../src/core/plan.ts'
import { evaluate } from '../src/core/policy.ts'
import type { Json } from '../src/core/values.ts'
import type { Content } from '../src/ports/catalog.ts'
import { machine, ms, percentile, perSecond, sum, table } from './figures.ts'
import { approvedRun, content, everythingInUse, usual, withoutCel } from './policy-question.ts'
import { callTimes } from './policy-rates.ts'
import { type DecidedRun, decidedRuns } from './policy-run.ts'
import type { Timed } from './policy-timed.ts'

const TARGETS = [1, 5, 50]
const WARM_UP = 10
const RUNS = 30

type Times = ReturnType<typeof timesOf>

/** Prints the figures; throws when a decision is not the one that was to be measured, or a run does not succeed. */
export async function policy(): Promise<void> {
  const [load = 0] = loadavg()
  console.log(`policy: ${machine()}, load ${load.toFixed(1)} before`)
  printRates(TARGETS.map((targets) => timesOf(content(), targets)))
  printRuns(await decidedRuns(WARM_UP, RUNS))
}

/** Milliseconds of one call of everything, for a plan of so many targets. */
function timesOf(from: Content, targets: number) {
  const plain = usual(from, targets)
  const full = everythingInUse(from, targets)
  const { question, request, catalog } = plain
  const [plainCel, fullCel] = [withoutCel(question), withoutCel(full.question)]
  const decision = evaluate(question)
  const { run, recheck } = approvedRun(plain, decision)
  if (gate(run, ['run'], recheck).gate !== 'open') throw new Error('the gate was to be open')
  const given = { facts: question.facts, draft: question.draft }
  const canonical = canonicalJson(question.draft as unknown as Json)
  return callTimes({
    json: () => JSON.parse(JSON.stringify(given)),
    digest: () => sha256Hex(canonical),
    evaluate: () => evaluate(question),
    evaluateNoCel: () => evaluate(plainCel),
    everything: () => evaluate(full.question),
    everythingNoCel: () => evaluate(fullCel),
    draftPlan: () => draftPlan(request, catalog),
    planHash: () => planHash(question.draft, decision.rule, canonicalJson, sha256Hex),
    gate: () => gate(run, ['run'], recheck),
  })
}

function printRates(all: readonly Times[]): void {
  const row = (name: string, which: keyof Times) => [
    name,
    ...all.flatMap((times) => [perSecond(1000 / times[which]), `${(times[which] / times.json).toPrecision(2)} ×`]),
  ]
  const share = (name: string, which: keyof Times, without: keyof Times) => [
    name,
    ...all.flatMap((times) => [`${Math.max(0, Math.round(100 * (1 - times[without] / times[which])))} %`, '']),
  ]
  const [one, ...more] = TARGETS
  console.log(
    table([
      [
        'one call, for a plan of',
        `${one} target`,
        'of JSON',
        ...more.flatMap((count) => [`${count} targets`, 'of JSON']),
      ],
      row('JSON of the same facts and plan, written and read', 'json'),
      row('bare SHA-256 of the plan’s text', 'digest'),
      row('evaluate: every guardrail, the matrix, the rule', 'evaluate'),
      share('- of which CEL', 'evaluate', 'evaluateNoCel'),
      row('evaluate, with exception, override, raise, calendar freeze, glass', 'everything'),
      share('- of which CEL', 'everything', 'everythingNoCel'),
      row('draftPlan: bind, render every request, waves', 'draftPlan'),
      row('planHash: canonical JSON and SHA-256', 'planHash'),
      row('gate: is everything that was decided still so', 'gate'),
    ]),
  )
}

function printRuns(runs: readonly DecidedRun[]): void {
  const own = sum(runs.map(({ ownMs }) => ownMs))
  const notDisk = own - sum(runs.map(({ diskMs }) => diskMs))
  const cpu = sum(runs.map(({ cpuMs }) => cpuMs))
  const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(1)} %`
  const cost = (name: string, which: readonly Timed[]) => {
    const spent = sum(runs.flatMap((run) => which.map((each) => run.spent[each].ms)))
    const calls = sum(runs.flatMap((run) => which.map((each) => run.spent[each].calls)))
    const figures = [(calls / runs.length).toFixed(1), ms(spent / runs.length)]
    return [name, ...figures, percent(spent, own), percent(spent, notDisk), percent(spent, cpu)]
  }
  console.log(
    table([
      [
        `one run of 3 steps on 1 target (${runs.length} runs)`,
        'calls',
        'time',
        'of own time',
        'without disk',
        'of CPU',
      ],
      cost('evaluate', ['evaluate']),
      cost('draftPlan', ['draftPlan']),
      cost('planHash', ['planHash']),
      cost('gate', ['gate']),
      cost('deciding, all together', ['evaluate', 'draftPlan', 'planHash', 'gate']),
    ]),
  )
  const median = (of: (run: DecidedRun) => number) => ms(percentile(runs.map(of), 0.5))
  console.log(
    `A run took ${median(({ wallMs }) => wallMs)}, ${median(({ ownMs }) => ownMs)} of it runbot’s own ` +
      `(${median(({ diskMs }) => diskMs)} waiting for its disk), and ${median(({ cpuMs }) => cpuMs)} of CPU.`,
  )
}
