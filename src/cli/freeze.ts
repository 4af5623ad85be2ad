// Owns `npm run freeze`: the kill switch at a terminal, for when Teams is down. Who can write the store may use it.
import { hostname, userInfo } from 'node:os'
import { loadContent } from '../adapters/catalog/load.ts'
import { canonicalJson, sha256Hex } from '../adapters/store/hashing.ts'
import { activeFreezes, addFreeze, removeFreeze } from '../app/freezes.ts'
import { type Journal, journal as journalOf } from '../app/journal.ts'
import { forOpenRuns } from '../app/open-runs.ts'
import { clean } from '../app/views/escape.ts'
import { dated } from '../app/views/figures.ts'
import type { Freeze } from '../core/guardrails/input.ts'
import type { Person } from '../core/run.ts'
import { openStore } from '../open-store.ts'
import type { Content } from '../ports/catalog.ts'
import { type Clock, systemClock } from '../ports/clock.ts'
import { isPortError } from '../ports/errors.ts'
import type { Store } from '../ports/store.ts'
import { type FreezeCommand, readFreezeCommand } from './freeze-command.ts'
import { Complaint, loadEnvironment, type Output, printable, storeOf } from './terminal.ts'

interface Hands {
  readonly store: Store
  readonly clock: Clock
  readonly journal: Journal
  readonly person: Person
  readonly output: Output
}

/**
 * Runs one command line (its arguments alone) and answers the exit code: 0 it is done, 1 anything else. Never rejects.
 * Works on the store that RUNBOT_STORE names, whether runbot runs or not; it never makes one.
 */
export async function freeze(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: Output,
  person: Person = whoIsThis(),
): Promise<0 | 1> {
  try {
    const command = readFreezeCommand(args, () => contentOf(env))
    // Whoever freezes changes what is there; a typo makes no store.
    const how = { readOnly: command.do === 'list', mustExist: true, busyTimeoutMs: BUSY_MS }
    const { store, clock } = await openStore(storeOf(env), how)
    // It holds no lease.
    const settings = { leaseMs: 0 }
    const journal = journalOf({ store, clock, settings, hash: { canonicalize: canonicalJson, digest: sha256Hex } })
    try {
      return await perform(command, { store, clock, journal, person, output }, env)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (isPortError(error, 'notFound')) {
      output.err(printable(`${error.message}: start this where runbot starts, or set RUNBOT_STORE as it does`))
      return 1
    }
    const reason = error instanceof Error ? error.message : String(error)
    const holds = 'npm run freeze -- list shows what holds; to say it again does no harm'
    output.err(printable(error instanceof Complaint ? reason : `this failed: ${reason} (${holds})`))
    return 1
  }
}

/** A running runbot writes too: whoever wants to freeze would rather wait than hear that the store is busy. */
const BUSY_MS = 10_000

const perform = (command: FreezeCommand, hands: Hands, env: NodeJS.ProcessEnv): Promise<0 | 1> => {
  switch (command.do) {
    case 'list':
      return list(hands)
    case 'freeze':
      return begin(command, hands)
    case 'unfreeze':
      return end(command, hands, contentOf(env))
  }
}

async function list({ store, output }: Hands): Promise<0> {
  const active = await activeFreezes(store)
  for (const { scope, by, reason, at } of active)
    output.out(clean(`${what(scope)} is frozen since ${dated(at)} by ${by}: ${reason}`, 2000))
  if (active.length === 0) output.out('Nothing is frozen by hand. (Freezes by calendar stand in governance.yaml.)')
  return 0
}

async function begin(
  { scope, because }: FreezeCommand,
  { store, clock, journal, person, output }: Hands,
): Promise<0 | 1> {
  const added = await addFreeze(store, {
    scope,
    by: person.name,
    byId: person.id,
    reason: because,
    at: clock.now(),
  })
  if (!added) {
    const before = (await activeFreezes(store)).find((each) => each.scope === scope)
    output.err(clean(`${what(scope)} is frozen already${before ? ` by ${before.by}: ${before.reason}` : ''}`, 2000))
    return 1
  }
  await journal.control({ type: 'frozen', scope, by: person, reason: because })
  const woken = await wake(store, clock)
  const again = scope === 'all' ? 'unfreeze' : `unfreeze ${scope}`
  output.out(clean(`${what(scope)} is frozen by ${person.name}: no new mutating request leaves.`, 2000))
  output.out('Every runbot on this store honours it within a second. What is in flight finishes and is reported.')
  output.out(`Read-only work goes on. ${woken}`)
  output.out(clean(`To end it: ${again} in chat, or npm run freeze -- ${again} because "…"`, 500))
  return 0
}

async function end(
  { scope: wanted, because }: FreezeCommand,
  { store, clock, journal, person, output }: Hands,
  content: Content | undefined,
): Promise<0 | 1> {
  const active = (await activeFreezes(store)).find((each) => each.scope.toLowerCase() === wanted.toLowerCase())
  if (!active) throw new Complaint(`${what(wanted)} is not frozen: npm run freeze -- list shows what is`)
  const refuse = async (reason: string): Promise<never> => {
    await journal.control({ type: 'commandRefused', command: 'unfreeze', by: person, reason })
    throw new Complaint(reason)
  }
  const refused = whyNot(active, person, content)
  if (refused !== null) return refuse(refused)
  const { scope } = active
  // First the trail, then the effect, as in chat: nothing is unfrozen without an entry.
  await journal.control({ type: 'unfrozen', scope, by: person, reason: because })
  const holds = await removeFreeze(store, active)
  if (holds) return refuse(`${what(scope)} was frozen again meanwhile by ${holds.by}: ${holds.reason}`)
  const woken = await wake(store, clock)
  output.out(clean(`${what(scope)} is no longer frozen. ${woken}`, 2000))
  return 0
}

/** Where the rules cannot be read, whether this person may is unknown, so no (P5). */
function whyNot(active: Freeze, person: Person, content: Content | undefined): string | null {
  if (active.byId !== person.id) return null
  if (!content) return 'whether you may unfreeze what you froze cannot be told: mend the runbook files, or ask another'
  const rules = content.governance.freeze.unfreeze
  if (!rules?.not.includes('freezer')) return null
  return `who froze it may not unfreeze it: ask a member of ${rules.may.join(', ')}`
}

const what = (scope: string): string => (scope === 'all' ? 'Everything' : scope)

/** The freeze holds with or without this: a failure here must not read as if it did not. */
const wake = (store: Store, clock: Clock): Promise<string> =>
  forOpenRuns(store, (run) => store.wake(run, clock.now())).then(
    (woken) =>
      woken === 0 ? 'No run is open.' : `${woken} open ${woken === 1 ? 'run is' : 'runs are'} looked at again for it.`,
    (error: unknown) => `Open runs could not be told (${String(error)}): their cards follow later.`,
  )

/** The newest files as they stand; undefined where they are invalid. Secrets need not be set here. */
function contentOf(env: NodeJS.ProcessEnv): Content | undefined {
  const loaded = loadContent({ dir: env['RUNBOOKS_DIR'] || 'runbooks', env, clock: systemClock, unset: 'warning' })
  return loaded.ok ? loaded.content : undefined
}

/** Nobody proved who they are: the name says so. The account comes from the system, not from the environment. */
function whoIsThis(): Person {
  const name = `cli:${account()}@${hostname()}`
  return { id: name, name, tenant: 'cli' }
}

function account(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run as a number that no account has.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

if (import.meta.main) {
  process.exitCode = await freeze(process.argv.slice(2), loadEnvironment(), { out: console.log, err: console.error })
}
