// Owns the people of a scenario and who belongs to which group, in place of Entra and ServiceNow.
import { whoOf } from '../../adapters/catalog/scenario-people.ts'
import { sha256Hex } from '../../adapters/store/hashing.ts'
import type { Governance, Group } from '../../core/governance.ts'
import type { Person } from '../../core/run.ts'
import { own } from '../../core/values.ts'
import type { Directory } from '../../ports/directory.ts'
import { Complaint } from '../terminal.ts'

export interface People {
  /** Who is meant by a text such as `small-team`, `owner/2` or `Rosa Neri`; the same text is always the same person. */
  readonly person: (text: string) => Person
  readonly directory: Directory
}

const TENANT = '0e0e0000-0000-4000-8000-000000000001'

/** `declared` is `given.people`: a name, and the groups that the person belongs to. `owner` is the runbook's owner group. */
export function people(
  { groups }: Pick<Governance, 'groups'>,
  owner: string,
  declared: { readonly [name: string]: readonly string[] } = {},
): People {
  const known = new Map<string, { readonly person: Person; readonly groups: Set<string> }>()
  const keyOf = (name: string): string | undefined => {
    const group = own(groups, name === 'owner' ? owner : name)
    return group && JSON.stringify(group)
  }
  const enter = (id: string, name: string, names: readonly string[]): Person => {
    const entry = known.get(id) ?? { person: { id, name, tenant: TENANT }, groups: new Set<string>() }
    known.set(id, entry)
    for (const key of names.map(keyOf)) if (key !== undefined) entry.groups.add(key)
    return entry.person
  }

  const nth = (named: string, number: number): Person => {
    if (named === 'everyone') return enter(idOf('everyone', number), `somebody ${number}`, [])
    const name = named === 'owner' ? owner : named
    const group = own(groups, name)
    if (!group) throw new Complaint(`there is no group ${name}`)
    const listed = group.kind === 'members' ? group.ids[number - 1] : idOf(`group ${name}`, number)
    if (listed === undefined) throw new Complaint(`the group ${name} has fewer than ${number} members`)
    return enter(listed, number === 1 ? name : `${name}/${number}`, [name])
  }
  const person = (text: string): Person => {
    const who = whoOf(text, declared)
    if (who.kind === 'group') return nth(who.group, who.nth)
    return enter(idOf('person', who.name), who.name, own(declared, who.name) ?? [])
  }
  for (const name of Object.keys(declared)) person(name)

  const isIn = (id: string, group: Group): boolean =>
    (group.kind === 'members' && group.ids.includes(id)) || known.get(id)?.groups.has(JSON.stringify(group)) === true
  return {
    person,
    directory: {
      membership: async (id, group) => ({ is: isIn(id, group) ? 'yes' : 'no' }),
      people: async (group) => {
        const names = Object.keys(groups).filter((name) => keyOf(name) === JSON.stringify(group))
        for (const name of names) nth(name, 1)
        return [...known.values()].flatMap((each) => (isIn(each.person.id, group) ? [each.person] : []))
      },
    },
  }
}

/** An Entra object id that is always the same for the same words. */
function idOf(...words: readonly (string | number)[]): string {
  const hash = sha256Hex(JSON.stringify(words))
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
