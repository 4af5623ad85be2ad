// Owns the memory of incidents: what people said helped, for incidents such as this one, and adding to it.
import { classOf } from '../core/classify.ts'
import type { Governance } from '../core/governance.ts'
import { environmentOf } from '../core/guardrails/environment.ts'
import type { IncidentContext } from '../core/incident.ts'
import {
  type Ending,
  type Features,
  featuresOf,
  type Lesson,
  type PastRecord,
  recordsIn,
  type Similar,
  similarIn,
} from '../core/memory.ts'
import type { Person } from '../core/run.ts'
import type { JsonObject } from '../core/values.ts'
import type { Deps } from './deps.ts'
import type { Journal } from './journal.ts'
import { dropLesson, keepLesson, lessonsFor } from './lessons.ts'

type Remembering = Pick<Deps, 'store' | 'hash' | 'files'>

/**
 * What people said of these runbooks for incidents such as this one, the best first: on this very CI, else in this
 * class. It ranks what fits and never makes anything fit. Rejects with a PortError where the store does not answer.
 */
export async function recordsOf(
  deps: Remembering,
  context: IncidentContext,
  runbooks: readonly string[],
): Promise<ReadonlyMap<string, PastRecord>> {
  const features = featuresIn(deps, context)
  return recordsIn(await lessonsFor(deps, features), features, context.ci?.sysId, runbooks)
}

/**
 * What ended incidents such as this one: lessons that people confirmed, then what the records say of earlier incidents
 * of this CI or signature. For a person to read; nothing of it is ever sent. Rejects as `recordsOf`.
 */
export async function similar(deps: Remembering, context: IncidentContext): Promise<readonly Similar[]> {
  const features = featuresIn(deps, context)
  const lessons = await lessonsFor(deps, features)
  const endings = [
    ...lessons.map((each): Ending => ({ ...each, confirmed: each.by !== null })),
    ...past(context, features),
  ]
  return similarIn(endings, features, { ci: context.ci?.sysId, incident: context.incident?.number })
}

/** Earlier incidents as the ticket system has them: how they were closed, in the words of whoever did. */
function past({ surroundings, ci }: IncidentContext, features: Features): readonly Ending[] {
  const history = surroundings?.history
  if (history?.known !== true) return []
  return history.value.flatMap(({ number, closeNotes, resolvedAt, openedAt, alike, title }): Ending[] => {
    if (closeNotes.trim() === '' || resolvedAt === null) return []
    const about = featuresOf({ readAt: openedAt }, features.class, features.environment)
    return [
      {
        features: {
          ...about,
          ciClass: features.ciClass,
          symptom: alike ? features.symptom : null,
          words: titleWords(title, ci),
        },
        ci: ci ? { sysId: ci.sysId, name: ci.name } : null,
        incident: number,
        runbook: null,
        words: closeNotes,
        worked: true,
        at: resolvedAt,
        confirmed: false,
      },
    ]
  })
}

const titleWords = (title: string, ci: IncidentContext['ci']): readonly string[] => {
  const incident = {
    sysId: '',
    number: '',
    state: 'other',
    shortDescription: title,
    text: '',
    reopened: 0,
    facts: {},
  } as const
  return featuresOf({ incident, ...(ci ? { ci } : {}), readAt: 0 }, null, null).words
}

/** What a person says: a runbook or a remedy of their own, and whether it helped. */
export interface Word {
  readonly context: IncidentContext
  readonly run: string | null
  readonly runbook: string | null
  readonly words: string
  readonly worked: boolean
  readonly source: Lesson['source']
}

/** The groups that may say what helped: as governance.yaml says, else the runbook's owner, or for other remedies any. */
export const teachers = ({ commands, groups }: Governance, owner: string | undefined): readonly string[] =>
  commands['learn'] ?? (owner === undefined ? Object.keys(groups) : [owner])

/** A class of lessons is one document, and a document of the store has an end. */
const LONGEST = 400

/** A lesson as it would be kept; nothing is written. `by` null: a suggestion that nobody confirmed. */
export function lessonOf(deps: Remembering & Pick<Deps, 'clock'>, word: Word, by: Person | null): Lesson {
  const { context, run, runbook, worked, source } = word
  const words = word.words.length > LONGEST ? `${word.words.slice(0, LONGEST - 1).toWellFormed()}…` : word.words
  const { incident, ci } = context
  const about = incident?.number ?? run ?? ''
  return {
    id: deps.hash.digest(JSON.stringify([about, runbook, runbook === null ? words : ''])).slice(0, 24),
    features: featuresIn(deps, context),
    ci: ci ? { sysId: ci.sysId, name: ci.name } : null,
    incident: incident?.number ?? null,
    run,
    runbook,
    words,
    worked,
    by,
    at: deps.clock.now(),
    source,
  }
}

/** Learns what a person said: the trail first, then the effect. Rejects when the store does not answer. */
export async function remember(deps: Remembering, journal: Journal, lesson: Lesson & { by: Person }): Promise<void> {
  await journal.control({ type: 'learned', lesson: lesson as unknown as JsonObject, by: lesson.by })
  await keepLesson(deps, lesson)
}

/** Takes a lesson back, on a person's word: the trail first, then the effect. */
export async function forget(deps: Remembering, journal: Journal, lesson: Lesson, by: Person): Promise<void> {
  await journal.control({ type: 'forgotten', lesson: lesson.id, by })
  await dropLesson(deps, lesson)
}

function featuresIn({ files }: Pick<Deps, 'files'>, context: IncidentContext): Features {
  const { governance } = files.current()
  const { ci } = context
  const environment = ci ? environmentOf({ name: ci.name, ci }, context, governance).environment.name : null
  return featuresOf(context, classOf(context, governance), environment)
}
