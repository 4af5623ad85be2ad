// Owns the person who reported the incident of a scenario: what runbot asks them, and what they answer.
import type { Person } from '../../core/run.ts'
import type { CallerAnswer, CallerRecords } from '../../ports/caller.ts'
import type { Clock } from '../../ports/clock.ts'

export interface ScenarioCaller {
  readonly records: CallerRecords
  /** Answers the question that stands, else the next one. */
  readonly answer: (works: boolean, note: string) => void
  /** Answers that no question has come for. */
  readonly unasked: () => number
}

/** `keep` gets the questions, as comments on the incident. `person` is undefined where nobody is named. */
export function scenarioCaller(
  person: Person | undefined,
  keep: (sysId: string, text: string) => void,
  clock: Pick<Clock, 'now'>,
): ScenarioCaller {
  const waiting: Omit<CallerAnswer, 'at'>[] = []
  const questions = new Set<string>()
  let stands = false
  let answered: CallerAnswer | undefined
  const meet = (): void => {
    const next = stands ? waiting.shift() : undefined
    if (!next) return
    answered = { ...next, at: clock.now() }
    stands = false
  }
  return {
    unasked: () => waiting.length,
    answer: (works, note) => {
      waiting.push({ works, text: `${works ? 'yes' : 'no'}${note === '' ? '' : `, ${note}`}` })
      meet()
    },
    records: {
      of: async () => person && { name: person.name, person: person.id },
      ask: async (sysId, text, marker) => {
        if (questions.has(marker)) return
        questions.add(marker)
        keep(sysId, text)
        stands = true
        meet()
      },
      answer: async (_sysId, since) => (answered && answered.at >= since ? answered : undefined),
    },
  }
}
