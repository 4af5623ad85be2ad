// Owns how fast plain functions are, side by side: short turns of each in rounds, so that a busy moment hits all alike.
import { percentile } from './figures.ts'

const ROUNDS = 25
const TURN_MS = 12
const WARM_UP_MS = 150

/** Milliseconds of one call of each function: the median over all rounds. */
export function callTimes<K extends string>(
  functions: { readonly [name in K]: () => unknown },
): { [name in K]: number } {
  const names = Object.keys(functions) as K[]
  const samples = new Map<K, number[]>(names.map((name) => [name, []]))
  for (const name of names) turn(functions[name], WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of names) samples.get(name)?.push(turn(functions[name], TURN_MS))
  const medians = names.map((name) => [name, percentile(samples.get(name) ?? [], 0.5)] as const)
  return Object.fromEntries(medians) as { [name in K]: number }
}

/** Keeps results alive, so that no call can be left out as useless. */
let last: unknown

/** Calls for about so long; answers the milliseconds of one call. The clock is read once in ten calls. */
function turn(work: () => unknown, ms: number): number {
  const from = performance.now()
  let calls = 0
  let now = from
  while (now - from < ms) {
    for (let index = 0; index < 10; index += 1) last = work()
    calls += 10
    now = performance.now()
  }
  if (last === turn) throw new Error('the work answered what it cannot know')
  return (now - from) / calls
}
