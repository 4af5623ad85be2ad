// Owns how the chaos test sees runs from outside: what the store holds, and waiting until nothing is owed any more.
import { CONTROL_CHAIN } from '../../src/core/control.ts'
import type { Store } from '../../src/ports/store.ts'
import { ASKED } from './chaos-asked.ts'
import type { Far } from './chaos-kinds.ts'
import { storyOf } from './chaos-log.ts'
import type { RunLog } from './crash-stage.ts'

const LOOK_EVERY_MS = 200

export interface ChaosView {
  runs(): Promise<readonly RunLog[]>
  /** Looks until it is so; fails when runbot cannot be started any more. */
  until(what: string, look: () => Promise<boolean>): Promise<void>
  /** Resolves when nothing is owed to any run, and the far side has answered and done all that was sent to it. */
  quiet(far: Far): Promise<void>
  /** What the runs say of themselves. */
  story(): Promise<string>
}

export interface Seeing {
  /** Undefined until there is one. */
  readonly store: () => Promise<Store | undefined>
  /** Throws where it is no use to wait. */
  readonly check: () => void
  readonly withinMs: number
}

export function chaosView({ store, check, withinMs }: Seeing): ChaosView {
  const records = async () => {
    const all = (await (await store())?.list({ limit: 100 })) ?? []
    return all.filter(({ chain }) => chain !== CONTROL_CHAIN)
  }
  const runs = async (): Promise<readonly RunLog[]> => {
    const from = await store()
    const all = await records()
    const logs = all.map(async (record) => ({ record, entries: (await from?.entries(record.chain)) ?? [] }))
    return (await Promise.all(logs)) as unknown as readonly RunLog[]
  }
  const until = async (what: string, look: () => Promise<boolean>): Promise<void> => {
    for (const deadline = Date.now() + withinMs; ; ) {
      check()
      if (await look()) return
      if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`)
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
  return {
    runs,
    until,
    async quiet(far) {
      await until('nothing is owed any more', async () => {
        const all = await records()
        const isQuiet = all.every(({ dueAt, lease }) => dueAt === null && lease === null)
        return all.length >= ASKED.length && isQuiet && (await (await store())?.backlog()) === 0
      })
      const launches = () => far.system.requests.filter(far.isLaunch)
      await until('every launch is answered', async () => launches().every(({ status }) => status !== undefined))
      await far.idle()
    },
    story: async () => (await runs()).map(storyOf).join('\n'),
  }
}
