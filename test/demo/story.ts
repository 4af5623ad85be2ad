// Owns the story of the demo as checked claims: its acts in order, played with a scripted approver.
import { decision } from './acts/decision.ts'
import { opening } from './acts/opening.ts'
import { proof } from './acts/proof.ts'
import { repair } from './acts/repair.ts'
import { type Memory, noCard } from './scene.ts'
import type { Stage } from './stage.ts'
import type { Act, Timeline } from './timeline.ts'

/** The acts for this stage; nothing happens before they are played. */
export function actsOf(stage: Stage): readonly Act[] {
  const memory: Memory = { incident: {}, card: noCard }
  return [opening, decision, repair, proof].flatMap((acts) => acts(stage, memory))
}

/** Plays the acts in order. Throws NotSo at the first claim that does not hold. */
export async function play(acts: readonly Act[], line: Timeline): Promise<void> {
  for (const { title, claims } of acts) {
    line.chapter(title)
    for (const claim of claims) await line.claim(claim)
  }
}
