// Owns whom an ask is addressed to, by name: for mentions, copies and records; never for authority (P10).
import { exclusionOf } from '../core/approval.ts'
import { groupsAt } from '../core/rule.ts'
import type { Ask, Run } from '../core/run.ts'
import { own } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { partiesOf } from './parties.ts'

export interface NamedPerson {
  readonly id: string
  readonly name: string
}

export interface Approvers {
  /** Whoever could answer this ask now, as far as the directory tells; without those whom its rule excludes. */
  of(run: Run, ask: Ask): Promise<readonly NamedPerson[]>
  /** The people of some groups. */
  in(run: Run, groups: readonly string[]): Promise<readonly NamedPerson[]>
}

/** More are neither mentioned nor written to: a group that large is no address. */
const MOST = 60

export function approvers(deps: Pick<Deps, 'directory' | 'files' | 'clock'>): Approvers {
  const inGroups = async (run: Run, names: readonly string[]): Promise<readonly NamedPerson[]> => {
    const { groups } = deps.files.current().governance
    const found = await Promise.all(
      names.map(async (name) => {
        const group = own(groups, name === 'owner' ? (run.runbook?.owner ?? '') : name)
        return group ? deps.directory.people(group).catch(() => []) : []
      }),
    )
    // Who is listed by id alone comes first, so that another group's name for them stays.
    const all = found.flat().toSorted((a, b) => Number(b.name === b.id) - Number(a.name === a.id))
    const unique = new Map(all.map((person) => [person.id.toLowerCase(), person]))
    return [...unique.values()].slice(0, MOST)
  }
  return {
    in: inGroups,
    of: async (run, ask) => {
      const parties = partiesOf(deps, run)
      const people = await inGroups(run, groupsAt(ask.rule, ask.at, deps.clock.now()))
      return people.filter((person) => exclusionOf(ask.rule, person, parties) === null)
    },
  }
}
