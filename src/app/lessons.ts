// Owns the lessons in the store: one bounded document per class of incident, written only after a person's word.
import type { Lesson } from '../core/memory.ts'
import { isObject, type Json } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

const KIND = 'lesson'
/** So many of one class are kept, the newest: an older one is forgotten, and stays in the control chain. */
const KEPT = 500

type Kept = Pick<Deps, 'store' | 'hash'>

/** Lessons of a class stand together; without a class, those of one kind of CI. */
const keyOf = ({ hash }: Kept, { class: inClass, ciClass }: Lesson['features']): string =>
  hash.digest(JSON.stringify(inClass === null ? ['ci class', ciClass] : ['class', inClass]))

/** The lessons that may tell something of an incident with these features. Rejects when the store does not answer. */
export const lessonsFor = async (deps: Kept, features: Lesson['features']): Promise<readonly Lesson[]> =>
  standing(lessonsIn((await deps.store.get(KIND, keyOf(deps, features)))?.value))

/**
 * The same lesson as it is kept already, also one that was taken back, and wherever it stands: the class of an incident
 * may have changed since. What a person said goes before a suggestion.
 */
export async function keptLesson({ store }: Kept, { id }: Lesson): Promise<Lesson | undefined> {
  const all = (await store.all(KIND)).flatMap(({ value }) => lessonsIn(value)).filter((each) => each.id === id)
  return all.find(({ by }) => by !== null) ?? all[0]
}

/** Keeps a lesson; one of the same incident and remedy is replaced, wherever it stands, but none by a suggestion. */
export async function keepLesson(deps: Kept, lesson: Lesson): Promise<void> {
  const key = keyOf(deps, lesson.features)
  const isOther = ({ id }: Lesson) => id !== lesson.id
  await swap<void>(deps.store, KIND, key, (value) => {
    const all = lessonsIn(value)
    if (lesson.by === null && !all.every(isOther)) return { result: undefined }
    return { write: bounded([lesson, ...all.filter(isOther)]) as unknown as Json, result: undefined }
  })
  if (lesson.by === null) return
  // After the new word stands: who is killed between the two leaves an old one, which the next word takes away.
  for (const document of await deps.store.all(KIND))
    if (document.key !== key && !lessonsIn(document.value).every(isOther))
      await swap<void>(deps.store, KIND, document.key, (value) => ({
        write: lessonsIn(value).filter(isOther) as unknown as Json,
        result: undefined,
      }))
}

/** Every lesson of an incident or of a run that was not taken back, wherever it stands, the newest first. */
export async function lessonsOf(deps: Kept, subject: string): Promise<readonly Lesson[]> {
  const documents = await deps.store.all(KIND)
  return standing(documents.flatMap(({ value }) => lessonsIn(value)))
    .filter(({ incident, run }) => [incident, run].includes(subject))
    .toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
}

/** Takes a lesson back; fine where it is gone already. */
export const dropLesson = (deps: Kept, lesson: Lesson): Promise<void> =>
  swap<void>(deps.store, KIND, keyOf(deps, lesson.features), (value) => {
    const all = lessonsIn(value)
    if (!all.some(({ id, forgotten }) => id === lesson.id && !forgotten)) return { result: undefined }
    const next = all.map((each) => (each.id === lesson.id ? { ...each, forgotten: true } : each))
    return { write: next as unknown as Json, result: undefined }
  })

/** The newest first. What nobody confirmed gives way first: whoever may write into a record pushes no lesson out. */
function bounded(lessons: readonly Lesson[]): readonly Lesson[] {
  if (lessons.length <= KEPT) return lessons
  const confirmed = lessons.filter(({ by }) => by !== null).length
  let suggestions = Math.max(0, KEPT - confirmed)
  return lessons.filter(({ by }) => by !== null || suggestions-- > 0).slice(0, KEPT)
}

const standing = (lessons: readonly Lesson[]): readonly Lesson[] => lessons.filter(({ forgotten }) => !forgotten)

const lessonsIn = (value: Json | undefined): readonly Lesson[] =>
  Array.isArray(value) ? (value.filter(isObject) as unknown as readonly Lesson[]) : []
