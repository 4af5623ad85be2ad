// Owns incident episodes: one run per episode, a reopening begins a new one, runbot's own updates never do.
import type { Incident } from '../core/incident.ts'
import { isObject, type Json } from '../core/values.ts'
import type { Store } from '../ports/store.ts'
import { swap } from './documents.ts'

/** `run` null: the incident was weighed and no run was started, for `declined`. */
export interface Episode {
  readonly n: number
  readonly reopened: number
  readonly over: boolean
  readonly run: string | null
  readonly declined: string | null
  /** runbot is about to open the incident again: that it still reads as over says nothing. */
  readonly opening?: true
}

const KIND = 'episode'
const NONE: Episode = { n: 0, reopened: 0, over: true, run: null, declined: null }

export async function episodeOf(store: Store, sysId: string): Promise<Episode> {
  return asEpisode((await store.get(KIND, sysId))?.value)
}

/** Whether what was read belongs to a new episode: never seen, over before, or reopened since. */
export const isNew = (episode: Episode, incident: Incident): boolean =>
  episode.n === 0 || episode.over || incident.reopened > episode.reopened

/**
 * Ends the episode; the next active state begins a new one. `seen`: as it was before the incident was read as over; one
 * that has changed since, or is being opened, goes on.
 */
export const endEpisode = (store: Store, sysId: string, seen?: Episode): Promise<void> =>
  swap<void>(store, KIND, sysId, (value) => {
    const episode = asEpisode(value)
    const moved = seen !== undefined && (episode.opening || JSON.stringify(episode) !== JSON.stringify(seen))
    return episode.n === 0 || episode.over || moved
      ? { result: undefined }
      : { write: { ...episode, over: true }, result: undefined }
  })

/**
 * runbot itself opens the incident again, because what had resolved it was undone: that begins no new episode. To be
 * called before the update, which ServiceNow counts as a reopening, and `settleEpisode` after it.
 */
export const continueEpisode = (store: Store, sysId: string): Promise<void> =>
  swap<void>(store, KIND, sysId, (value) => {
    const episode = asEpisode(value)
    return episode.over && episode.n > 0
      ? { write: { ...episode, over: false, reopened: episode.reopened + 1, opening: true }, result: undefined }
      : { result: undefined }
  })

/** The update was made, or refused: from now on the record tells again; `over` is what it says. */
export const settleEpisode = (store: Store, sysId: string, over: boolean): Promise<void> =>
  swap<void>(store, KIND, sysId, (value) => {
    const { opening, ...episode } = asEpisode(value)
    return opening ? { write: { ...episode, over }, result: undefined } : { result: undefined }
  })

/** A process that stood still does not bring back an episode before the one that is there. */
export const writeEpisode = (store: Store, sysId: string, episode: Episode): Promise<void> =>
  swap<void>(store, KIND, sysId, (value) =>
    asEpisode(value).n > episode.n ? { result: undefined } : { write: { ...episode }, result: undefined },
  )

/** The episode goes on under another run, which took this one's place. */
export const moveEpisode = (store: Store, sysId: string, from: string, to: string): Promise<void> =>
  swap<void>(store, KIND, sysId, (value) => {
    const episode = asEpisode(value)
    return episode.run === from ? { write: { ...episode, run: to }, result: undefined } : { result: undefined }
  })

const asEpisode = (value: Json | undefined): Episode => (isObject(value) ? { ...NONE, ...value } : NONE)
