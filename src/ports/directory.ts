// Owns the question "does this person belong to that group now?".
import type { Group } from '../core/governance.ts'

/** `unknown` (the source is down, the person is unmapped) never counts as yes. */
export type Membership =
  | { readonly is: 'yes' }
  | { readonly is: 'no' }
  | { readonly is: 'unknown'; readonly reason: string }

export interface Directory {
  /** person: Entra object id. `fresh` bypasses every cache, as before a mutation. Never rejects. */
  membership(person: string, group: Group, options?: { fresh?: boolean }): Promise<Membership>
  /** Entra object ids of whoever is on call or in the group, as far as it can be told; for mentions, never for authority. */
  people(group: Group): Promise<readonly { readonly id: string; readonly name: string }[]>
}
