// Owns what disturbs one world: which replica dies or stands still, how the store fails, when all is frozen; drawn and in words.
import type { Random } from '../story/chaos-moments.ts'
import { BURSTS, type Burst } from './store-faults.ts'

/** The so-manieth time that this happened in the world, whichever replica did it. */
export interface Moment {
  /**
   * `write`: a holder's write of its run has reached the store. `start`: one that records the start of a change.
   * `launch`: a change has reached the far side.
   */
  readonly at: 'write' | 'start' | 'launch'
  /** 0: from the beginning. */
  readonly number: number
}

/** Whom it strikes: the replica that did what happened, or the one of this number. */
export type Who = 'actor' | number

export type Disturbance = Moment &
  (
    | { readonly do: 'kill' | 'term'; readonly who: Who }
    /** SIGSTOP, and after so long SIGCONT, in real time. */
    | { readonly do: 'pause'; readonly who: Who; readonly ms: number }
    /** A deployment: SIGTERM to one after the other, each when the one before is there again. */
    | { readonly do: 'roll' }
    /** Half of so many requests to the store fail so. */
    | { readonly do: 'burst'; readonly burst: Burst; readonly requests: number }
    /** One in a hundred requests fails, each in another way, to the end. */
    | { readonly do: 'noise' }
    | { readonly do: 'freeze'; readonly scope: Scope }
  )

export type Scope = (typeof SCOPES)[number]

export const SCOPES = ['all', 'env:test', 'env:prod'] as const
export const REPLICAS = 4

/** Where most of a life lies, measured on one that nobody disturbed; a moment that does not come strikes nobody. */
const WRITES = 160
const CHANGES = 12
/** One and a bit to two and a half leases. */
export const PAUSE_MS = [2_300, 5_000] as const

/** Three to five that strike replicas, three bursts, and in some worlds a deployment, a freeze. */
export function drawDisturbances(random: Random): readonly Disturbance[] {
  const moment = (): Moment =>
    random.share() < 0.4
      ? { at: 'write', number: random.whole(1, WRITES) }
      : { at: random.pick(['start', 'launch']), number: random.whole(1, CHANGES) }
  const who = (): Who => (random.share() < 0.7 ? 'actor' : random.whole(0, REPLICAS - 1))
  const strike = (): Disturbance => {
    const share = random.share()
    if (share < 0.45) return { do: 'kill', who: who(), ...moment() }
    if (share < 0.85) return { do: 'pause', who: who(), ms: random.whole(...PAUSE_MS), ...moment() }
    return { do: 'term', who: who(), ...moment() }
  }
  const burst = (): Disturbance => ({
    do: 'burst',
    burst: random.pick(BURSTS),
    requests: random.whole(5, 60),
    ...moment(),
  })
  const several = (count: number, make: () => Disturbance) => Array.from({ length: count }, make)
  return [
    { do: 'noise', at: 'write', number: 0 },
    ...several(random.whole(3, 5), strike),
    ...several(3, burst),
    ...(random.share() < 0.25 ? [{ do: 'roll', at: 'launch', number: random.whole(1, 6) } as const] : []),
    ...(random.share() < 0.35
      ? [{ do: 'freeze', scope: random.pick(SCOPES), at: 'launch', number: random.whole(1, 8) } as const]
      : []),
  ]
}

/** A disturbance as a person reads it, and takes it away. */
export function wordOf(disturbance: Disturbance): string {
  const { at, number } = disturbance
  return `${[disturbance.do, ...detailsOf(disturbance)].join(':')}@${at}:${number}`
}

function detailsOf(disturbance: Disturbance): readonly (string | number)[] {
  if (disturbance.do === 'pause') return [disturbance.who, disturbance.ms]
  if (disturbance.do === 'kill' || disturbance.do === 'term') return [disturbance.who]
  if (disturbance.do === 'burst') return [disturbance.burst, disturbance.requests]
  return disturbance.do === 'freeze' ? [disturbance.scope] : []
}

/** Such disturbances as those words name them, with spaces between; throws on any other word. */
export const disturbancesOf = (words: string): readonly Disturbance[] =>
  words.split(' ').filter(Boolean).map(disturbanceOf)

function disturbanceOf(word: string): Disturbance {
  const [, what = '', details = '', at = '', number = ''] = /^(\w+):?(\S*)@(write|start|launch):(\d+)$/.exec(word) ?? []
  const moment = { at: at as Moment['at'], number: Number(number) }
  const [first = '', second = ''] = details.split(':')
  const who = first === 'actor' ? first : Number(first)
  if (what === 'kill' || what === 'term') return { do: what, who, ...moment }
  if (what === 'pause') return { do: what, who, ms: Number(second), ...moment }
  if (what === 'burst') return { do: what, burst: first as Burst, requests: Number(second), ...moment }
  if (what === 'freeze') return { do: what, scope: details as Scope, ...moment }
  if (what === 'roll' || what === 'noise') return { do: what, ...moment }
  throw new Error(`no such disturbance: ${word}`)
}
