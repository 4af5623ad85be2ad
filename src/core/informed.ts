// Owns the events of a run that tell what was learnt around it: a model's advice, a storm's members, what people did instead.
import type { Person } from './run.ts'
import type { Instant, JsonObject, Millis } from './values.ts'

/** One alert or incident of a storm, as people read it. */
export interface Member {
  /** What tells it from others: an alert's key, or an incident's sys_id. */
  readonly key: string
  readonly title: string
  readonly ci: string | null
  /** Why it belongs here: `same CI`, `same signature`, `web-01 depends on lb-01`. */
  readonly why: string
}

/** What a model said, after everything that it may not say was dropped (P9). */
export interface Advice {
  readonly model: string
  /** Runbooks that fit, the model's first choice on top, with its reasons. */
  readonly ranking: readonly { readonly runbook: string; readonly reason: string }[]
  /** Values for declared parameters of the chosen runbook, within their bounds. */
  readonly values: JsonObject
  /** 0 to 1, as the model says. */
  readonly confidence: number | null
  /** It says that none of the runbooks helps; the rules decide all the same, and a person looks. */
  readonly none: boolean
  /** What it said besides, and why it does not count. One sentence each. */
  readonly dropped: readonly string[]
  /** The runbook is the model's choice, where the rules had another or none. */
  readonly chose: boolean
  /** The chosen runbook, or a value of the plan, is the model's. */
  readonly used: boolean
}

export type Informed =
  | ({ readonly type: 'advised' } & Advice)
  /** Further alerts or incidents of the same cause since the last entry of this kind. */
  | {
      readonly type: 'stormGrew'
      /** Distinct members so far, and how many of them are resolved by now. */
      readonly members: number
      readonly resolved: number
      /** The newest ones, 20 at most. */
      readonly sample: readonly Member[]
      readonly root: { readonly ci: string; readonly reason: string } | null
      /** Signatures that were not seen in this storm before. */
      readonly symptoms: readonly string[]
    }
  /** A person agreed that further members of these signatures are counted and not told, until then. */
  | {
      readonly type: 'suppressed'
      readonly by: Person
      /** 0: the quiet time ends at once. */
      readonly until: Instant
      readonly symptoms: readonly string[]
      readonly reason?: string
    }
  /** What a recorded run would have done, beside what people did. */
  | {
      readonly type: 'compared'
      /** null: it cannot be told. */
      readonly agrees: boolean | null
      readonly reason: string
      /** How much sooner it would have been over; null: it cannot be told. */
      readonly savedMs: Millis | null
      readonly actual: JsonObject
      /** Who says so; null: runbot read it from the record. */
      readonly by: Person | null
    }
  /** It went wrong although nobody was asked: from now on its runbook asks in these environments. */
  | { readonly type: 'demoted'; readonly environments: readonly string[]; readonly reason: string }

/** What a run log says of this; the newest of each kind. */
export interface Knowledge {
  readonly advice: Advice | null
  readonly storm: Omit<Extract<Informed, { type: 'stormGrew' }>, 'type'> | null
  readonly suppressed: Omit<Extract<Informed, { type: 'suppressed' }>, 'type'> | null
  readonly compared: Omit<Extract<Informed, { type: 'compared' }>, 'type'> | null
  readonly demoted: Omit<Extract<Informed, { type: 'demoted' }>, 'type'> | null
}

export const NOTHING_LEARNT: Knowledge = { advice: null, storm: null, suppressed: null, compared: null, demoted: null }

/** What is known after one more event. Symptoms add up; the members shown are the newest. */
export function inform(before: Knowledge, event: Informed): Knowledge {
  const { type: _, ...rest } = event
  switch (event.type) {
    case 'advised':
      return { ...before, advice: rest as Knowledge['advice'] }
    case 'stormGrew': {
      const seen = before.storm?.symptoms ?? []
      const symptoms = [...seen, ...event.symptoms.filter((each) => !seen.includes(each))]
      return { ...before, storm: { ...(rest as NonNullable<Knowledge['storm']>), symptoms } }
    }
    case 'suppressed':
      return { ...before, suppressed: rest as Knowledge['suppressed'] }
    case 'compared':
      return { ...before, compared: rest as Knowledge['compared'] }
    case 'demoted':
      return { ...before, demoted: rest as Knowledge['demoted'] }
  }
}
