// Owns a faster clock: a preload (`node --import`) under which waits of minutes pass in seconds, timers included.

/** `<since>:<speed>`: from that instant on, a second is so many seconds. */
const [since = 0, speed = 1] = (process.env['RUNBOT_CLOCK'] ?? '0:1').split(':').map(Number)
const { now } = Date
const { setTimeout: later, setInterval: again } = globalThis

Date.now = () => Math.round(since + (now() - since) * speed)
// oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- the overloads of setTimeout
globalThis.setTimeout = Object.assign(
  (act: () => void, ms = 0, ...values: []) => later(act, ms / speed, ...values),
  later,
)
globalThis.setInterval = (act: () => void, ms = 0, ...values: []) => again(act, ms / speed, ...values)
