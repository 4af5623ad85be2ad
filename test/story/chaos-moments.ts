// Owns where the processes of one world die: moments that a seed draws over all of a life that nobody disturbed.
import type { Death } from './chaos-lives.ts'
import type { Point } from './crash-stage.ts'

/** What the processes of one world came by. */
export interface Life {
  /** In order, from the first start to the rest. */
  readonly points: readonly Point[]
  isLaunch(point: Point): boolean
  /** How often they died. */
  readonly deaths: number
}

export interface Random {
  /** From 0 to below 1. */
  share(): number
  /** From `least` to `most`, both included. */
  whole(least: number, most: number): number
  pick<T>(all: readonly T[]): T
}

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed
  const share = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (least: number, most: number) => least + Math.floor(share() * (most - least + 1))
  return { share, whole, pick: (all) => all[whole(0, all.length - 1)] as (typeof all)[number] }
}

/** How long after its arrival a launch may find its sender dead: some are answered by then, some only begun. */
const IN_FLIGHT_MS = 80

/**
 * So many deaths, in the order of the life. Two in five are around a launch that is under way; the others at any point of
 * the life, half of them where something is written or sent. `life` is what a process came by that did not die, from its
 * start to its rest; a process counts its points anew, so each death is counted from the one before.
 */
export function drawDeaths(count: number, { points: life, isLaunch }: Life, random: Random): readonly Death[] {
  const every = life.flatMap((point, at) => (isRenewal(point) ? [] : [{ point, at }]))
  const launches = every.filter(({ point }) => isLaunch(point))
  const writes = every.filter(({ point }) => !point.name.startsWith('read'))
  const drawn = Array.from({ length: count }, () => {
    const share = random.share()
    const inFlight = share < 0.4
    const { at } = random.pick(inFlight ? launches : share < 0.7 ? writes : every)
    return { at, inFlight, afterMs: random.pick([0, random.whole(1, IN_FLIGHT_MS)]) }
  })
  let from = 0
  return drawn
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, inFlight, afterMs }) => {
      const passed = life.slice(from, at + 1)
      from = at + 1
      if (inFlight) return { launch: Math.max(1, passed.filter(isLaunch).length), afterMs }
      const kind = kindOf(life[at])
      const number = passed.filter((point) => kindOf(point) === kind).length
      return { at: `${kind}:${Math.max(1, number)}` }
    })
}

const kindOf = (point: Point | undefined): string => point?.name.split(':')[0] ?? ''

/** A commit that changes nothing but the record beside a log comes by as often as time allows. */
const isRenewal = ({ name, what }: Point): boolean => name.startsWith('commit') && /^chains [^,]*$/.test(what)

/** A death as a person reads it. */
export const deathWords = (death: Death): string =>
  'at' in death ? death.at : `launch:${death.launch}+${death.afterMs}`

/** Such deaths as those words name them, with spaces between. */
export const deathsOf = (words: string): readonly Death[] =>
  words
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [, launch, afterMs] = /^launch:(\d+)\+(\d+)$/.exec(word) ?? []
      return launch === undefined ? { at: word } : { launch: Number(launch), afterMs: Number(afterMs) }
    })
