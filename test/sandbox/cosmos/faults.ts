// Owns the faults of the sandbox Cosmos DB: which request is struck by what, by an explicit rule or by a seeded plan.

import type { Fault, Faults } from '../faults.ts'
import type { Answer, Call } from '../server.ts'
import { refuse, sessionNotAvailable, throttle } from './answers.ts'
import type { Kind, Request } from './request.ts'

export type CosmosFault =
  | 'drop-before' // the socket dies before any work is done
  | 'drop-after-commit' // the work is done, then the socket dies: the sender cannot know
  | 'unavailable' // 503
  | 'timed-out' // 408
  | 'retry-with' // 449
  | 'gone' // 410
  | 'session-not-available' // 404 with substatus 1002, which is not "absent"
  | 'html' // 200 text/html: a proxy's page
  | 'race' // another writer touches the guarded document first, so that its etag is old
  | { throttledMs: number } // 429, to be tried again after so many milliseconds
  | { delayMs: number } // the work is done after so many milliseconds; with `commit` the answer comes after them
  | { answer: Answer }
  | { before: (request: Request) => void } // whatever the test does right before the work

/** Which requests; a field that is absent matches all. */
export type On = {
  kind?: Kind | Kind[]
  container?: string
  partition?: string
  id?: string
  where?: (request: Request) => boolean
}

export type CosmosRule = {
  fault: CosmosFault
  on?: On
  /** How often it strikes; 1 unless told. */
  times?: number
  /** How many that match are let through first: 2 strikes the third. */
  skip?: number
  /** The work is done first, and then answered by the fault: a 503 of a write that was committed. */
  commit?: boolean
}

export type SeededPlan = {
  seed: number
  /** The part of the matching requests that is struck, 0 to 1. */
  rate: number
  /** One of them, with equal chances. */
  faults: (CosmosFault | { fault: CosmosFault; commit: boolean })[]
  on?: On
}

export type CosmosFaults = {
  /** Adds a rule and returns the function that removes it. */
  add: (rule: CosmosRule) => () => void
  /** Strikes by the seed: the same order of requests is struck the same way. Returns the function that ends it. */
  plan: (plan: SeededPlan) => () => void
  clear: () => void
  /** How often each fault struck since the start. */
  struck: () => Record<string, number>
}

type Intervention = { matches: (request: Request) => boolean; act: (request: Request) => void }

const answers: Record<string, Fault> = {
  'drop-before': 'reset-before',
  'drop-after-commit': 'reset-after-commit',
  unavailable: refuse(503),
  'timed-out': refuse(408),
  'retry-with': refuse(449),
  gone: refuse(410),
  'session-not-available': sessionNotAvailable(),
  html: 'html',
}

/** `touch` is what 'race' does; `intervene` is called by the strict layer right before the work. */
export const createCosmosFaults = (
  faults: Faults,
  requestFor: (call: Call) => Request,
  touch: (request: Request) => void,
): CosmosFaults & { intervene: (request: Request) => void } => {
  let interventions: Intervention[] = []
  const struck: Record<string, number> = {}

  const arm = (fault: CosmosFault, strikes: (request: Request) => boolean, commit: boolean | undefined) => {
    const counted = (request: Request): boolean => {
      const hit = strikes(request)
      if (hit) struck[nameOf(fault)] = (struck[nameOf(fault)] ?? 0) + 1
      return hit
    }
    const act = fault === 'race' ? touch : typeof fault === 'object' && 'before' in fault ? fault.before : null
    if (act) {
      const intervention = { matches: counted, act }
      interventions.push(intervention)
      return () => {
        interventions = interventions.filter((other) => other !== intervention)
      }
    }
    const times = Number.POSITIVE_INFINITY
    const match = (call: Call) => counted(requestFor(call))
    return faults.add({ fault: onTheWire(fault), match, times, ...(commit === undefined ? {} : { commit }) })
  }

  return {
    add({ fault, on = {}, times = 1, skip = 0, commit }) {
      let seen = 0
      const strikes = (request: Request): boolean => {
        if (seen >= skip + times || !isOn(on, request)) return false
        seen += 1
        return seen > skip
      }
      return arm(fault, strikes, commit)
    },
    plan({ seed, rate, faults: kinds, on = {} }) {
      const random = randomFrom(seed)
      const drawn = new WeakMap<Request, number>()
      const draw = (request: Request): number => {
        const known = drawn.get(request)
        if (known !== undefined) return known
        const number = random() < rate ? Math.floor(random() * kinds.length) : -1
        drawn.set(request, number)
        return number
      }
      const ends = kinds.map((each, at) => {
        const { fault, commit } =
          typeof each === 'object' && 'fault' in each ? each : { fault: each, commit: undefined }
        return arm(fault, (request) => isOn(on, request) && draw(request) === at, commit)
      })
      return () => {
        for (const end of ends) end()
      }
    },
    clear() {
      interventions = []
      faults.clear()
    },
    struck: () => ({ ...struck }),
    intervene(request) {
      for (const { matches, act } of interventions) if (matches(request)) act(request)
    },
  }
}

const nameOf = (fault: CosmosFault): string => (typeof fault === 'string' ? fault : (Object.keys(fault)[0] ?? ''))

const onTheWire = (fault: CosmosFault): Fault => {
  if (typeof fault === 'string') return answers[fault] as Fault
  if ('throttledMs' in fault) return throttle(fault.throttledMs)
  if ('delayMs' in fault) return { slow: fault.delayMs }
  return 'answer' in fault ? fault.answer : refuse(503)
}

const isOn = ({ kind, container, partition, id, where }: On, request: Request): boolean =>
  (kind === undefined || [kind].flat().includes(request.kind)) &&
  (container === undefined || container === request.container) &&
  (partition === undefined || partition === request.partition) &&
  (id === undefined || id === request.id) &&
  (where?.(request) ?? true)

/** mulberry32: small, and the same everywhere. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
