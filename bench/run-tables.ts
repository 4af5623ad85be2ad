// Owns what `npm run bench -- run` prints: the tables of runs one at a time, and of many at once.
import type { AtOnce, LoopDelay } from './at-once.ts'
import type { Causes, Write } from './causes.ts'
import type { CpuShare } from './cpu-shares.ts'
import { ms, percentile, sum, table } from './figures.ts'
import type { Batch } from './stage.ts'
import { type StepTimes, stepTimes } from './step-times.ts'
import type { Spent } from './timeline.ts'

/** One at a time: what a step waits for, what it makes the process do, who causes its commits, whose code runs. */
export function printInTurn(batch: Batch, { writes, reads }: Causes, shares: readonly CpuShare[]): void {
  const steps = batch.traces.flatMap(stepTimes)
  printSteps('time of one step, one run at a time', steps)
  const spent = (name: string, of: (spent: Spent) => number) =>
    quantiles(
      name,
      steps.map((step) => of(step.spent)),
    )
  console.log(
    table([
      ['what one step makes the process do, surfaces included', 'p50', 'p99'],
      spent('CPU of the main thread', ({ cpuMs }) => cpuMs),
      spent('time in COMMIT, most of it the kernel and the disk', ({ committingMs }) => committingMs),
      spent('time in other SQL: reads, and writes before their COMMIT', ({ statementsMs }) => statementsMs),
    ]),
  )
  const during = <A extends { readonly at: number }>(all: readonly A[]) =>
    all.filter(({ at }) => steps.some(({ from, to }) => at > from && at <= to))
  const per = (count: number) => (count / steps.length).toFixed(2)
  const written = during(writes)
  const commits = sharesOfCommits(written)
  console.log(
    table([
      ['commits of one step, by who wanted them', 'writes', 'commits'],
      ...[...commits].map(([cause, share]) => [
        cause,
        per(written.filter((each) => each.cause === cause).length),
        per(share),
      ]),
      ['all together', per(written.length), per(sum([...commits.values()]))],
    ]),
  )
  const asked = Object.entries(Object.groupBy(during(reads), ({ cause }) => cause))
  const sorted = asked.map(([cause, all = []]) => [cause, all.length] as const).toSorted((a, b) => b[1] - a[1])
  console.log(
    table([
      ['reads of one step', 'count'],
      ...sorted.map(([cause, count]) => [cause, per(count)]),
      ['all together', per(sum(sorted.map(([, count]) => count)))],
    ]),
  )
  const rows = shares.map(({ part, share }) => [part, `${(100 * share).toFixed(1)} %`])
  console.log(table([['whose code the main thread ran, over whole runs', 'share'], ...rows]))
  const each = (total: number) => total / batch.traces.length
  const facts = [`${ms(each(batch.wallMs))} wall time`, `${ms(each(batch.cpuMs))} CPU of all threads`]
  console.log(`One run of 3 steps: ${facts.join(', ')}, ${each(batch.commits).toFixed(1)} commits.`)
}

/** Many at once: the crowd gathers at its first action, then all go on. */
export function printAtOnce({
  count,
  arrivalMs,
  restMs,
  batch,
  gatheredAt,
  memory,
  loopDelay,
  lostHints,
}: AtOnce): void {
  const steps = batch.traces.flatMap(stepTimes).filter(({ from }) => from > gatheredAt)
  printSteps(`time of one step, ${count} runs at once`, steps)
  const ends = batch.traces.map(
    ({ marks }) => (marks.find(({ type }) => type === 'finished')?.at ?? Number.NaN) - gatheredAt,
  )
  const each = (total: number) => total / batch.traces.length
  const delay = (name: string, histogram: LoopDelay) => [
    name,
    ...[50, 99].map((share) => ms(histogram.percentile(share) / 1e6)),
    ms(histogram.max / 1e6),
  ]
  console.log(
    table([
      [`${count} runs at once`, 'p50', 'p99', 'most'],
      ['from "all are under way" to a run’s end', ...[0.5, 0.99, 1].map((share) => ms(percentile(ends, share)))],
      delay('delay of the event loop, while they arrive', loopDelay.arriving),
      delay('delay of the event loop, afterwards', loopDelay.resting),
    ]),
  )
  const mb = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`
  console.log(
    table([
      ['memory', 'heap', 'resident'],
      ...(
        [
          ['before, collected', memory.before],
          [`when all ${count} were under way`, memory.gathered],
          ['at its highest', memory.highest],
          ['afterwards, collected', memory.after],
        ] as const
      ).map(([name, { heap, rss }]) => [name, mb(heap), mb(rss)]),
    ]),
  )
  const rate = (ofMs: number) => `${(count / (ofMs / 1000)).toFixed(1)} runs/s`
  console.log(
    [
      `All ${count} were under way after ${ms(arrivalMs)} (${rate(arrivalMs)}), over after another ${ms(restMs)}`,
      `(${rate(restMs)}); altogether ${rate(arrivalMs + restMs)}, ${ms(each(batch.cpuMs))} CPU and`,
      `${each(batch.commits).toFixed(1)} commits a run. Every run succeeded, each action happened exactly once,`,
      `every incident is resolved; ${lostHints} events of ServiceNow got no 202 (it is asked every 30 s as well).`,
    ].join(' '),
  )
}

function printSteps(title: string, steps: readonly StepTimes[]): void {
  const row = (name: string, of: (times: StepTimes) => number) => quantiles(name, steps.map(of))
  console.log(
    table([
      [title, 'p50', 'p99'],
      row('runbot itself', ({ own }) => own),
      row('- of which waiting for its disk', ({ disk }) => disk),
      row('the endpoint (launch, follow, verify)', ({ endpoint }) => endpoint),
      row('ServiceNow, read again before the action', ({ tickets }) => tickets),
      row('polling: waits on purpose', ({ sleep }) => sleep),
      row('all together', ({ wall }) => wall),
    ]),
  )
}

const quantiles = (name: string, samples: readonly number[]): readonly string[] => [
  name,
  ms(percentile(samples, 0.5)),
  ms(percentile(samples, 0.99)),
]

/** How many commits each cause wanted; one that several writes shared counts for each in part. */
function sharesOfCommits(writes: readonly Write[]): ReadonlyMap<string, number> {
  const together = new Map<number, number>()
  for (const { commit } of writes) together.set(commit, (together.get(commit) ?? 0) + 1)
  const shares = new Map<string, number>()
  for (const { cause, commit } of writes) shares.set(cause, (shares.get(cause) ?? 0) + 1 / (together.get(commit) ?? 1))
  return new Map([...shares].toSorted((a, b) => b[1] - a[1]))
}
