// Owns what was deployed lately: one small document per service and per CI, bounded, and gone after a month (P8).
import type { Deploy } from '../core/alert.ts'
import type { NearDeploy } from '../core/surroundings.ts'
import { type Instant, isObject, type Json, type Millis } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

const KIND = 'deploy'
const SWEEP = 'deploy-sweep'
/** No `within` of a runbook looks further back. */
export const DEPLOYS_KEPT_MS: Millis = 30 * 24 * 3_600_000
/** The newest of one service or CI. */
const KEPT = 20
const SWEEP_EVERY_MS: Millis = 24 * 3_600_000
/** Reads at the same time. */
const AT_ONCE = 20

type Kept = NearDeploy & { readonly key: string }
type World = Pick<Deps, 'store' | 'clock' | 'hash'>

/**
 * Writes down that something was deployed; any number of times, in any order. A time later than its arrival is the
 * arrival's: a sender whose clock is ahead must not stay the newest. Rejects with a PortError where the store does.
 */
export async function recordDeploy(deps: World, deploy: Deploy, receivedAt: Instant): Promise<void> {
  const { key, service, version, previous, by } = deploy
  const kept: Kept = { key, service, version, previous, at: Math.min(deploy.at, receivedAt), by }
  const oldest = deps.clock.now() - DEPLOYS_KEPT_MS
  if (kept.at <= oldest) return
  const subjects = [...subjectsOf([service], deploy.ci === null ? [] : [deploy.ci])]
  for (const subject of subjects)
    await swap<void>(deps.store, KIND, keyOf(deps, subject), (value) => {
      const before = keptIn(value)
      if (before.some((each) => each.key === key)) return { result: undefined }
      const all = [...before, kept].filter((each) => each.at > oldest).toSorted(newestFirst)
      return { write: all.slice(0, KEPT), result: undefined }
    })
  await sweep(deps, oldest)
}

/**
 * What was deployed since to these services, or to CIs of these names; each once, the newest first. A name is either: what
 * the sender calls a service may be a CI's name. Rejects with a PortError where the store does.
 */
export async function deploysNear(
  deps: World,
  services: readonly string[],
  cis: readonly string[],
  since: Instant,
): Promise<readonly NearDeploy[]> {
  const found = new Map<string, Kept>()
  const keys = [...subjectsOf([...services, ...cis], cis)].map((subject) => keyOf(deps, subject))
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const documents = await Promise.all(keys.slice(from, from + AT_ONCE).map((key) => deps.store.get(KIND, key)))
    for (const each of documents.flatMap((document) => keptIn(document?.value)))
      if (each.at > since) found.set(each.key, each)
  }
  return [...found.values()]
    .toSorted(newestFirst)
    .map(({ service, version, previous, at, by }) => ({ service, version, previous, at, by }))
}

/** Of two at the same time the order is the same everywhere. */
const newestFirst = (a: Kept, b: Kept): number => b.at - a.at || (a.key < b.key ? -1 : 1)

const subjectsOf = (services: readonly string[], cis: readonly string[]): ReadonlySet<string> =>
  new Set([...services.map((name) => `service:${folded(name)}`), ...cis.map((name) => `ci:${folded(name)}`)])

const folded = (name: string): string => name.trim().toLowerCase()

/** Names come from outside: only their digest is a key. */
const keyOf = ({ hash }: World, subject: string): string => hash.digest(subject)

const keptIn = (value: Json | undefined): readonly Kept[] =>
  Array.isArray(value) ? value.filter(isObject).map((each) => each as unknown as Kept) : []

/** Once a day, whoever comes by removes what nobody deployed to for so long. Safe to do twice. */
async function sweep({ store, clock }: World, oldest: Instant): Promise<void> {
  const now = clock.now()
  const due = await swap<boolean>(store, SWEEP, 'last', (value) =>
    isObject(value) && Number(value['at']) > now - SWEEP_EVERY_MS
      ? { result: false }
      : { write: { at: now }, result: true },
  )
  if (!due) return
  for (const { key, value } of await store.all(KIND))
    if (keptIn(value).every((each) => each.at <= oldest))
      await swap<void>(store, KIND, key, (last) =>
        keptIn(last).every((each) => each.at <= oldest) ? { write: null, result: undefined } : { result: undefined },
      )
}
