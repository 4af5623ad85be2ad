// Owns what governance.yaml says of setting a guardrail aside: standing exceptions with what signatures are bound to, and the glass.
import type { BreakGlass, Governance, StandingException } from '../../core/governance.ts'
import { contentHash } from './content-hash.ts'
import type { GovernanceFile } from './governance-schema.ts'

type ExceptionsFile = NonNullable<GovernanceFile['exceptions']>

const GLASS_QUORUM = 2
const GLASS_EXPIRES_MS = 15 * 60_000

/** Without an `exceptions` part nobody may sign, and there is nothing to sign. */
export const exceptionsOf = (file: ExceptionsFile | undefined): Governance['exceptions'] => ({
  may: file?.may ?? [],
  standing: Object.fromEntries(
    Object.entries(file?.standing ?? {}).map(([name, each]): [string, StandingException] => [
      name,
      { ...each, name, content: contentHash({ name, ...each }) },
    ]),
  ),
})

export const breakGlassOf = (file: NonNullable<GovernanceFile['breakGlass']>): BreakGlass => ({
  may: file.may,
  quorum: file.quorum ?? GLASS_QUORUM,
  expiresMs: file.expires ?? GLASS_EXPIRES_MS,
  setsAside: file.setsAside ?? ['change window'],
  ...(file.page === undefined ? {} : { page: file.page }),
})
