// Owns where runbot may speak: conversations that it was added to, and which channel watches whose incidents.
import type { Run } from '../core/run.ts'
import { isObject, type JsonObject } from '../core/values.ts'
import type { Conversation } from '../ports/channel.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

const KNOWN = 'conversation'
const WATCH = 'watch'

/** Remembers a conversation, by its channel or its own id; a removed bot forgets it. */
export async function remember(deps: Deps, conversation: Conversation, present: boolean): Promise<void> {
  const key = deps.channel.keyOf(conversation)
  await swap<void>(deps.store, KNOWN, key, () => ({ write: present ? { conversation } : null, result: undefined }))
}

/** Binds a subject's incidents to a channel; the same subject may be watched by several. */
export const watch = (deps: Deps, subject: string, conversation: Conversation): Promise<void> =>
  swap<void>(deps.store, WATCH, watchKey(deps, subject, conversation), () => ({
    write: { subject, conversation },
    result: undefined,
  }))

/** Unbinds one subject, or all of this channel where none is named; answers what was unbound. */
export async function unwatch(
  deps: Deps,
  subject: string | null,
  conversation: Conversation,
): Promise<readonly string[]> {
  const key = deps.channel.keyOf(conversation)
  const gone: string[] = []
  for (const document of await deps.store.all(WATCH)) {
    const bound = binding(document.value)
    if (!bound || deps.channel.keyOf(bound.conversation) !== key) continue
    if (subject !== null && bound.subject.toLowerCase() !== subject.toLowerCase()) continue
    await deps.store.remove(WATCH, document.key, document.version)
    gone.push(bound.subject)
  }
  return gone
}

/**
 * Where an incident's run is shown: the channel that watches its assignment group, its runbook's owner or its service;
 * else the default channel; else nowhere, and it is recorded and counted only.
 */
export async function placeOf(deps: Deps, run: Run): Promise<Conversation | undefined> {
  if (run.origin.kind === 'chat') return run.origin.conversation
  const { incident, ci } = run.context
  const service = ci?.facts['service']
  const business = incident?.facts['business_service']
  const subjects = [
    incident?.group,
    run.runbook?.owner,
    service?.known ? `${service.value}` : undefined,
    business?.known ? `${business.value}` : undefined,
  ].flatMap((subject) => (subject ? [subject.toLowerCase()] : []))
  const watches = (await deps.store.all(WATCH)).flatMap((document) => binding(document.value) ?? [])
  for (const subject of subjects) {
    const found = watches.find((each) => each.subject.toLowerCase() === subject)
    if (found) return found.conversation
  }
  return defaultChannel(deps)
}

/** The thread in which a run's card stands; undefined where it stands nowhere (yet). */
export async function threadOf({ store }: Deps, run: Run): Promise<Conversation | undefined> {
  const cursor = (await store.get('cursor', `${run.id}:teams`))?.value
  const data = isObject(cursor) ? cursor['data'] : undefined
  const card = isObject(data) ? data['card'] : undefined
  const conversation = isObject(card) ? card['conversation'] : undefined
  return isObject(conversation) ? conversation : undefined
}

/** The channel of what nobody watches, and of what everybody should hear; undefined: there is none, or none that is known. */
export async function defaultChannel(deps: Deps): Promise<Conversation | undefined> {
  const id = deps.files.current().governance.defaultChannel
  if (id === undefined) return undefined
  const known = (await deps.store.all(KNOWN)).flatMap(({ value }) => {
    const conversation = isObject(value) ? value['conversation'] : undefined
    return isObject(conversation) ? [conversation] : []
  })
  const own = known.find((conversation) => deps.channel.keyOf(conversation) === id)
  if (own) return own
  const any = known[0]
  return any && deps.channel.inChannel(any, id)
}

const watchKey = (deps: Deps, subject: string, conversation: Conversation): string =>
  deps.hash.digest(JSON.stringify([subject.toLowerCase(), deps.channel.keyOf(conversation)])).slice(0, 32)

function binding(value: unknown): { readonly subject: string; readonly conversation: JsonObject } | undefined {
  const bound = value as JsonObject
  const subject = isObject(bound) ? bound['subject'] : undefined
  const conversation = isObject(bound) ? bound['conversation'] : undefined
  return typeof subject === 'string' && isObject(conversation) ? { subject, conversation } : undefined
}
