// Owns a runbook whose requests hold what its preflight found: it goes back to the version before, and knows how to undo that.
import type { Runbook } from '../sandbox/ops-api/runs.ts'
import { operations, withRunbook } from './rollout.ts'
import type { Payload, Story, StoryOptions } from './story.ts'

/** What a host says of itself; anything, for the far side may be hostile. */
export interface Versions {
  version: unknown
  previous: unknown
  slots: unknown
  /** Whether the version that runs could be installed again. */
  available: boolean
}

const USUAL: Versions = { version: '2.4.1', previous: '2.3.9', slots: 3, available: true }

/** Hosts with a version each, behind the operations of `goBack`. */
export function hostsWithVersions() {
  const table = new Map<string, Versions>()
  const of = (host: unknown): Versions => table.get(String(host)) ?? USUAL
  /** What the host reports from now on. */
  const reports = (host: string, says: Partial<Versions>): void => void table.set(host, { ...of(host), ...says })
  const runbooks: Record<string, Runbook> = {
    'version-status': ({ host }) => ({ ...of(host) }),
    'version-store': ({ host }) => ({ available: of(host).available }),
    'set-version': ({ host, version }) => reports(String(host), { version }),
  }
  return { reports, runbooks }
}

const DOTTED = '[0-9]{1,4}([.][0-9]{1,6}){1,3}'
const captured = (name: string): string => `\${steps["go-back"].captured.${name}}`

/** `pattern`: what a version may look like. */
export const goBack = (more: Payload = {}, pattern = DOTTED): Payload => ({
  id: 'go-back',
  tier: 1,
  preflight: {
    do: 'ops.version_status',
    with: { host: '${target}' },
    expect: 'result.previous != result.version',
    capture: {
      version: { from: 'result.version', type: 'string', pattern },
      previous: { from: 'result.previous', type: 'string', pattern },
      slots: { from: 'result.slots', type: 'integer', min: 1, max: 12 },
    },
  },
  action: {
    do: 'ops.set_version',
    with: {
      host: '${target}',
      version: captured('previous'),
      slots: '${steps["go-back"].captured.slots + 1}',
      note: [`was ${captured('version')}`, 'by runbot'],
    },
  },
  rollback: {
    do: 'ops.set_version',
    with: { host: '${target}', version: captured('version') },
    check: {
      do: 'ops.version_store',
      with: { host: '${target}', version: captured('version') },
      expect: 'result.available',
    },
  },
  ...more,
})

/** A story whose hosts have these versions, and whose runbook goes back to the one before. */
export const withVersions = (
  { runbooks }: ReturnType<typeof hostsWithVersions>,
  runbook: Payload = {},
  options: StoryOptions = {},
): StoryOptions =>
  withRunbook(
    { targets: { max: 8, waves: ['100%'] }, steps: [goBack()], ...runbook },
    {
      ...options,
      runbooks,
      edit: (place) => {
        operations(place, {
          version_status: { tier: 0, runbook: 'version-status' },
          version_store: { tier: 0, runbook: 'version-store' },
          set_version: { tier: 1, runbook: 'set-version' },
        })
        options.edit?.(place)
      },
    },
  )

/** What was really sent to a host that changes it, oldest first. */
export const sentTo = ({ world }: Story, host: string): readonly Payload[] =>
  world.ops.effectsOf('set-version').flatMap(({ target, parameters }) => (target === host ? [parameters] : []))
