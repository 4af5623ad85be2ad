// Owns the specs of hints: what a callback's text can wake, how often, and that it can do nothing else.
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { type Hints, hints as hintsOf } from '../../src/app/hints.ts'
import type { RunEvent } from '../../src/core/run.ts'
import { ana, approved, decided, decision, draft, ended, on, plan, planned, proposed, started } from '../core/given.ts'
import { mortal, RUN } from './surfaces/mortal.ts'

const at = on('recycle')
const key = `${RUN}-${'0123456789ab'.repeat(2)}`
const other = `${RUN}-${'f'.repeat(24)}`
const under = (event: RunEvent, as = key): RunEvent => ({ ...event, key: as }) as RunEvent
const begun: readonly RunEvent[] = [
  proposed,
  planned(draft()),
  decided(decision()),
  approved(ana),
  { type: 'executionStarted', plan },
]

describe('a hint', () => {
  let hints: Hints
  let woken: string[]
  /** Lets a second pass. */
  let second: () => Promise<void>
  let warned: string[]

  async function told(events: readonly RunEvent[], wake = async (_run: string): Promise<void> => {}): Promise<void> {
    const { journal } = await mortal(events, () => ({}))
    let waiting = Promise.withResolvers<void>()
    woken = []
    warned = []
    second = async () => {
      const before = waiting
      waiting = Promise.withResolvers<void>()
      before.resolve()
      await turn()
      await turn()
    }
    const sleep = async (_ms: number, signal?: AbortSignal) => {
      const stopped = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      await Promise.race([waiting.promise, stopped])
    }
    const log = { debug() {}, info() {}, error() {}, warn: (_: object, text: string) => void warned.push(text) }
    hints = hintsOf({ clock: { now: () => 0, sleep }, log }, journal, async (run) => {
      woken.push(run)
      await wake(run)
    })
  }
  afterEach(async () => hints.stop())

  it('wakes the run that waits for the key that it names, wherever it stands in the text', async () => {
    const texts = [
      `{"type":"run.succeeded","data":{"clientRunId":"${key}"}}`,
      `{"extra_vars":"{\\"runbot_key\\": \\"${key}\\"}"}`,
      `RUNBOT_KEY=${key}&result=SUCCESS`,
      key,
    ]
    for (const text of texts) {
      await told([...begun, under(started(at))])
      await hints.hint('ops', text)
      assert.deepEqual(woken, [RUN])
    }
  })

  const nothing: readonly (readonly [what: string, connector: string, text: string, events: readonly RunEvent[]])[] = [
    ['no key', 'ops', '{"status":"succeeded"}', [under(started(at))]],
    ['a run without a key', 'ops', RUN, [under(started(at))]],
    ['a key of no run', 'ops', key.replace('R0', 'R9'), [under(started(at))]],
    ['another key of this run', 'ops', other, [under(started(at))]],
    ['a key that went to another system', 'awx', key, [under(started(at))]],
    ['a key whose request has ended', 'ops', key, [under(started(at)), under(ended(at))]],
    ['a key inside a longer word', 'ops', `x${key} ${key}0`, [under(started(at))]],
    ['a key in small letters', 'ops', key.toLowerCase(), [under(started(at))]],
  ]
  for (const [what, connector, text, events] of nothing)
    it(`wakes nothing for ${what}`, async () => {
      await told([...begun, ...events])
      await hints.hint(connector, text)
      assert.deepEqual([woken, warned], [[], []])
    })

  it('looks early once a second, however many callbacks come, and once more for those that came meanwhile', async () => {
    await told([...begun, under(started(at))])
    for (let each = 0; each < 500; each++) await hints.hint('ops', key)
    assert.deepEqual(woken, [RUN])
    await second()
    assert.deepEqual(woken, [RUN, RUN])
    await second()
    assert.deepEqual(woken, [RUN, RUN])
    await hints.hint('ops', key)
    assert.deepEqual(woken, [RUN, RUN, RUN])
  })

  it('wakes a run once for all the keys that one callback names', async () => {
    await told([...begun, under(started(at)), under(started(on('recycle', 'web-02')), other)])
    await hints.hint('ops', `${key} ${other} ${key}`)
    assert.deepEqual(woken, [RUN])
  })

  it('reads only the first keys of a text that names many', async () => {
    await told([...begun, under(started(at))])
    const many = Array.from({ length: 20 }, (_, index) => `${RUN}-${String(index).padStart(24, '0')}`).join(' ')
    await hints.hint('ops', `${many} ${key}`)
    assert.deepEqual(woken, [])
  })

  it('goes on where a run cannot be woken, and says so', async () => {
    const failing = async () => {
      throw new Error('the store is busy')
    }
    await told([...begun, under(started(at))], failing)
    await hints.hint('ops', key)
    await turn()
    assert.deepEqual(warned, ['a hint woke no run'])
    await second()
    await hints.hint('ops', key)
    assert.deepEqual(woken, [RUN, RUN])
  })

  it('wakes nothing more once runbot stops', async () => {
    await told([...begun, under(started(at))])
    await hints.hint('ops', key)
    await hints.hint('ops', key)
    await hints.stop()
    await hints.hint('ops', key)
    assert.deepEqual(woken, [RUN])
  })
})
