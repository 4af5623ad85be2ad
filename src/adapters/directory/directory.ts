// Owns the question who belongs to which group, by the kind of group, with a short memory for plain answers.
import type { Group } from '../../core/governance.ts'
import type { Instant } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Directory, Membership } from '../../ports/directory.ts'

/** One place where groups are written down. Rejections count as unknown. */
export interface GroupSource {
  membership(person: string, group: string): Promise<Membership>
  people(group: string): Promise<readonly { readonly id: string; readonly name: string }[]>
}

interface DirectoryOptions {
  readonly clock: Clock
  /** ServiceNow's groups by name, and whoever is on call for them. */
  readonly serviceNow?: { readonly group: GroupSource; readonly onCall: GroupSource } | undefined
  /** Microsoft Entra groups by id. */
  readonly graph?: GroupSource | undefined
}

/** How long a yes or a no may be repeated without asking; unknown never is. */
const rememberMs = 60_000
const mostRemembered = 5000

/** `everyone` and `owner` are resolved before: they are no kind of group. */
export function directory({ clock, serviceNow, graph }: DirectoryOptions): Directory {
  const remembered = new Map<
    string,
    { readonly membership: Membership; readonly until: Instant; readonly ask: number }
  >()
  let asks = 0

  const sourceOf = (group: Exclude<Group, { kind: 'members' }>): Place => {
    switch (group.kind) {
      case 'entra':
        return { source: graph, name: group.id, what: 'Microsoft Graph' }
      case 'servicenow':
        return { source: serviceNow?.group, name: group.name, what: 'ServiceNow' }
      case 'onCall':
        return { source: serviceNow?.onCall, name: group.name, what: 'ServiceNow' }
    }
  }

  return {
    async membership(person, group, { fresh = false } = {}) {
      if (person === '') return { is: 'unknown', reason: 'the person is not known by an Entra object id' }
      if (group.kind === 'members') return { is: listed(group.ids, person) ? 'yes' : 'no' }
      const { source, name, what } = sourceOf(group)
      if (!source) return { is: 'unknown', reason: `${what} is not configured` }
      const key = JSON.stringify([group.kind, name, person.toLowerCase()])
      const last = remembered.get(key)
      if (!fresh && last && clock.now() < last.until) return last.membership
      const askedAt = clock.now()
      const ask = ++asks
      const membership = await source.membership(person, name).catch(unknownFor(what))
      if (remembered.size >= mostRemembered) remembered.clear()
      // An answer that was overtaken by a later question's must not come back.
      if ((remembered.get(key)?.ask ?? 0) > ask) return membership
      if (membership.is === 'unknown') remembered.delete(key)
      else remembered.set(key, { membership, until: askedAt + rememberMs, ask })
      return membership
    },
    async people(group) {
      if (group.kind === 'members') return group.ids.map((id) => ({ id, name: id }))
      const { source, name } = sourceOf(group)
      return (await source?.people(name).catch(() => [])) ?? []
    },
  }
}

interface Place {
  readonly source: GroupSource | undefined
  readonly name: string
  readonly what: string
}

const listed = (ids: readonly string[], person: string): boolean =>
  ids.some((id) => id.toLowerCase() === person.toLowerCase())

const unknownFor =
  (what: string) =>
  (error: unknown): Membership => ({
    is: 'unknown',
    reason: error instanceof Error ? error.message : `${what} could not be asked`,
  })
