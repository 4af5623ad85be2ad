// Owns what autonomy learns from runs: it is taken back where one went wrong by itself, and recorded ones are looked back on.
import { whyDemoted } from '../../core/demotion.ts'
import type { RunEvent } from '../../core/run.ts'
import type { JsonObject } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import { defaultChannel, placeOf } from '../conversations.ts'
import { demote } from '../demotion.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'
import { sharedLocale } from '../locale/readers.ts'
import { inVoice } from '../locale/voice.ts'
import { lookBack } from '../shadow.ts'
import { demotedText } from '../views/demoted.ts'
import { type Surface, surface, type Telling } from './surface.ts'

/**
 * A surface, because it owes each run what surfaces do: the same entries in order, once, on one replica at a time, also
 * after a crash. A recorded run comes back by itself until its incident is over; the incident's end wakes it sooner.
 */
export function autonomySurface(deps: Deps, journal: Journal): Surface {
  /** The run's own thread is told by its own surface; the default channel here, where that is another place. */
  const tellAll = async ({ run, entry, maybeTold, attempt }: Telling): Promise<void> => {
    const event = entry.event as unknown as RunEvent
    if (event.type !== 'demoted') return
    const [place, all] = await Promise.all([placeOf(deps, run), defaultChannel(deps)])
    if (!all || (place && deps.channel.keyOf(place) === deps.channel.keyOf(all))) return
    const text = inVoice(sharedLocale(deps), () => demotedText(run, event, maybeTold))
    await attempt()
    try {
      await deps.channel.openThread(all, { text })
    } catch (error) {
      if (!isPortError(error, 'denied')) throw error
      deps.log.warn({ run: run.id, reason: error.message }, 'the default channel does not take it')
    }
  }

  const tell = async (telling: Telling): Promise<JsonObject> => {
    const { run, newest, entry, cursor, still } = telling
    const reason = (entry.event as unknown as RunEvent).type === 'finished' ? whyDemoted(run) : null
    if (reason !== null) await demote(deps, journal, newest, { at: entry.at, reason, still })
    await tellAll(telling)
    return cursor.data
  }

  return surface(deps, journal, {
    name: 'autonomy',
    oneAtATime: true,
    isFinal: () => false,
    tell,
    settle: async (run, { data }) => ({ data, at: await lookBack(deps, journal, run) }),
  })
}
