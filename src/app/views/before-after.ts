// Owns what evidence says of a run's effect: the same look before and after, and what has changed between the two.
import type { Run } from '../../core/run.ts'
import type { SignalReading } from '../../core/surroundings.ts'

type Evidence = Run['evidence'][number]

/** One operation on one target that was looked at twice. All outside text; equal texts mean that nothing changed. */
export interface BeforeAfter {
  readonly what: string
  readonly before: string
  readonly after: string
  /** Of a signal: what it said both times. */
  readonly readings?: { readonly before: SignalReading; readonly after: SignalReading }
}

/** What was captured before the ask; the rest is what endpoints answered, and how things were left. */
export const capturedBefore = ({ evidence }: Run): readonly Evidence[] =>
  evidence.filter(({ id }) => !/^(?:after|action|rollback)-/.test(id))

/** Each look that was made again at the run's newest end, with the first look beside it; changes first. */
export function beforeAfter(run: Run): readonly BeforeAfter[] {
  const newest = new Map<string, { readonly round: number; readonly each: Evidence }>()
  for (const each of run.evidence) {
    const [, round = '1', index = ''] = /^after-(?:(\d+)-)?(\d+)$/.exec(each.id) ?? []
    if (index !== '' && Number(round) >= (newest.get(index)?.round ?? 0))
      newest.set(index, { round: Number(round), each })
  }
  const pairs = [...newest].flatMap(([index, { each }]): readonly BeforeAfter[] => {
    const before = run.evidence.find(({ id }) => id === index)
    if (!before) return []
    const readings = before.reading && each.reading ? { before: before.reading, after: each.reading } : undefined
    const what = before.reading?.title ?? `${each.do} ${each.target}`
    return [{ what, ...difference(before.summary, each.summary), ...(readings ? { readings } : {}) }]
  })
  return pairs.toSorted((a, b) => Number(isSame(a)) - Number(isSame(b)))
}

export const isSame = ({ before, after }: Pick<BeforeAfter, 'before' | 'after'>): boolean => before === after

/** Of `status 503 · body maintenance` and `status 200 · body maintenance` only what differs: `status 503` and `200`. */
function difference(before: string, after: string): Pick<BeforeAfter, 'before' | 'after'> {
  const [first, second] = [valuesOf(before), valuesOf(after)]
  const alike = first.length === second.length && first.every(({ name }, index) => second[index]?.name === name)
  if (!alike || before === after) return { before, after }
  const changed = first.flatMap((one, index) => {
    const other = second[index]
    return other && other.value !== one.value ? [{ name: one.name, from: one.value, to: other.value }] : []
  })
  const [only] = changed
  if (!only) return { before, after }
  const text = (name: string, value: string) => `${name} ${value}`.trim()
  if (changed.length === 1) return { before: text(only.name, only.from), after: only.to }
  return {
    before: changed.map(({ name, from }) => text(name, from)).join(' · '),
    after: changed.map(({ name, to }) => text(name, to)).join(' · '),
  }
}

/** A summary as summary.ts writes it: `name value · name value`; a value alone has no name, and is compared whole. */
const valuesOf = (summary: string): readonly { readonly name: string; readonly value: string }[] =>
  summary.split(' · ').map((word) => {
    const [, name = '', value = word] = /^(\S+) (.+)$/.exec(word) ?? []
    return { name, value }
  })
