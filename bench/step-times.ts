// Owns the arithmetic of a step: which part of its time somebody else took, and what remains as runbot's own.
import type { Millis } from '../src/core/values.ts'
import type { Mark, Span, Spent, Trace, Waited } from './timeline.ts'

/** Milliseconds of one step, from the record before it to the record that it was verified. */
export interface StepTimes {
  readonly wall: Millis
  /** Everything but waiting for the endpoint, for ServiceNow to be read, and polling; disk included. */
  readonly own: Millis
  readonly disk: Millis
  readonly endpoint: Millis
  readonly tickets: Millis
  readonly sleep: Millis
  readonly from: Millis
  readonly to: Millis
  /** What the whole process spent meanwhile. */
  readonly spent: Spent
}

/** The steps of one run, in order. */
export function stepTimes({ spans, marks }: Trace): readonly StepTimes[] {
  const ends = marks.filter(({ type }) => type === 'executionStarted' || type === 'verified')
  return ends.slice(1).map((end, index) => {
    const begin = ends[index] ?? end
    const [from, to] = [begin.at, end.at]
    const during = (...kinds: readonly Waited[]) => covered(spans, kinds, from, to)
    const wall = to - from
    return {
      wall,
      own: wall - during('endpoint', 'tickets', 'sleep'),
      disk: wall - during('endpoint', 'tickets', 'sleep') - (wall - during('endpoint', 'tickets', 'sleep', 'disk')),
      endpoint: during('endpoint'),
      tickets: during('tickets'),
      sleep: during('sleep'),
      from,
      to,
      spent: less(end, begin),
    }
  })
}

const less = ({ spent: after }: Mark, { spent: before }: Mark): Spent => ({
  cpuMs: after.cpuMs - before.cpuMs,
  committingMs: after.committingMs - before.committingMs,
  statementsMs: after.statementsMs - before.statementsMs,
})

/** How much of [from, to] at least one span of these kinds covers. */
function covered(spans: readonly Span[], kinds: readonly Waited[], from: Millis, to: Millis): Millis {
  let reached = from
  let total = 0
  for (const span of spans.filter(({ what }) => kinds.includes(what)).toSorted((a, b) => a.from - b.from)) {
    const [begin, end] = [Math.max(span.from, reached), Math.min(span.to, to)]
    if (end <= begin) continue
    total += end - begin
    reached = end
  }
  return total
}
