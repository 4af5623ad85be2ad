// Owns the lives of one runbot: each process dies where it is told to, and the next one is started in the same place.
import { type Place, type Runbot, startRunbot } from './runbot.ts'

const PRELOAD = new URL('kill-at.ts', import.meta.url).href

export interface Lives {
  kills(): number
  /** Everything that all of them logged. */
  output(): string
  /** Throws when one did not come up although nothing killed it. */
  check(): void
  /** Ends the last one as an operator does. */
  end(): Promise<void>
}

interface Hooks {
  /** Called with the address of each process that came up. */
  up(url: string): void
  /** Awaited after each death, before the next start. */
  dead(): Promise<void>
}

/** `deaths`: where the first process dies (kill-at.ts), the second, and so on; the one after the last lives. */
export function lives(place: Place, env: Record<string, string>, deaths: readonly string[], hooks: Hooks): Lives {
  let bot: Runbot | undefined
  let [kills, ended, before] = [0, false, '']
  let broken: Error | undefined

  /** One process, from its start to its death; rejects where it ends without being told to. */
  const live = async (killAt: string | undefined): Promise<void> => {
    const dying = { RUNBOT_IMPORT: PRELOAD, ...(killAt ? { RUNBOT_KILL_AT: killAt } : {}) }
    bot = await startRunbot(place, { ...env, ...dying })
    if (ended) await bot.stop()
    hooks.up(bot.url)
    const code = await bot.gone
    const killed = killAt !== undefined && code === null
    if (!killed && !ended) throw new Error(`runbot ended by itself (${code}):\n${bot.log()}`)
  }
  const all = (async () => {
    for (const killAt of [...deaths, undefined]) {
      await live(killAt).catch((error: unknown) => {
        // It may be told to die before it is up.
        if (killAt === undefined || !String(error).includes('ended with null')) throw error
      })
      before += bot?.log() ?? ''
      bot = undefined
      if (ended) return
      kills += 1
      await hooks.dead()
    }
  })().catch((error: unknown) => {
    broken = error instanceof Error ? error : new Error(String(error))
  })

  return {
    kills: () => kills,
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
