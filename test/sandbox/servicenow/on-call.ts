// Owns /api/now/on_call_rota/whoisoncall: who is on call for which group. CONTRACTS 1.5
import type { Answer, Call } from '../server.ts'
import { result } from './answers.ts'
import { sysIdOf } from './records.ts'

/** `userId` is '' where a device or a group is on call. */
export type OnCallEntry = { group: string; userId: string; order: number; rota?: string; roster?: string }

export const createOnCall = () => {
  let entries: OnCallEntry[] = []
  const shape = ({
    group,
    userId,
    order,
    rota = sysIdOf(`rota ${group}`),
    roster = sysIdOf(`roster ${group}`),
  }: OnCallEntry) => ({
    memberId: sysIdOf(`member ${group} ${userId}`),
    memberScheduleId: '',
    rotationScheduleId: '',
    userId,
    roster,
    rota,
    group,
    order,
    isOverride: false,
    isDevice: userId === '',
    deviceId: '',
    userIds: [],
    deviceIds: [],
    escalationGroups: [],
  })
  return {
    /** Replaces who is on call for a group, first in line first; an empty list is nobody. */
    set(group: string, userIds: string[]): void {
      const others = entries.filter((entry) => entry.group !== group)
      entries = [...others, ...userIds.map((userId, index) => ({ group, userId, order: index + 1 }))]
    },
    /** Filters by group_ids, rota_ids, roster_ids; other names are as if absent. Rows come in no useful order. */
    handle({ query }: Call): Answer {
      const within = (ids: string | undefined, id: string): boolean => !ids || ids.split(',').includes(id)
      const found = entries
        .map(shape)
        .filter(
          ({ group, rota, roster }) =>
            within(query.group_ids, group) && within(query.rota_ids, rota) && within(query.roster_ids, roster),
        )
      return result(found.toReversed())
    },
  }
}
