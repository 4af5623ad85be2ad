// Owns how the shared store fails in the chaos test: now and then all the time, and often while a burst lasts.
import type { CosmosFault } from '../sandbox/cosmos/faults.ts'
import type { Request } from '../sandbox/cosmos/request.ts'
import type { SandboxCosmos } from '../sandbox/cosmos.ts'

export type Burst = keyof typeof FAILURES

type Failure = CosmosFault | { readonly fault: CosmosFault; readonly commit: boolean }

interface Failures {
  readonly writes: readonly Failure[]
  readonly reads: readonly Failure[]
}

const after = (fault: CosmosFault): Failure => ({ fault, commit: true })

const FAILURES = {
  /** Nobody can know whether it was written. */
  lost: {
    writes: ['drop-after-commit', after('unavailable'), after('timed-out'), 'drop-before'],
    reads: ['drop-before'],
  },
  /** Nothing was written. */
  busy: {
    writes: [{ throttledMs: 40 }, 'unavailable', 'retry-with', 'gone', 'timed-out'],
    reads: [{ throttledMs: 40 }, 'unavailable', 'gone', 'timed-out'],
  },
  /** It is written, and takes its time, before or after. */
  slow: {
    writes: [{ delayMs: 80 }, { delayMs: 700 }, after({ delayMs: 300 })],
    reads: [{ delayMs: 80 }, { delayMs: 500 }],
  },
  /** Somebody else was first; and a read is behind. */
  race: { writes: ['race'], reads: ['session-not-available'] },
} satisfies { readonly [name: string]: Failures }

export const BURSTS = Object.keys(FAILURES) as readonly Burst[]

const IN_BURST = 0.5
const NOISE = 0.01
const READS: readonly string[] = ['read', 'query', 'crossPartitionQuery']
const UNTOUCHED: readonly string[] = ['metadata', 'queryPlan']

export interface StoreFaults {
  /** From now on so many requests are in it; one that lasted still is over. */
  burst(name: Burst, requests: number): void
  noise(): void
}

/** `isOurs`: whether a request is a replica's, for what the test itself asks is let through. */
export function storeFaults(cosmos: SandboxCosmos, seed: number, isOurs: (request: Request) => boolean): StoreFaults {
  let current: { readonly name: Burst; left: number } | undefined
  const drawn = new WeakMap<Request, Burst | 'none'>()
  /** In which burst this request is: asked often, counted once. */
  const burstOf = (request: Request): Burst | 'none' => {
    const known = drawn.get(request)
    if (known !== undefined) return known
    const isIn = current !== undefined && current.left > 0
    if (current && isIn) current.left -= 1
    const name = current && isIn ? current.name : 'none'
    drawn.set(request, name)
    return name
  }
  const plan = (rate: number, { reads, writes }: Failures, plans: number, fits: (request: Request) => boolean) => {
    const mayFail = (request: Request) => isOurs(request) && !UNTOUCHED.includes(request.kind) && fits(request)
    const isRead = ({ kind }: Request) => READS.includes(kind)
    const seeds = seed * 31 + plans * 2
    const read = (request: Request) => mayFail(request) && isRead(request)
    cosmos.faults.plan({ seed: seeds, rate, faults: [...reads], on: { where: read } })
    const write = (request: Request) => mayFail(request) && !isRead(request)
    cosmos.faults.plan({ seed: seeds + 1, rate, faults: [...writes], on: { where: write } })
  }
  for (const [index, name] of BURSTS.entries())
    plan(IN_BURST, FAILURES[name], index, (request) => burstOf(request) === name)

  return {
    burst(name, requests) {
      current = { name, left: requests }
    },
    noise() {
      const all: Failures = {
        reads: BURSTS.flatMap((name): readonly Failure[] => FAILURES[name].reads),
        writes: BURSTS.flatMap((name): readonly Failure[] => FAILURES[name].writes),
      }
      plan(NOISE, all, BURSTS.length, (request) => burstOf(request) === 'none')
    },
  }
}
