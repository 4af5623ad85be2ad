// Owns the store for many replicas: one Cosmos DB account that all of them share, put together from its parts.
import type { Clock } from '../../../ports/clock.ts'
import { systemClock } from '../../../ports/clock.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Store } from '../../../ports/store.ts'
import { type AccountOptions, account } from './account.ts'
import { chains } from './chains.ts'
import { CLOCK, type ContainerName, diagnose, type Finding } from './diagnose.ts'
import { documents } from './documents.ts'
import { closed } from './errors.ts'
import { intake } from './intake.ts'
import { type Patience, usualPatience } from './patience.ts'
import { requests } from './requests.ts'
import { serverClock } from './server-clock.ts'
import { INLINE_LENGTH, type Writing } from './writing.ts'

export interface CosmosOptions extends AccountOptions {
  /** What time is reckoned from between two answers; it cannot be set from outside unless given. */
  readonly clock?: Clock
  readonly random?: () => number
  readonly patience?: Partial<Patience>
}

export interface CosmosStore {
  readonly store: Store
  /** The store's own time, the same for every replica. */
  readonly clock: Clock
  /** What is wrong and does not keep the store from working, for the log; empty where all is in order. */
  readonly warnings: readonly string[]
  /** Everything that an admin can mend, looked at again. Never rejects. */
  diagnose(): Promise<readonly Finding[]>
}

/**
 * Opens the store; it must exist (infra/main.bicep makes it, for an identity without administrative rights cannot).
 * Rejects with a PortError whose message is one sentence for a person: `malformed`, `denied`, `notFound`, `unavailable`.
 */
export async function cosmosStore(options: CosmosOptions): Promise<CosmosStore> {
  const { clock: local = steadyClock, random = Math.random } = options
  const patience = { ...usualPatience, ...options.patience }
  const used = account(options, patience)
  const time = serverClock(local)
  const look = () => diagnose(used, { time, local }, patience.attemptMs)

  const { fatal, warnings } = judged(await look())
  if (fatal) {
    used.client.dispose()
    throw fatal
  }
  const writing = (name: ContainerName): Writing => ({
    requests: requests(used.database.container(name), { patience, random, time, local }),
    patience,
    random,
    inlineLength: INLINE_LENGTH,
  })
  const [runs, events, control] = [writing('runs'), writing('intake'), writing('control')]
  const parts = {
    ...chains(runs, time.clock),
    ...intake(events, time.clock),
    ...documents(control),
    async ping() {
      await control.requests.read({ pk: 'ping', id: 'ping' })
    },
  }
  return {
    store: closing(parts, () => used.client.dispose()),
    clock: time.clock,
    warnings,
    diagnose: look,
  }
}

/** `doctor` on an installation whose store cannot be opened. Never rejects. */
export async function diagnoseCosmos(options: CosmosOptions): Promise<readonly Finding[]> {
  const { clock: local = steadyClock } = options
  const patience = { ...usualPatience, ...options.patience }
  try {
    const used = account(options, patience)
    const findings = await diagnose(used, { time: serverClock(local), local }, patience.attemptMs)
    used.client.dispose()
    return findings
  } catch (error) {
    return [
      {
        what: 'configuration',
        ok: false,
        wrong: (error as Error).message,
        mend: 'correct COSMOS_ENDPOINT or COSMOS_KEY',
      },
    ]
  }
}

/** Wall clock at the start, and from then on one that nobody sets. */
const steadyClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: systemClock.sleep,
}

/** A clock that is off only warns: the store's own time is what counts. */
function judged(findings: readonly Finding[]): { readonly warnings: readonly string[]; readonly fatal?: PortError } {
  const wrong = findings.filter(({ ok }) => !ok)
  const sentenceOf = ({ wrong: why, mend }: Finding) => `${why}: ${mend}`
  const warnings = wrong.filter(({ what }) => what === CLOCK).map(sentenceOf)
  const grave = wrong.find(({ what }) => what !== CLOCK)
  if (!grave) return { warnings }
  const message = `the store cannot be used: ${sentenceOf(grave)}`
  return { warnings, fatal: new PortError(grave.kind ?? 'malformed', message) }
}

/** Lets what was asked for finish, then makes every later call `unavailable`. */
function closing(parts: Omit<Store, 'close'>, dispose: () => void): Store {
  const underWay = new Set<Promise<unknown>>()
  let ending: Promise<void> | undefined
  const gated = Object.entries(parts).map(([name, method]) => {
    const call = (...args: readonly unknown[]): Promise<unknown> => {
      if (ending) return Promise.reject(closed())
      const work = (method as (...given: readonly unknown[]) => Promise<unknown>)(...args)
      underWay.add(work)
      const over = () => underWay.delete(work)
      work.then(over, over)
      return work
    }
    return [name, call]
  })
  return {
    ...(Object.fromEntries(gated) as Omit<Store, 'close'>),
    close() {
      ending ??= Promise.allSettled(underWay).then(dispose)
      return ending
    },
  }
}
