// Owns the wrong time of a replica: a preload that makes its clocks run faster, and sets them ahead or back.
// oxlint-disable import/no-unassigned-import -- a preload is there for what it does
import '../story/fast-clock.ts'

/** As in fast-clock.ts: `<since>:<speed>`. RUNBOT_SKEW_MS: so many milliseconds ahead of what the others see. */
const [, speed = 1] = (process.env['RUNBOT_CLOCK'] ?? '0:1').split(':').map(Number)
const skewMs = Number(process.env['RUNBOT_SKEW_MS'] ?? 0)

const inStep = Date.now
const wrong = (): number => inStep() + skewMs
Date.now = wrong
globalThis.Date = new Proxy(Date, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [wrong()] : args, newTarget) as Date,
})

// A clock that nobody can set runs on from a start that was wrong.
const steady = performance.now.bind(performance)
const passed = (): number => steady() * speed
const timeOrigin = wrong() - passed()
Object.defineProperty(performance, 'now', { value: passed })
Object.defineProperty(performance, 'timeOrigin', { value: timeOrigin })
