// Owns what is learnt from the record when an incident is over: the declared column, and only a person's word counts.
import type { Person } from '../core/run.ts'
import { isPortError } from '../ports/errors.ts'
import type { IncidentRecord } from '../ports/tickets.ts'
import { authority as authorityOf } from './authority.ts'
import { visibleCi } from './cis.ts'
import type { Deps } from './deps.ts'
import type { Journal } from './journal.ts'
import { keepLesson, keptLesson } from './lessons.ts'
import { lessonOf, remember, teachers } from './memory.ts'

/**
 * Reads the post-incident column of an incident that is over, and learns it where the person who saved it may teach;
 * else it is kept as a suggestion, which counts for nothing until `learn … yes`. Safe to repeat; what cannot be read
 * now is read with the incident's next update, and holds nothing up.
 */
export async function learnFromRecord(
  deps: Deps,
  journal: Journal,
  { incident, ciId }: Pick<IncidentRecord, 'incident' | 'ciId'>,
  run: string | null,
): Promise<void> {
  if (!deps.tickets.learned) return
  try {
    const written = await deps.tickets.learned(incident.sysId)
    if (!written) return
    const { runbooks } = deps.files.current().catalog
    const named = runbooks.get(written.text.toLowerCase())
    const ci = ciId === undefined ? undefined : await visibleCi(deps.tickets, ciId)
    const person = written.by && { ...written.by, tenant: 'servicenow' }
    const by = person && (await mayTeach(deps, person, named?.owner)) ? person : null
    const word = {
      context: { incident, ...(ci ? { ci } : {}), readAt: deps.clock.now() },
      run,
      runbook: named?.id ?? null,
      words: named ? '' : written.text,
      worked: true,
      source: 'servicenow',
    } as const
    const lesson = lessonOf(deps, word, by)
    const before = await keptLesson(deps, lesson)
    // What a person said, or took back, in chat stands: only another text in the record is another lesson.
    if (before?.by || before?.forgotten || (before && by === null)) return
    if (by) await remember(deps, journal, { ...lesson, by })
    else await keepLesson(deps, lesson)
  } catch (error) {
    if (!isPortError(error)) throw error
    deps.log.warn({ incident: incident.number, reason: error.message }, 'what helped could not be read from the record')
  }
}

/** Who cannot be told to be of the groups is not. */
async function mayTeach({ directory, files }: Deps, person: Person, owner: string | undefined): Promise<boolean> {
  const content = () => files.current()
  const groups = teachers(content().governance, owner)
  const allowed = await authorityOf(directory, content).inAny(person.id, groups, owner ?? '')
  return allowed.known && allowed.value
}
