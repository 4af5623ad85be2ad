// Owns the lives of one runbot in the chaos test: each process dies by SIGKILL at its moment, and the next starts at once.
import { type Place, type Runbot, startRunbot } from './runbot.ts'

const PRELOAD = new URL('chaos-preload.ts', import.meta.url).href

/** Where a process dies. */
export type Death =
  /** At a point of its own (kill-at.ts). */
  | { readonly at: string }
  /** So many milliseconds after its so-manieth launch has arrived at the far side. */
  | { readonly launch: number; readonly afterMs: number }

export interface ChaosLives {
  /** When each process was found dead, in real time. */
  readonly deaths: readonly number[]
  /** A launch has arrived at the far side. Answers whether its sender dies of it. */
  arrived(): boolean
  /** Everything that all of them logged. */
  output(): string
  /** Throws when one did not come up, or ended, although nothing killed it. */
  check(): void
  /** Ends the last one as an operator does. */
  end(): Promise<void>
}

/** `deaths`: of the first process, the second, and so on; the one after the last lives. `up` is told each address. */
export function chaosLives(
  place: Place,
  env: Readonly<Record<string, string>>,
  deaths: readonly Death[],
  up: (url: string) => void,
): ChaosLives {
  const died: number[] = []
  let bot: Runbot | undefined
  let death: Death | undefined
  let [arrivals, doomed, ended, before] = [0, false, false, '']
  let broken: Error | undefined

  /** One process, from its start to its death; rejects where it ends without being told to. */
  const live = async (): Promise<void> => {
    arrivals = 0
    doomed = false
    const dying = death && 'at' in death ? { RUNBOT_KILL_AT: death.at } : {}
    bot = await startRunbot(place, { ...env, ...dying, RUNBOT_IMPORT: PRELOAD })
    if (ended) await bot.stop()
    // It is at work before it says where it listens.
    if (doomed) void bot.kill()
    up(bot.url)
    const code = await bot.gone
    const killed = death !== undefined && code === null
    if (!killed && !ended) throw new Error(`runbot ended by itself (${code}):\n${bot.log()}`)
  }
  const all = (async () => {
    for (death of [...deaths, undefined]) {
      await live().catch((error: unknown) => {
        // It may be told to die before it is up.
        if (!death || !String(error).includes('ended with null')) throw error
      })
      before += bot?.log() ?? ''
      bot = undefined
      if (ended) return
      died.push(Date.now())
    }
  })().catch((error: unknown) => {
    broken = error instanceof Error ? error : new Error(String(error))
  })

  return {
    deaths: died,
    arrived() {
      arrivals += 1
      if (!death || !('launch' in death) || arrivals !== death.launch) return false
      const victim = bot
      const kill = () => void victim?.kill()
      if (!victim) doomed = true
      else if (death.afterMs === 0) kill()
      else setTimeout(kill, death.afterMs)
      return true
    },
    output: () => before + (bot?.log() ?? ''),
    check() {
      if (broken) throw broken
    },
    async end() {
      ended = true
      await bot?.stop()
      await all
    },
  }
}
