// Owns the farm: what the changes of the chaos test did to its things, as anybody can look at, and a plain HTTP way to change them.
import { objectOf, type Server, serve } from '../sandbox/server.ts'

/** One real change at the far side, as that side counted it. */
export interface Effect {
  /** What it bears the idempotency key as; null where there is no place for one. */
  readonly key: string | null
  readonly run: string
  readonly step: string
  readonly target: string
  readonly what: 'action' | 'rollback'
}

export type Farm = Server & {
  /** Every change that came as a plain POST. */
  readonly posted: Effect[]
  /** From where the farm knows what was changed. */
  watch(effects: () => readonly Effect[]): void
  /** Changes of this step never do this target any good. */
  curse(target: string, step: string): void
}

/** GET /things/{target}/{step} answers `{good, changes}`; POST /things changes one. */
export async function startFarm(): Promise<Farm> {
  const posted: Effect[] = []
  const cursed = new Set<string>()
  let effects: () => readonly Effect[] = () => posted
  const server = await serve({
    handler(call) {
      if (call.method === 'POST') {
        posted.push({ ...(objectOf(call) as unknown as Effect), key: null })
        return { status: 200, body: { changed: true } }
      }
      const [, target = '', step = ''] = call.segments
      const changes = effects().filter((each) => each.target === target && each.step === step)
      const good = changes.at(-1)?.what === 'action' && !cursed.has(`${target}/${step}`)
      return { status: 200, body: { good, changes: changes.length } }
    },
  })
  return {
    ...server,
    posted,
    watch(from) {
      effects = from
    },
    curse: (target, step) => void cursed.add(`${target}/${step}`),
  }
}
