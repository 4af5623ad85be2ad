// Owns what is remembered of incidents: deterministic features, lessons that people confirmed, and what they say of a runbook.
import type { Fact, IncidentContext } from './incident.ts'
import type { Person } from './run.ts'
import type { Instant, Json } from './values.ts'

/** What tells one incident from another, the same for the same record. null: it is unknown, or there is none. */
export interface Features {
  readonly class: string | null
  readonly ciClass: string | null
  readonly environment: string | null
  readonly symptom: string | null
  /** Of the short description, without numbers and names of machines. */
  readonly words: readonly string[]
}

/** What helped with one incident, or did not, as a person said it. */
export interface Lesson {
  /** The same for one incident and one remedy, so that nothing is learnt twice. */
  readonly id: string
  readonly features: Features
  readonly ci: { readonly sysId: string; readonly name: string } | null
  /** Its number; null: the run had no incident. */
  readonly incident: string | null
  readonly run: string | null
  /** null: something that people did by hand, in `words`. */
  readonly runbook: string | null
  readonly words: string
  readonly worked: boolean
  /** null: nobody whom runbot knows has confirmed it, so it counts for nothing and is only shown. */
  readonly by: Person | null
  readonly at: Instant
  readonly source: 'chat' | 'servicenow'
  /** A person took it back: it counts for nothing, and is not learnt from the record again. */
  readonly forgotten?: true
}

/** What people said of a runbook for incidents such as this one. */
export interface PastRecord {
  readonly worked: number
  readonly failed: number
  readonly sentence: string
  /** Above 0: it rather helps. On the very CI it weighs twice. */
  readonly standing: number
}

const MOST_WORDS = 12
/** Words that stand in every description and tell nothing. */
const EMPTY_WORDS = new Set(
  (
    'the and for with from not are was were has have had this that then than into onto but can cannot could been being ' +
    'its our your their his her you she they them who all any user users please help issue problem error incident ticket ' +
    'der die das und mit von nicht ist sind ein eine einer auf bei wie los las una unos con por para que del'
  ).split(' '),
)

/** The words of a text that tell something: lower case, no numbers, ids, addresses or names of machines; the most frequent. */
export function wordsOf(text: string, names: readonly string[] = []): readonly string[] {
  const without = new Set(names.flatMap((name) => [name.toLowerCase(), name.toLowerCase().split('.')[0] ?? '']))
  const counts = new Map<string, number>()
  const plain = text.slice(0, 1000).normalize('NFKC').toLowerCase()
  for (const token of plain.split(/[^\p{L}\p{N}._@:/\\-]+/u)) {
    const word = token.replace(/^[._@:/\\-]+|[._@:/\\-]+$/gu, '')
    // A digit, a dot or an address in it: a number, an id, a host.
    if (!/^\p{L}+(?:-\p{L}+)*$/u.test(word) || word.length < 3 || word.length > 40) continue
    if (!EMPTY_WORDS.has(word) && !without.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const ordered = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return ordered.slice(0, MOST_WORDS).map(([word]) => word)
}

/** The features of an incident; `environment` and `inClass` are told by whoever knows the rules. */
export function featuresOf(
  { incident, ci }: IncidentContext,
  inClass: string | null,
  environment: string | null,
): Features {
  const text = (fact: Fact | undefined) => (fact?.known === true && fact.value !== '' ? String(fact.value) : null)
  return {
    class: inClass,
    ciClass: text(ci?.facts['class']),
    environment,
    symptom: text(incident?.facts['signature']) ?? text(incident?.facts['symptom']),
    words: wordsOf(incident?.shortDescription ?? '', ci ? [ci.name] : []),
  }
}

/** 0 to 1: how much of both stands in both. */
export function overlap(a: readonly string[], b: readonly string[]): number {
  const both = a.filter((word) => b.includes(word)).length
  const all = new Set([...a, ...b]).size
  return all === 0 ? 0 : both / all
}

const sameClass = (a: Features, b: Features): boolean => a.class !== null && a.class === b.class

const SAID = 'people say it helped'

/** Whether one of a candidate's reasons is what people said of it. */
export const isPastRecord = (reason: string): boolean => reason.startsWith(SAID)

/** What people said of these runbooks, the best first; who has no lesson is left out. It never makes a runbook fit. */
export function recordsIn(
  lessons: readonly Lesson[],
  features: Features,
  ci: string | undefined,
  runbooks: readonly string[],
): ReadonlyMap<string, PastRecord> {
  const confirmed = lessons.filter(({ by }) => by !== null)
  const found = runbooks.flatMap((runbook): (readonly [string, PastRecord])[] => {
    const own = confirmed.filter((each) => each.runbook === runbook)
    const here = own.filter((each) => ci !== undefined && each.ci?.sysId === ci && alikeOn(each.features, features))
    const alike = own.filter((each) => sameClass(each.features, features))
    const counted = here.length > 0 ? here : alike
    if (counted.length === 0) return []
    const worked = counted.filter((each) => each.worked).length
    const failed = counted.length - worked
    const where = here.length > 0 ? 'on this CI' : `in class ${features.class ?? ''}`
    const standing = ((worked + 1) / (counted.length + 2) - 0.5) * (here.length > 0 ? 2 : 1)
    const sentence = `${SAID} ${worked} of ${counted.length} times ${where}`
    return [[runbook, { worked, failed, sentence, standing }]]
  })
  return new Map(found.toSorted(([a, one], [b, other]) => other.standing - one.standing || (a < b ? -1 : 1)))
}

/** On one CI another class is another trouble; where either has none, it may be the same. */
const alikeOn = (a: Features, b: Features): boolean => a.class === null || b.class === null || a.class === b.class

/** Incidents such as this one that ended with the same remedy. */
export interface Similar {
  /** A runbook, or what people did in their own words. */
  readonly runbook: string | null
  readonly words: string
  readonly worked: number
  readonly failed: number
  /** Numbers, the newest first. */
  readonly incidents: readonly string[]
  /** false: somebody wrote it into the record, and nobody whom runbot knows has confirmed it. */
  readonly confirmed: boolean
  /** 0 to 1: how alike the most similar of them is. */
  readonly alike: number
  readonly sentence: string
}

const ALIKE_FROM = 0.4

/** 0 to 1: same CI, symptom, class, kind of CI and words; what neither knows tells nothing. */
export function alikeness(a: Features, b: Features, sameCi: boolean): number {
  const same = (x: string | null, y: string | null) => Number(x !== null && x === y)
  const parts: readonly (readonly [weight: number, value: number])[] = [
    [3, Number(sameCi)],
    [3, same(a.symptom, b.symptom)],
    [2, same(a.class, b.class)],
    [1, same(a.ciClass, b.ciClass)],
    [3, overlap(a.words, b.words)],
  ]
  // A symptom that only one of them names is no difference.
  const counted = parts.filter((_, index) => index !== 1 || (a.symptom !== null && b.symptom !== null))
  const sum = (of: (part: readonly [number, number]) => number) => counted.reduce((total, part) => total + of(part), 0)
  return sum(([weight, value]) => weight * value) / sum(([weight]) => weight)
}

/** An ending of an earlier incident, confirmed or only written down. */
export type Ending = Pick<Lesson, 'features' | 'ci' | 'incident' | 'runbook' | 'words' | 'worked' | 'at'> & {
  readonly confirmed: boolean
}

/** What ended incidents such as this one, grouped by remedy: confirmed ones first, then the most alike. */
export function similarIn(
  endings: readonly Ending[],
  features: Features,
  about: { readonly ci: string | undefined; readonly incident: string | undefined },
): readonly Similar[] {
  const near = endings
    .filter(({ incident }) => incident === null || incident !== about.incident)
    .map((ending) => ({
      ending,
      alike: alikeness(ending.features, features, about.ci !== undefined && ending.ci?.sysId === about.ci),
    }))
    .filter(({ alike }) => alike >= ALIKE_FROM)
  const groups = Map.groupBy(near, ({ ending }) => remedyOf(ending))
  return [...groups.values()]
    .map((group): Similar => {
      const newest = group.toSorted((a, b) => b.ending.at - a.ending.at)
      const { runbook = null, words = '', confirmed = false } = newest[0]?.ending ?? {}
      const worked = group.filter(({ ending }) => ending.worked).length
      const incidents = [
        ...new Set(newest.flatMap(({ ending }) => (ending.incident === null ? [] : [ending.incident]))),
      ]
      const alike = Math.max(...group.map((each) => each.alike))
      const given = { runbook, words, confirmed, worked, failed: group.length - worked, incidents, alike }
      return { ...given, sentence: sentenceOf(given) }
    })
    .toSorted(
      (a, b) =>
        Number(b.confirmed) - Number(a.confirmed) ||
        Number(b.worked > 0) - Number(a.worked > 0) ||
        b.alike - a.alike ||
        b.worked - a.worked ||
        (a.sentence < b.sentence ? -1 : 1),
    )
}

/** The same remedy in slightly other words is the same. */
const remedyOf = ({ runbook, words, confirmed }: Ending): string =>
  JSON.stringify([confirmed, runbook, runbook === null ? wordsOf(words).toSorted().join(' ') || words : ''] as Json)

const SHOWN = 160

function sentenceOf({ runbook, words, worked, failed, confirmed }: Omit<Similar, 'sentence'>): string {
  const what = runbook ?? (words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words)
  const times = worked === 1 ? 'once' : `${worked} times`
  const said = confirmed ? 'closed like this' : 'closed like this, as the records say,'
  if (worked === 0) return `did not help: ${what}`
  return failed === 0 ? `${said} ${times}: ${what}` : `${said} ${times}, and ${failed} times it did not help: ${what}`
}
