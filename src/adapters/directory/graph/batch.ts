// Owns putting questions about one person together: those of the same turn of the event loop leave as one request.

/** Which of these groups, at most 20, the person belongs to. */
export type Ask = (person: string, groups: readonly string[]) => Promise<ReadonlySet<string>>

/** How many ids one request may hold (CONTRACTS 7.1). */
const mostAtOnce = 20

interface Batch {
  readonly groups: Set<string>
  readonly asked: Promise<ReadonlyMap<string, Promise<ReadonlySet<string>>>>
}

/**
 * Asks whether a person belongs to a group. No answer is used for a question that came after its request left. More
 * than 20 groups go as several requests at the same time, each failing for itself alone.
 */
export function batched(ask: Ask): (person: string, group: string) => Promise<boolean> {
  const open = new Map<string, Batch>()
  const begin = (person: string): Batch => {
    const groups = new Set<string>()
    const asked = turnEnd().then(() => {
      open.delete(person)
      const all = [...groups]
      const requests = Array.from({ length: Math.ceil(all.length / mostAtOnce) }, (_, index) => {
        const some = all.slice(index * mostAtOnce, (index + 1) * mostAtOnce)
        const answer = ask(person, some)
        return some.map((group) => [group, answer] as const)
      })
      return new Map(requests.flat())
    })
    const batch = { groups, asked }
    open.set(person, batch)
    return batch
  }
  return async (person, group) => {
    const batch = open.get(person) ?? begin(person)
    batch.groups.add(group)
    const answers = await batch.asked
    return (await answers.get(group))?.has(group) ?? false
  }
}

const turnEnd = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
