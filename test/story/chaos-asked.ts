// Owns what is asked for in every world of the chaos test: four runs, how each is started, and how it ends undisturbed.
import type { EndStatus } from '../../src/core/run.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import { groupId } from '../sandbox/world/people.ts'
import type { World } from '../sandbox/world.ts'
import type { Farm } from './chaos-farm.ts'
import { STEPS } from './chaos-files.ts'

export interface Asked {
  readonly name: string
  readonly targets: readonly string[]
  readonly from: 'incident' | 'chat'
  readonly environment: 'Test' | 'Production'
  /** How it ends where nothing dies; of two rivals one ends so, the other is stopped by policy. */
  readonly ends: EndStatus
  readonly rivals: boolean
  /** The target whose last step does no good. */
  readonly cursed: string | null
}

const things = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `thing-${letter}${index + 1}`)

const inTest = { environment: 'Test', rivals: false, cursed: null } as const

/** In production, where the matrix asks a person. */
export const APPROVED: Asked = {
  ...inTest,
  name: 'approved',
  targets: things('c', 2),
  from: 'chat',
  environment: 'Production',
  ends: 'succeeded',
}

export const ASKED: readonly Asked[] = [
  { ...inTest, name: 'incident', targets: things('a', 2), from: 'incident', ends: 'succeeded', rivals: true },
  { ...inTest, name: 'rival', targets: things('a', 2), from: 'chat', ends: 'succeeded', rivals: true },
  { ...inTest, name: 'cursed', targets: things('b', 3), from: 'chat', ends: 'rolledBack', cursed: 'thing-b2' },
  APPROVED,
]

/** Each target a CI, which names as its tags all that are changed together with it. */
export function seedThings({ servicenow }: World, farm: Farm): void {
  for (const { targets, environment, cursed } of ASKED) {
    for (const name of targets) {
      const owned = { support_group: groupId('Web Platform'), u_managed: 'true', u_user_count: '3' }
      const row: Row = { ...owned, name, environment, u_tags: targets.join(',') }
      if (!servicenow.rows('cmdb_ci').some((ci) => ci['name'] === name)) servicenow.seed('cmdb_ci_server', row)
    }
    if (cursed !== null) farm.curse(cursed, STEPS[1])
  }
}
