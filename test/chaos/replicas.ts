// Owns the replicas of one chaos world: four processes of runbot, killed, held and ended by signals, each started again at once.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Place, type Runbot, startRunbot } from '../story/runbot.ts'
import { REPLICAS } from './disturbances.ts'

const PRELOAD = new URL('preload.ts', import.meta.url).href
/** Whoever restarts containers gives up at some time, too. */
const STARTS_IN_A_ROW = 8
/** A store that fails while a replica starts ends it; it is not started in a tight loop. */
const AGAIN_MS = 200

export interface Struck {
  readonly kills: number
  readonly pauses: number
  /** SIGTERM. */
  readonly stops: number
  /** Starts that the store's failures prevented. */
  readonly falseStarts: number
}

export interface Replicas {
  /** Where they listen, or did until just now. */
  urls(): readonly string[]
  /** The process of this replica; undefined while it is not up. */
  pidOf(number: number): number | undefined
  /** One that is gone, or was told to go, is not struck. */
  kill(pid: number | undefined): void
  term(pid: number | undefined): void
  pause(pid: number | undefined, ms: number): void
  roll(): void
  struck(): Struck
  /** When each was killed, in real time. */
  readonly deaths: readonly number[]
  /** Everything that this one's processes logged. */
  output(number: number): string
  /** Throws when one did not come up, or ended, although nothing ended it. */
  check(): void
  end(): Promise<void>
}

/** `envOf`: the settings of the replica of this number. */
export function startReplicas(place: Place, envOf: (number: number) => Readonly<Record<string, string>>): Replicas {
  const bots: (Runbot | undefined)[] = []
  const urls: string[] = []
  const before: string[] = Array.from({ length: REPLICAS }, () => '')
  /** Processes that were told to go. */
  const told = new Set<number>()
  const deaths: number[] = []
  const counted = { kills: 0, pauses: 0, stops: 0, falseStarts: 0 }
  const comings = new Set<(number: number) => void>()
  let ended = false
  let broken: Error | undefined

  const up = async (number: number): Promise<Runbot | undefined> => {
    for (let starts = 1; !ended; starts += 1) {
      try {
        return await startRunbot(place, { ...envOf(number), RUNBOT_IMPORT: PRELOAD })
      } catch (error) {
        if (starts === STARTS_IN_A_ROW) throw error
        before[number] += `${(error as Error).message}\n`
        counted.falseStarts += 1
        await sleep(AGAIN_MS)
      }
    }
    return undefined
  }
  const live = async (number: number): Promise<void> => {
    while (!ended) {
      const bot = await up(number)
      if (!bot) return
      bots[number] = bot
      urls[number] = bot.url
      for (const come of comings) come(number)
      if (ended) void bot.stop()
      const code = await bot.gone
      bots[number] = undefined
      before[number] += bot.log()
      if (!told.has(bot.pid) && !ended) throw new Error(`replica ${number} ended by itself (${code}):\n${bot.log()}`)
    }
  }
  const lives = Array.from({ length: REPLICAS }, (_, number) =>
    live(number).catch((error: unknown) => {
      broken ??= error instanceof Error ? error : new Error(String(error))
    }),
  )
  /** It is at work before it says where it listens, so any process of ours may be meant. */
  const strike = (pid: number | undefined, name: NodeJS.Signals): pid is number => {
    if (pid === undefined || told.has(pid)) return false
    if (name !== 'SIGSTOP') told.add(pid)
    return signal(pid, name)
  }
  const isThere = (number: number): Promise<void> =>
    new Promise((resolve) => {
      const come = (which: number) => {
        if (which !== number) return
        comings.delete(come)
        resolve()
      }
      comings.add(come)
    })
  const term = (pid: number | undefined): boolean => {
    const isStruck = strike(pid, 'SIGTERM')
    if (isStruck) counted.stops += 1
    return isStruck
  }

  return {
    urls: () => urls.filter(Boolean),
    pidOf: (number) => bots[number]?.pid,
    kill(pid) {
      if (!strike(pid, 'SIGKILL')) return
      counted.kills += 1
      deaths.push(Date.now())
    },
    term: (pid) => void term(pid),
    pause(pid, ms) {
      if (!strike(pid, 'SIGSTOP')) return
      counted.pauses += 1
      setTimeout(() => signal(pid, 'SIGCONT'), ms)
    },
    roll() {
      void (async () => {
        for (let number = 0; number < REPLICAS; number += 1) {
          const back = isThere(number)
          if (term(bots[number]?.pid)) await back
        }
      })()
    },
    struck: () => ({ ...counted }),
    deaths,
    output: (number) => before[number] + (bots[number]?.log() ?? ''),
    check() {
      if (broken) throw broken
    },
    async end() {
      ended = true
      for (const bot of bots) {
        if (!bot) continue
        signal(bot.pid, 'SIGCONT')
        void bot.stop()
      }
      await Promise.all(lives)
    },
  }
}

/** False where it is gone already. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
