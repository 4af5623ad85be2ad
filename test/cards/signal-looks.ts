// Owns the looks of a run whose runbook has signals: while people decide, and at the end, before and after.
import { known, unknown } from '../../src/core/incident.ts'
import type { Run } from '../../src/core/run.ts'
import type { SignalReading } from '../../src/core/surroundings.ts'
import { at, attacks, begun, context, decide, done, on, over, run, type Shown, shown, step } from './fixtures.ts'

const minute = 60_000

/** An hour, a point a minute: bad until some minutes after the run began, good from then on. */
const past = (bad: number, good: number): SignalReading['points'] =>
  Array.from({ length: 60 }, (_, index): readonly [number, number | null] => {
    const instant = at + (index - 50) * minute
    if (index === 20) return [instant, null]
    return [instant, instant < at + 4 * minute ? bad * (1 + (index % 3) / 10) : good]
  })

export const reading = (changes: Partial<SignalReading> = {}): SignalReading => ({
  title: 'error ratio',
  unit: '',
  system: 'prometheus',
  value: 0.41,
  shows: true,
  points: past(0.4, 0.02),
  ...changes,
})

const captured = (id: string, said: SignalReading): Run['evidence'][number] => ({
  type: 'evidenceCaptured',
  id,
  do: `${said.system}.query`,
  target: 'web-01',
  ok: said.value !== null,
  summary: `value ${said.value}${said.shows === null ? '' : ` · issue ${said.shows ? 'shows' : 'gone'}`}`,
  sha256: 'f'.repeat(64),
  bytes: 900,
  reading: said,
})

const ended = (evidence: Run['evidence']): Shown =>
  shown(
    over('succeeded', 'shop.corp.example answers 200', {
      ...begun(on('web-01', { 'recycle-pool': done(), iisreset: step({ skipped: 'recycle-pool did not fail' }) })),
      evidence,
    }),
  )

export const signalLooks: { readonly [name: string]: () => Shown } = {
  'signals-asked': () =>
    shown(
      run({
        context: {
          ...context(),
          signals: {
            errors: known(reading(), 'prometheus.query', at),
            slow: known(
              reading({ title: 'slow traces', unit: 'traces', system: 'tempo', value: 0, shows: false, points: [] }),
              'tempo.query',
              at,
            ),
            requests: known(
              reading({ title: 'requests', unit: '/s', system: 'logs', value: null, shows: null }),
              'logs.query',
              at,
            ),
            queue: unknown('it did not answer within 10 s', 'apm', at),
          },
        },
      }),
      decide,
    ),
  'signals-after': () =>
    ended([
      captured('1', reading()),
      captured('2', reading({ title: 'p95', unit: 's', value: 12.345, points: past(12, 0.8) })),
      captured('3', reading({ title: 'failed requests', system: 'logs', value: 1234, points: [] })),
      captured('after-1', reading({ value: 0.02, shows: false })),
      captured('after-2', reading({ title: 'p95', unit: 's', value: 0.8, shows: false, points: past(12, 0.8) })),
      captured('after-3', reading({ title: 'failed requests', system: 'logs', value: 0, shows: false, points: [] })),
    ]),
  'hostile-signals': () => {
    const evil = { title: attacks.join(' '), unit: attacks.join(' ') }
    return ended([captured('1', reading(evil)), captured('after-1', reading({ ...evil, value: null, shows: null }))])
  },
}
