// Owns who and what is in the sandbox Entra directory, and who belongs to a group through the groups within it.
export type DirectoryPerson = { id: string; name: string }

/** `members` are ids of people and of groups. `hidden`: hidden membership, which needs Member.Read.Hidden. */
export type DirectoryGroup = { id: string; name: string; members: string[]; hidden?: boolean }

export const createDirectory = (everybody: DirectoryPerson[], all: DirectoryGroup[]) => {
  let people = everybody
  let groups = all

  /** Groups may contain each other, in a circle too. */
  const within = (group: DirectoryGroup, seen = new Set<string>()): Set<string> => {
    if (seen.has(group.id)) return new Set()
    seen.add(group.id)
    const nested = groups.filter((each) => group.members.includes(each.id))
    return new Set([...group.members, ...nested.flatMap((each) => [...within(each, seen)])])
  }
  return {
    person: (id: string): DirectoryPerson | undefined => people.find((each) => each.id === id.toLowerCase()),
    group: (id: string): DirectoryGroup | undefined => groups.find((each) => each.id === id.toLowerCase()),
    membersOf(group: DirectoryGroup): DirectoryPerson[] {
      const ids = within(group)
      return people.filter(({ id }) => ids.has(id))
    },
    setGroup(group: DirectoryGroup): void {
      groups = [...groups.filter(({ id }) => id !== group.id), group]
    },
    removePerson(id: string): void {
      people = people.filter((each) => each.id !== id)
    },
  }
}

export type EntraDirectory = ReturnType<typeof createDirectory>
