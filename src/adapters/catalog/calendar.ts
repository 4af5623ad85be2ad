// Owns calendars: an iCalendar file becomes the answer to "is it open at this instant, and why?".
import type { Calendar } from '../../core/governance.ts'
import type { Instant } from '../../core/values.ts'
import { type CalendarEvent, readEvents, type Span } from './calendar-events.ts'
import { CalendarProblem } from './calendar-rules.ts'

export type ReadCalendar =
  | { readonly ok: true; readonly calendar: Calendar }
  | { readonly ok: false; readonly line: number; readonly message: string }

/** One event may repeat this often before it is refused: every day for a hundred years. */
const MAX_SPANS = 40_000

/**
 * `default` holds while no event covers the instant; an event that covers it means the opposite.
 * An event covers [start, end). What cannot be worked out later counts as closed (P5).
 */
export function readCalendar(name: string, text: string, defaultIs: 'open' | 'closed'): ReadCalendar {
  let rows: readonly Row[]
  try {
    rows = readEvents(text).map(unfolding)
    for (const row of rows) row.unfold(2)
  } catch (error) {
    const problem = error instanceof CalendarProblem ? error : new CalendarProblem(message(error))
    return { ok: false, line: lineOf(text, problem.near), message: problem.message }
  }
  const at = (instant: Instant): { open: boolean; why: string } => {
    try {
      for (const row of rows) {
        const span = row.covering(instant)
        if (!span) continue
        const open = defaultIs === 'closed'
        const until = `until ${new Date(span.end).toISOString().slice(0, 16).replace('T', ' ')} UTC`
        return { open, why: `${name} is ${open ? 'open' : 'closed'} ${until}: ${row.title}` }
      }
      return { open: defaultIs === 'open', why: `${name} is ${defaultIs}: no event covers this time` }
    } catch (error) {
      return { open: false, why: `${name} cannot be worked out: ${message(error)}` }
    }
  }
  return { ok: true, calendar: { name, at } }
}

interface Row {
  readonly title: string
  /** Works out so many spans; throws where that cannot be done. */
  readonly unfold: (count: number) => void
  readonly covering: (instant: Instant) => Span | undefined
}

/** Unfolds an event only as far as someone asked, and keeps what it unfolded. */
function unfolding(event: CalendarEvent): Row {
  const spans = event.spans()
  const known: Span[] = []
  let longest = 0
  let done = false
  // A generator that threw is at its end: the failure must stay, or the next question would find no event (P5).
  let failure: Error | undefined
  const unfold = (enough: () => boolean) => {
    if (failure !== undefined) throw failure
    try {
      while (!done && !enough()) {
        const next = spans.next()
        if (next.done) done = true
        else {
          known.push(next.value)
          longest = Math.max(longest, next.value.end - next.value.start)
          if (known.length > MAX_SPANS) throw new CalendarProblem(`"${event.title}" repeats too often`)
        }
      }
    } catch (error) {
      failure = error as Error
      throw error
    }
  }
  return {
    title: event.title,
    unfold: (count) => unfold(() => known.length >= count),
    covering: (instant) => {
      unfold(() => (known.at(-1)?.start ?? Number.NEGATIVE_INFINITY) > instant)
      for (let index = lastStarted(known, instant); index >= 0; index--) {
        const span = known[index] as Span
        if (span.start + longest <= instant) return undefined
        if (span.end > instant) return span
      }
      return undefined
    },
  }
}

/** The index of the last span that has started by then, or -1. */
function lastStarted(spans: readonly Span[], instant: Instant): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle] as Span).start <= instant) low = middle + 1
    else high = middle
  }
  return low - 1
}

function lineOf(text: string, near: string): number {
  if (near === '') return 1
  const index = text.split(/\r?\n/).findIndex((line) => line.includes(near))
  return index < 0 ? 1 : index + 1
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error))
