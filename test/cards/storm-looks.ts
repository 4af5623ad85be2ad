// Owns the looks of a run whose cause has many members: a storm, its quiet time, and its end.
import { type Member, NOTHING_LEARNT } from '../../src/core/informed.ts'
import type { Run } from '../../src/core/run.ts'
import { at, decide, evil, person, run, type Shown, shown } from './fixtures.ts'

type Storm = NonNullable<Run['knowledge']['storm']>

const member = (n: number): Member => ({
  key: `alert-${n}`,
  title: `5xx on web-0${n}`,
  ci: `web-0${n}`,
  why: n === 1 ? 'it came first' : `web-0${n} depends on lb-01`,
})

const storm = (changes: Partial<Storm> = {}, knowledge: Partial<Run['knowledge']> = {}): Run =>
  run({
    knowledge: {
      ...NOTHING_LEARNT,
      storm: {
        members: 3412,
        resolved: 7,
        sample: [1, 2, 3, 4, 5, 6, 7, 8, 9].map(member),
        root: { ci: 'lb-01', reason: 'web-01 and 8 more depend on it' },
        symptoms: ['High5xx', 'SlowPages'],
        ...changes,
      },
      ...knowledge,
    },
  })

const hostile: Member = { key: evil(40), title: evil(120), ci: evil(200), why: `${evil(200)} depends on ${evil(200)}` }

export const stormLooks: { readonly [name: string]: () => Shown } = {
  storm: () => shown(storm(), [...decide, 'suppress'], { offers: ['suppress'] }),
  'storm-quiet': () =>
    shown(
      storm({}, { suppressed: { by: person('Kim Lee'), until: at + 30 * 60_000, symptoms: ['High5xx', 'SlowPages'] } }),
      decide,
    ),
  'storm-over': () => shown(storm({ resolved: 3412 }), decide),
  'alert-over': () => shown(storm({ members: 1, resolved: 1, root: null, sample: [member(1)] }), decide),
  'hostile-storm': () =>
    shown(
      storm({
        sample: Array.from({ length: 20 }, () => hostile),
        root: { ci: evil(300), reason: `${evil(300)} depends on it` },
        symptoms: Array.from({ length: 50 }, () => evil(200)),
      }),
      decide,
    ),
}
