// Owns how signals are shown: what each says while people decide, and before and after as a chart with a line of text.
import type { Run } from '../../core/run.ts'
import type { SignalReading } from '../../core/surroundings.ts'
import type { Instant, Json, JsonObject } from '../../core/values.ts'
import { say, voiced } from '../locale/voice.ts'
import { beforeAfter } from './before-after.ts'
import { type Caps, first } from './caps.ts'
import { literal } from './escape.ts'
import { span } from './figures.ts'
import { type Line, line, quoted, said } from './text-run.ts'

const words = voiced({
  signals: 'Signals',
  showing: (n: number, all: number) => `the issue shows in ${n} of ${all}`,
  shows: 'the issue shows',
  gone: 'the issue does not show',
  untold: 'whether the issue shows cannot be told',
  nothing: 'nothing was measured',
  unread: 'cannot be read: ',
  before: 'before the run',
  after: 'since it began',
  minutes: 'minutes ago',
  hours: 'hours ago',
  more: (n: number) => `… and ${n} more`,
} as const)

/** What the runbook's signals said when the plan was made. */
export function signalFold(run: Run, caps: Caps): { title: string; count: string; lines: readonly Line[] } {
  const facts = Object.entries(run.context.signals ?? {})
  const showing = facts.filter(([, fact]) => fact.known && fact.value.shows === true).length
  const { shown, more } = first(facts, caps.list(6))
  const lines = shown.map(([name, fact]) =>
    fact.known
      ? line(
          quoted(fact.value.title, 60, caps, 'bold'),
          said('  '),
          said(figure(fact.value, caps), ...(fact.value.value === null ? (['warn'] as const) : [])),
          ...(fact.value.value === null ? [] : [said('  '), standing(fact.value)]),
          said('  '),
          said(sparkline(fact.value.points, 16), 'mono'),
          said('  '),
          quoted(fact.value.system, 40, caps, 'subtle'),
        )
      : line(
          quoted(name, 60, caps, 'bold'),
          said('  '),
          said(words.unread, 'warn'),
          quoted(say(fact.reason), 160, caps),
        ),
  )
  return {
    title: words.signals,
    count: facts.length > 0 ? words.showing(showing, facts.length) : '',
    lines: [...lines, ...(more > 0 ? [line(said(words.more(more), 'subtle'))] : [])],
  }
}

/** A chart as the template draws it, and the line of text that stands for it where Teams cannot. */
export type Chart = {
  readonly title: string
  readonly axis: string
  readonly unit: string
  readonly data: readonly JsonObject[]
  readonly inlines: Line['inlines']
}

/** Charts on a card: more are no help on a phone. */
const CHARTS = 2
/** Points of a chart: each costs about 20 bytes of the card. */
const POINTS = 30

/** Signals that were read before and after and have a past: one chart each, what has changed first. */
export function signalCharts(run: Run, caps: Caps): readonly Chart[] {
  if (!run.finished || run.startedAt === null) return []
  const begun = run.startedAt
  return charted(run)
    .slice(0, caps.list(CHARTS))
    .map(({ before, after }) => chartOf(before, after, begun, caps))
}

/** Whether a chart shows this pair, so that no line has to. */
export const isCharted = ({ before, after }: NonNullable<Pair['readings']>): boolean =>
  before.value !== null && after.points.filter(([, value]) => value !== null).length > 1

type Pair = ReturnType<typeof beforeAfter>[number]

const charted = (run: Run): readonly NonNullable<Pair['readings']>[] =>
  beforeAfter(run).flatMap(({ readings }) => (readings && isCharted(readings) ? [readings] : []))

function chartOf(before: SignalReading, after: SignalReading, begun: Instant, caps: Caps): Chart {
  const title = literal(after.title, caps.text(60))
  const now = after.points.at(-1)?.[0] ?? begun
  const rangeMs = now - (after.points[0]?.[0] ?? now)
  const long = rangeMs > 3 * 3_600_000
  const at = (instant: Instant): number => rounded((instant - now) / (long ? 3_600_000 : 60_000))
  const points = thinned(after.points, caps.list(POINTS)).flatMap(([instant, value]) =>
    value === null ? [] : [{ instant, point: { x: at(instant), y: rounded(value) } }],
  )
  const series = (legend: string, color: string, holds: (instant: Instant) => boolean): readonly JsonObject[] => {
    const values: readonly Json[] = points.filter(({ instant }) => holds(instant)).map(({ point }) => point)
    return values.length > 0 ? [{ legend, color, values }] : []
  }
  const [from, to] = [figure(before, caps), figure(after, caps)]
  return {
    title: `${title} ${from} → ${to}`,
    axis: long ? words.hours : words.minutes,
    unit: literal(after.unit, caps.text(20)),
    data: [
      ...series(words.before, 'categoricalMarigold', (instant) => instant <= begun),
      ...series(words.after, 'categoricalBlue', (instant) => instant > begun),
    ],
    inlines: [
      said(`${title} `, 'subtle'),
      said(from),
      said(' → ', 'subtle'),
      said(to, 'bold'),
      said(` (${span(rangeMs)}) `, 'subtle'),
      said(sparkline(after.points, 20), 'mono'),
    ],
  }
}

function standing({ shows }: SignalReading): JsonObject {
  if (shows === null) return said(words.untold, 'warn')
  return shows ? said(words.shows, 'bad') : said(words.gone, 'good')
}

/** `0.41 req/s`. */
function figure({ value, unit }: SignalReading, caps: Caps): string {
  if (value === null) return words.nothing
  return `${rounded(value)}${unit === '' ? '' : ` ${literal(unit, caps.text(20))}`}`
}

/** Three digits are what a person compares. */
const rounded = (value: number): number => (Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)))

/** At most so many, evenly taken, the newest among them. */
function thinned<T>(points: readonly T[], most: number): readonly T[] {
  if (points.length <= most) return points
  const step = (points.length - 1) / Math.max(1, most - 1)
  return Array.from({ length: most }, (_, index) => points[Math.round(index * step)] as T)
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const GAP = '·'

/** Bars from the lowest to the highest value; a gap where nothing was measured, for that is not low. */
export function sparkline(points: SignalReading['points'], most: number): string {
  const few = thinned(points, most).map(([, value]) => value)
  const values = few.filter((value) => value !== null)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return few
    .map((value) => {
      if (value === null) return GAP
      return BARS[high > low ? Math.round(((value - low) / (high - low)) * (BARS.length - 1)) : 0]
    })
    .join('')
}
