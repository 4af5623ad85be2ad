// Owns in which worlds runbot dies, until it has died so many times: evenly over the kinds, several worlds at once.
import { KINDS, type Kind } from './chaos-kinds.ts'
import { seeded } from './chaos-moments.ts'

/** Two in three worlds have many: what is between two deaths is where it gets hard. */
const DEATHS = [1, 2, 3, 4, 4, 4] as const

export interface Turn {
  readonly kind: Kind
  /** Of the worlds of this kind, from 1. */
  readonly number: number
  /** The world's own. */
  readonly seed: number
  /** How often runbot is to die in it; a world may be over before it has. */
  readonly deaths: number
}

/** `play` answers how often runbot did die, and never rejects. `atOnce` worlds are told side by side. */
export async function schedule(
  { kills, atOnce, seed }: { readonly kills: number; readonly atOnce: number; readonly seed: number },
  play: (turn: Turn) => Promise<number>,
): Promise<void> {
  const each = KINDS.map((kind, index) => ({ kind, index, made: 0, planned: 0, number: 0 }))
  const underWay = new Set<Promise<void>>()
  const left = () => kills - each.reduce((sum, { made, planned }) => sum + made + planned, 0)
  const least = () => each.toSorted((one, other) => one.made + one.planned - (other.made + other.planned))[0]
  for (;;) {
    const next = least()
    if (next && left() > 0 && underWay.size < atOnce) {
      next.number += 1
      const { kind, index, number } = next
      const own = seed * 1_000_003 + index * 1_009 + number
      const deaths = Math.min(left(), seeded(own).pick(DEATHS))
      next.planned += deaths
      const turn = play({ kind, number, seed: own, deaths }).then((made) => {
        next.planned -= deaths
        next.made += made
        underWay.delete(turn)
      })
      underWay.add(turn)
    } else if (underWay.size > 0) await Promise.race(underWay)
    else return
  }
}
