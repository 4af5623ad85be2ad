// Owns the events of a run that somebody took in hand, that the brake stopped, or whose caller was asked.
import type { At, EndStatus, Person } from './run.ts'

export type Intervened =
  /** A person has the run in hand: nothing new is started, and when nothing is under way any more it waits for them. */
  | { readonly type: 'takenOver'; readonly by: Person; readonly reason: string }
  /** The person gives it back: runbot goes on from where it stands. */
  | { readonly type: 'resumed'; readonly by: Person; readonly reason: string; readonly released?: true }
  /** What became of a request that nobody could tell: a person looked. */
  | ({
      readonly type: 'settled'
      readonly which: 'action' | 'rollback'
      readonly happened: boolean
      readonly by: Person
      readonly reason: string
    } & At)
  /** A new attempt of a failed step, with a key of its own; `by` is null where the runbook lets runbot do so. */
  | ({ readonly type: 'retried'; readonly attempt: number; readonly by: Person | null; readonly reason: string } & At)
  /** Every step that ran is to be undone; `released`: also during a freeze. */
  | { readonly type: 'rollbackRequested'; readonly by: Person; readonly reason: string; readonly released?: true }
  /** The brake fell: nothing new is started, what is under way comes to its end, then the run ends like this. */
  | { readonly type: 'braked'; readonly status: EndStatus; readonly reason: string }
  /** The caller is asked whether it works; null: nobody answered in time. */
  | ({ readonly type: 'confirmAsked'; readonly of: string } & At)
  | ({
      readonly type: 'confirmed'
      readonly ok: boolean
      readonly reason: string
      readonly by: string | null
      readonly via?: 'servicenow'
    } & At)
